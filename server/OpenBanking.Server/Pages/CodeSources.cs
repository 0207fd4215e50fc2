using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Pages;

/// <summary>Who asks for a one-time code: a browser, by a cookie of its own, and an address. Kept as blind indexes, for
/// counting alone.</summary>
public sealed class CodeSources(Vault vault, ServerAddress address)
{
    private const int LongestName = 64;

    /// <summary>How many codes a browser may ask for in an hour, whatever the numbers.</summary>
    public const int MostOfBrowser = 20;

    /// <summary>And an address, behind which a mobile carrier may have many phones.</summary>
    public const int MostOfAddress = 600;

    private static readonly TimeSpan kept = TimeSpan.FromDays(365);

    private string Name => InteractionCookies.NameOf(address, "ob-device");

    /// <summary>Who asks with this request; a browser without the cookie gets it.</summary>
    public IReadOnlyList<CodeSource> Of(HttpContext context) =>
        [
            new(vault.BlindIndex("browser", BrowserOf(context)), MostOfBrowser),
            new(vault.BlindIndex("address", $"{context.Connection.RemoteIpAddress}"), MostOfAddress),
        ];

    private string BrowserOf(HttpContext context)
    {
        if (context.Request.Cookies[Name] is { Length: > 0 and <= LongestName } known)
        {
            return known;
        }

        var made = Ids.NewSecret();
        context.Response.Cookies.Append(
            Name,
            made,
            InteractionCookies.OptionsOf(address, SameSiteMode.Lax, kept)
        );
        return made;
    }
}
