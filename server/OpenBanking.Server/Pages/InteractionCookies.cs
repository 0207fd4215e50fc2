using OpenBanking.Server.Http;

namespace OpenBanking.Server.Pages;

/// <summary>Ties an interaction to the browser that began it: one cookie an interaction, so that two tabs do not
/// disturb each other, seen by its own pages only.</summary>
public sealed class InteractionCookies(ServerAddress address)
{
    public void Set(HttpContext context, string interaction, string secret) =>
        context.Response.Cookies.Append(
            NameOf(interaction),
            secret,
            new()
            {
                HttpOnly = true,
                Secure = !address.IsLoopback,
                SameSite = SameSiteMode.Lax,
                Path = "/bank",
                IsEssential = true,
            }
        );

    public static string? Get(HttpContext context, string interaction) =>
        context.Request.Cookies[NameOf(interaction)];

    private static string NameOf(string interaction) => "ob-" + interaction;
}
