using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Server;
using OpenBanking.Server.CommandLine;

namespace OpenBanking.Tests.Http.Authority;

/// <summary>The data of a bank with two apps and a customer of 100.00, from before it put another server in its
/// authorization server's place.</summary>
internal sealed class BankData : IDisposable
{
    /// <summary>What tokens for the bank must name.</summary>
    public const string Audience = "https://open.bank.example";

    private BankData(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>The app's id at the bank.</summary>
    public string AppId { get; private init; } = "";

    /// <summary>An app that is at the bank, but in no setting.</summary>
    public string OtherAppId { get; private init; } = "";

    /// <summary>The customer's id as only the bank knows it.</summary>
    public string CustomerId { get; private init; } = "";

    /// <summary>The customer's id as the partner sees it.</summary>
    public string ShownCustomerId { get; private init; } = "";

    /// <param name="prepareAsync">What else there is to be, of the app and its customer.</param>
    public static async Task<BankData> WriteAsync(
        Func<TestServer, TestPartner, LinkedCustomer, Task>? prepareAsync = null
    )
    {
        var folder = Directory.CreateTempSubdirectory("openbanking-test-").FullName;
        await using var server = await TestServer.StartAsync(dataFolder: folder);
        var partner = await TestPartner.NewAsync(server.Address);
        var other = await partner.NewAppAsync();
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(100));
        var person = (await partner.PersonsAsync())[0];
        var found = await CustomerCommands.FindAsync(server.Services, person.Mobile);
        if (prepareAsync is not null)
        {
            await prepareAsync(server, partner, customer);
        }

        return new(folder)
        {
            AppId = partner.ClientId,
            OtherAppId = other.ClientId,
            CustomerId = found.Single().Customer.ToString(),
            ShownCustomerId = customer.CustomerId,
        };
    }

    /// <summary>The bank with another authority; the app is <paramref name="clientId"/> there.</summary>
    public Task<TestServer> StartAsync(
        string authority,
        string clientId,
        TimeProvider? clock = null,
        params string[] settings
    ) =>
        TestServer.StartAsync(
            builder =>
            {
                if (clock is not null)
                {
                    builder.Services.AddSingleton(clock);
                }
            },
            Folder,
            [
                $"Authorization:Authority={authority}",
                $"Authorization:Audience={Audience}",
                "Authorization:CustomerClaim=customer_id",
                $"Authorization:Clients:{AppId}:ClientId={clientId}",
                .. settings,
            ]
        );

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
