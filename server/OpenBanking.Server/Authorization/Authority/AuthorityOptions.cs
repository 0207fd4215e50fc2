using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;

namespace OpenBanking.Server.Authorization.Authority;

/// <summary>Another FAPI 2.0 server in the place of this one's own, section <c>Authorization</c> of the configuration.
/// Without <see cref="Authority"/> the rest counts for nothing.</summary>
public sealed record AuthorityOptions : ISettings
{
    public static string Section => "Authorization";

    /// <summary>The most that a token which was taken back may go on.</summary>
    public static readonly TimeSpan LongestKept = TimeSpan.FromSeconds(30);

    /// <summary>The issuer, to the letter; null for the server's own.</summary>
    public string? Authority { get; init; }

    /// <summary>What its tokens must name in <c>aud</c>; this server's public address when null.</summary>
    public string? Audience { get; init; }

    /// <summary>Who this server is when it asks the authority what a token is (RFC 7662).</summary>
    public string? ClientId { get; init; }

    /// <summary>For <c>client_secret_basic</c>; or else a key.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>A private key in PEM, P-256 or RSA, for <c>private_key_jwt</c>. Its <c>kid</c> is its thumbprint
    /// (RFC 7638).</summary>
    public string? ClientKeyFile { get; init; }

    /// <summary>Whether every token is asked about. Without it a token that was taken back goes on until it expires, and
    /// only JWTs can be read.</summary>
    public bool Introspection { get; init; } = true;

    /// <summary>How long an answer counts: so late it is noticed that a token was taken back.</summary>
    public TimeSpan IntrospectionKept { get; init; } = LongestKept;

    /// <summary>The claim that holds the bank's own id of the customer, <c>cus_…</c>.</summary>
    public string CustomerClaim { get; init; } = "sub";

    /// <summary>Which client of the authority is which app of the bank, by the app's id. Whoever is not here is
    /// nobody.</summary>
    public Dictionary<string, AuthorityClient> Clients { get; init; } = [];

    /// <exception cref="WrongSettingException">A setting is missing, wrong, or out of range.</exception>
    public void Check(ServerOptions server)
    {
        if (Authority is null)
        {
            return;
        }

        if (!IsSafe(Authority, server.Sandbox))
        {
            throw Wrong("Authority must be an https address; a sandbox takes http on loopback, too.");
        }

        if (IntrospectionKept < TimeSpan.Zero || IntrospectionKept > LongestKept)
        {
            throw Wrong("IntrospectionKept must be 0 to 30 seconds.");
        }

        if (Introspection && (ClientId is null || ClientSecret is null == ClientKeyFile is null))
        {
            throw Wrong(
                "Introspection needs ClientId, and one of ClientSecret and ClientKeyFile; or set it to false, and a token "
                    + "that is taken back goes on until it expires."
            );
        }

        foreach (var (app, client) in Clients)
        {
            if (!Id<AppRow>.TryParse(app, out _) || string.IsNullOrEmpty(client.ClientId))
            {
                throw Wrong($"Clients:{app} must be an app's id, app_…, and have a ClientId.");
            }
        }

        if (Clients.Values.DistinctBy(client => client.ClientId).Count() != Clients.Count)
        {
            throw Wrong("Clients: a client of the authority is one app of the bank, not two.");
        }
    }

    /// <summary>Whether what is said there, and who says it, can be relied on.</summary>
    public static bool IsSafe(string? address, bool isSandbox) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && uri is { Query: "", Fragment: "", UserInfo: "" }
        && (
            uri.Scheme == Uri.UriSchemeHttps
            || (uri.Scheme == Uri.UriSchemeHttp && isSandbox && Loopback.Has(uri))
        );

    private static WrongSettingException Wrong(string sentence) => new($"Authorization:{sentence}");
}

/// <summary>A client of the authority.</summary>
public sealed record AuthorityClient
{
    /// <summary>Its id there.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>The <c>sub</c> of the tokens it gets for itself, where that is not its id.</summary>
    public string? Subject { get; init; }
}
