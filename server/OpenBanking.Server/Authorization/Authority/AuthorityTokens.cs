using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization.Authority;

/// <summary>A token as it came. Of one that is no JWT nothing is known yet.</summary>
/// <param name="Hash">Its digest, the name it is remembered by.</param>
public sealed record PresentedToken(string Text, string Hash, AuthorityClaims? Claims);

/// <summary>What stands behind a token of the authority that counts.</summary>
public sealed record ForeignToken(LiveToken Live, IReadOnlySet<string> Scopes);

/// <summary>
/// Checks tokens of another authority. Before the proof, what costs nobody else anything (<see cref="ReadAsync"/>): a JWT
/// is of the type <c>at+jwt</c> (RFC 9068), signed with a key the authority publishes, and its claims are right; anything
/// else could be an opaque token. After it (<see cref="FindAsync"/>): the authority says that the token counts; the claims
/// are right; it is bound to the proof's key; its client is an app of the bank by the settings; who it is for: the app
/// itself, or a customer (<see cref="AuthorityCustomers"/>).
/// </summary>
public sealed class AuthorityTokens(
    AuthorityOptions options,
    ServerAddress address,
    AuthorityKeys keys,
    AuthorityIntrospection introspection,
    AuthorityCustomers customers,
    AppDirectory apps,
    WorldClocks clocks,
    TimeProvider time
)
{
    private const string TokenType = "at+jwt";
    private const string LongTokenType = "application/at+jwt";
    private const int LongestOpaque = 1_024;
    private const int MostKeptInGeneration = 50_000;
    private const string NotActive =
        "The authorization server does not know the token, or it was taken back.";

    private readonly string audience = options.Audience ?? address.Issuer;

    private readonly Dictionary<string, (string AppId, AuthorityClient Client)> clients =
        options.Clients.ToDictionary(client => client.Value.ClientId, client => (client.Key, client.Value));

    /// <summary>JWTs whose signature was checked, by hash.</summary>
    private readonly RecentlyUsed<Signed> kept = new(MostKeptInGeneration);

    /// <summary>The token, or why it cannot be one.</summary>
    public async ValueTask<(PresentedToken? Token, string? Reason)> ReadAsync(string text)
    {
        var hash = Secrets.HashOf(text);
        if (!text.Contains('.', StringComparison.Ordinal))
        {
            return options.Introspection && text.Length is > 0 and <= LongestOpaque && text.All(IsOpaque)
                ? (new(text, hash, Claims: null), null)
                : (null, null);
        }

        if (kept.Find(hash) is { } known && await keys.IsPublishedAsync(known.Signer))
        {
            return known.Claims.ExpiresAt > time.GetUtcNow()
                ? (new(text, hash, known.Claims), null)
                : (null, null);
        }

        if (
            Jws.TryParse(text) is not { Type: TokenType or LongTokenType } jws
            || await keys.FindSignerAsync(jws) is not { } signer
        )
        {
            return (null, $"The token must be signed by {options.Authority}, and of the type at+jwt.");
        }

        var (claims, reason) = Read(jws.Payload, issuerNeeded: true);
        if (claims is null)
        {
            return (null, reason);
        }

        kept.Keep(hash, new(claims, signer));
        return (new(text, hash, claims), null);
    }

    /// <summary>What stands behind the token, or why it does not count.</summary>
    /// <param name="thumbprint">Of the key the proof was made with.</param>
    /// <exception cref="AuthorityUnavailableException">The authority cannot be asked.</exception>
    public async ValueTask<(ForeignToken? Token, string? Reason)> FindAsync(
        PresentedToken presented,
        string thumbprint
    )
    {
        // An app that is nobody here is no reason to ask.
        if (presented.Claims is { } written && !clients.ContainsKey(written.ClientId))
        {
            return (null, Unknown(written.ClientId));
        }

        var (claims, reason) = await AskAsync(presented);
        return claims is null ? (null, reason)
            : claims.KeyThumbprint != thumbprint
                ? (null, "The token is bound to another key than the proof's.")
            : await FindAppAsync(claims);
    }

    private async ValueTask<(AuthorityClaims? Claims, string? Reason)> AskAsync(PresentedToken presented)
    {
        if (!options.Introspection)
        {
            return (presented.Claims, null);
        }

        if (await introspection.AskAsync(presented.Text, presented.Hash) is not { } answer)
        {
            return (null, NotActive);
        }

        return presented.Claims is { } written
            ? (written.With(answer, options), null)
            : Read(answer, issuerNeeded: false);
    }

    private async ValueTask<(ForeignToken?, string?)> FindAppAsync(AuthorityClaims claims)
    {
        if (
            !clients.TryGetValue(claims.ClientId, out var client)
            || await apps.FindAsync(client.AppId) is not { } app
        )
        {
            return (null, Unknown(claims.ClientId));
        }

        var now = await clocks.NowAsync(app.World);
        if (IsOfClient(claims, client.Client))
        {
            return (new(new(app, Consent: null, now), claims.Scopes), null);
        }

        var (consent, reason) = await customers.FindConsentAsync(app, claims, audience, now);
        return consent is null ? (null, reason) : (new(new(app, consent, now), claims.Scopes), null);
    }

    /// <summary>A token that the client has for itself says no subject, or the client (RFC 9068 §2.2).</summary>
    private static bool IsOfClient(AuthorityClaims claims, AuthorityClient client) =>
        claims.Subject is not { } subject || subject == client.ClientId || subject == client.Subject;

    private (AuthorityClaims?, string?) Read(System.Text.Json.JsonElement claims, bool issuerNeeded) =>
        AuthorityClaims.Read(claims, options, audience, time.GetUtcNow(), issuerNeeded);

    private static string Unknown(string clientId) => $"The client {clientId} is no app of this bank.";

    /// <summary>RFC 6750 §2.1, but for the dot, which a JWT has.</summary>
    private static bool IsOpaque(char one) =>
        char.IsAsciiLetterOrDigit(one) || one is '-' or '_' or '~' or '+' or '/' or '=';

    private sealed record Signed(AuthorityClaims Claims, PublicKey Signer);
}
