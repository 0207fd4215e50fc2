using OpenBanking.Server.Http;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Ties an interaction to the browser that began it: one cookie an interaction, so that two tabs do not
/// disturb each other. Over https its name lets no other host and no plain http set it (RFC 6265bis §4.1.3.2).</summary>
public sealed class InteractionCookies(ServerAddress address)
{
    private const string HostPrefix = "__Host-";

    /// <summary>The name of a cookie of ours at this address.</summary>
    public static string NameOf(ServerAddress address, string name) =>
        address.IsLoopback ? name : HostPrefix + name;

    /// <summary>What goes with each cookie of ours: it is for the bank's own pages, and out of reach of scripts.</summary>
    /// <param name="kept">How long; until the browser ends when null.</param>
    public static CookieOptions OptionsOf(
        ServerAddress address,
        SameSiteMode sameSite,
        TimeSpan? kept = null
    ) =>
        new()
        {
            HttpOnly = true,
            Secure = !address.IsLoopback,
            SameSite = sameSite,
            Path = address.IsLoopback ? address.PathBase + "/bank" : "/",
            MaxAge = kept,
            IsEssential = true,
        };

    public void Set(HttpContext context, World world, string interaction, string secret) =>
        context.Response.Cookies.Append(NameOf(interaction), $"{world}.{secret}", Options());

    public void Remove(HttpContext context, string interaction) =>
        context.Response.Cookies.Delete(NameOf(interaction), Options());

    /// <summary>The secret of an interaction, if this browser began it.</summary>
    public string? Get(HttpContext context, World world, string interaction) =>
        context.Request.Cookies[NameOf(interaction)]?.Split('.') is [var number, var secret]
        && number == world.ToString()
            ? secret
            : null;

    /// <summary>All interactions this browser began.</summary>
    public IEnumerable<(World World, string Interaction, string Secret)> All(HttpContext context)
    {
        var prefix = NameOf("");
        foreach (var (name, value) in context.Request.Cookies)
        {
            if (
                name.StartsWith(prefix, StringComparison.Ordinal)
                && value.Split('.') is [var number, var secret]
                && int.TryParse(number, out var world)
            )
            {
                yield return (new(world), name[prefix.Length..], secret);
            }
        }
    }

    /// <summary>Lax: the way from the app to the bank begins at another site.</summary>
    private CookieOptions Options() => OptionsOf(address, SameSiteMode.Lax);

    private string NameOf(string interaction) => NameOf(address, "ob-" + interaction);
}
