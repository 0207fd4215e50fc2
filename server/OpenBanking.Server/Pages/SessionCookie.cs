using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Ties a customer's session to the browser that began it. No way to the bank from another site needs it, so
/// that no other site can make a browser send it. It ends with the browser, or with the session.</summary>
public sealed class SessionCookie(ServerAddress address)
{
    private string Name => InteractionCookies.NameOf(address, "ob-my");

    public void Set(HttpContext context, World world, string session, string secret) =>
        context.Response.Cookies.Append(Name, $"{world}.{session}.{secret}", Options());

    public void Remove(HttpContext context) => context.Response.Cookies.Delete(Name, Options());

    /// <summary>The session of this browser, if it is one of this world.</summary>
    public (string Session, string Secret)? Get(HttpContext context, World world) =>
        Find(context) is { } found && found.World == world ? (found.Session, found.Secret) : null;

    /// <summary>The session of this browser.</summary>
    public (World World, string Session, string Secret)? Find(HttpContext context) =>
        context.Request.Cookies[Name]?.Split('.') is [var number, var session, var secret]
        && int.TryParse(number, out var world)
            ? (new(world), session, secret)
            : null;

    /// <summary>The own pages of the customer who is signed in at this browser; null when nobody is.</summary>
    public async Task<string?> FindOwnAsync(HttpContext context, CustomerSessions sessions) =>
        Find(context) is var (world, id, secret)
        && await sessions.FindAsync(world, id, secret) is { Step: SessionStep.Home }
            ? PageRoutes.Own(world)
            : null;

    /// <summary>A browser that has no session yet, known by a secret that it gets here when it has none. It opens
    /// nothing: it ties a challenge for a passkey to the browser.</summary>
    public AskedBrowser VisitorOf(HttpContext context, World world)
    {
        var name = InteractionCookies.NameOf(address, "ob-visitor");
        if (context.Request.Cookies[name] is { Length: > 0 } known)
        {
            return new(world, known);
        }

        var secret = Ids.NewSecret();
        context.Response.Cookies.Append(name, secret, Options());
        return new(world, secret);
    }

    private CookieOptions Options() => InteractionCookies.OptionsOf(address, SameSiteMode.Strict);
}
