using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Keeps a key of the framework's form protection.</summary>
public sealed record KeepPageKey(DateTimeOffset Now, PageKeyRow Key) : Command<Done>(World.Live, Now)
{
    public override void Keys(IKeySet keys) => keys.Want(AuthorizationTables.PageKeys, new(Key.Name));

    public override Decision<Done> Decide(Book book)
    {
        if (book.Find(AuthorizationTables.PageKeys, new(Key.Name)) is null)
        {
            book.Insert(AuthorizationTables.PageKeys, Key);
        }

        return Decision.Accept(new Done());
    }
}

/// <summary>The framework's key ring in the store, sealed, so that forms survive a restart and every node reads
/// them. The framework asks for them without waiting, seldom enough to block.</summary>
/// <param name="vault">Not opened before it is needed: the framework makes this one with the routes, for commands that need no keys,
/// too.</param>
public sealed class PageKeys(
    Store store,
    Engine.Engine engine,
    Lazy<Vault> vault,
    TimeProvider time,
    ILogger<PageKeys> log
) : IXmlRepository
{
    public static void Add(IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("OpenBanking.Server");
        services.AddSingleton(provider => new Lazy<Vault>(provider.GetRequiredService<Vault>));
        services.AddSingleton<PageKeys>();
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(
            provider => new ConfigureOptions<KeyManagementOptions>(options =>
                options.XmlRepository = provider.GetRequiredService<PageKeys>()
            )
        );
    }

    public IReadOnlyCollection<XElement> GetAllElements() =>
        [
            .. store
                .ListAsync(AuthorizationTables.PageKeys, World.Live, $"ORDER BY name")
                .AsTask()
                .GetAwaiter()
                .GetResult()
                .Select(Open)
                .OfType<XElement>(),
        ];

    public void StoreElement(XElement element, string friendlyName)
    {
        var row = new PageKeyRow
        {
            Name = friendlyName,
            Xml = vault.Value.SealText(
                element.ToString(SaveOptions.DisableFormatting),
                RowIdOf(friendlyName)
            ),
        };
        engine.SubmitAsync(new KeepPageKey(time.GetUtcNow(), row)).GetAwaiter().GetResult();
    }

    /// <summary>Null for one that another master key has sealed, which keeps no form from being read.</summary>
    private XElement? Open(PageKeyRow row)
    {
        try
        {
            return XElement.Parse(vault.Value.OpenText(row.Xml, RowIdOf(row.Name)));
        }
        catch (CryptographicException)
        {
            log.LogError("The key {Name} of the forms does not open, and is left out", row.Name);
            return null;
        }
    }

    internal static Guid RowIdOf(string name) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16), bigEndian: true);
}
