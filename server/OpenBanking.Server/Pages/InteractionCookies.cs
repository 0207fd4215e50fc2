using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Ties an interaction to the browser that began it: one cookie an interaction, so that two tabs do not
/// disturb each other. Over https its name lets no other host and no plain http set it (RFC 6265bis §4.1.3.2).</summary>
public sealed class InteractionCookies(ServerAddress address)
{
    /// <summary>A browser sends all its cookies with each request, and a server takes only so many headers.</summary>
    private const int MostKept = 16;

    /// <summary>A proxy gives up an answer with much more in its headers. What is left over ends with the next answer.</summary>
    private const int MostEnded = 16;

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

    public void Set(HttpContext context, World world, string interaction, string secret)
    {
        context.Response.Cookies.Append(NameOf(interaction), $"{world}.{secret}", Options());
        Bound(context, interaction);
    }

    /// <summary>
    /// Ends the cookies of all interactions of this kind but the newest, and this one. None ends with its interaction: until then it
    /// tells who comes back where they came from. Pages do this too: over http the browser does not send these cookies to where an
    /// interaction begins.
    /// </summary>
    public void Bound(HttpContext context, string interaction)
    {
        var kind = NameOf(interaction[..(interaction.IndexOf('_', StringComparison.Ordinal) + 1)]);
        var current = NameOf(interaction);
        if (kind == NameOf(""))
        {
            return;
        }

        // Ids sort by time. What is none was never set here, and goes first.
        var known = context.Request.Cookies.Keys.Where(name =>
            name.StartsWith(kind, StringComparison.Ordinal)
        );
        var tooOld = known
            .Union([current])
            .OrderByDescending(name => Crockford.TryDecode(name.AsSpan(kind.Length), out _))
            .ThenByDescending(name => name, StringComparer.Ordinal)
            .Skip(MostKept)
            .Where(name => name != current)
            .Reverse()
            .Take(MostEnded);
        foreach (var name in tooOld)
        {
            context.Response.Cookies.Delete(name, Options());
        }
    }

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

    /// <summary>The world that this browser is or was at, as far as its cookies tell.</summary>
    public World? WorldOf(HttpContext context, SessionCookie session) =>
        session.Find(context) is { } signedIn
            ? signedIn.World
            : All(context).Select(begun => (World?)begun.World).FirstOrDefault();

    /// <summary>Lax: the way from the app to the bank begins at another site.</summary>
    private CookieOptions Options() => OptionsOf(address, SameSiteMode.Lax);

    private string NameOf(string interaction) => NameOf(address, "ob-" + interaction);
}
