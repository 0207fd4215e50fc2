using System.Text.Json;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Authorization;

/// <summary>What a valid access token says.</summary>
/// <param name="ConsentId">The consent a customer's token acts under; null for a token of the app itself.</param>
/// <param name="TokenId">Its <c>jti</c>.</param>
/// <param name="Epoch">The epoch of its consent in which it was given.</param>
/// <param name="Details">What of its consent it is good for; null when for all of it.</param>
public sealed record AccessToken(
    string ClientId,
    IReadOnlySet<string> Scopes,
    TokenBinding Binding,
    Id<ConsentRow>? ConsentId,
    DateTimeOffset ExpiresAt,
    string TokenId,
    DateTimeOffset IssuedAt,
    long Epoch,
    IReadOnlyList<AuthorizationDetail>? Details
);

/// <summary>Issues and reads access tokens: JWTs (RFC 9068) bound to the key of a DPoP proof, or to a client certificate. A
/// valid one is remembered until it expires, so that its signature is checked once.</summary>
public sealed class AccessTokens(
    ServerAddress address,
    SigningKeys signingKeys,
    PairwiseIds pairwise,
    TimeProvider time,
    Ids ids
)
{
    private const string TokenType = "at+jwt";
    private const int MostKeptInGeneration = 50_000;

    /// <summary>By the token's hash.</summary>
    private readonly RecentlyUsed<Kept> kept = new(MostKeptInGeneration);

    /// <param name="details">What of the consent the token is to be good for; null for all of it.</param>
    public string Issue(
        AppRow app,
        string scope,
        TokenBinding binding,
        ConsentRow? consent,
        AuthorizationDetail[]? details = null
    )
    {
        var now = time.GetUtcNow();
        var payload = new Dictionary<string, object>
        {
            ["iss"] = address.Issuer,
            ["aud"] = address.Issuer,
            ["sub"] = consent is null
                ? app.Id.ToString()
                : pairwise.Format(app.PartnerId, consent.CustomerId),
            ["client_id"] = app.Id.ToString(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + AuthorizationServerOptions.AccessTokenLifetime).ToUnixTimeSeconds(),
            ["jti"] = Crockford.Encode(ids.NewGuid()),
            ["scope"] = scope,
            ["cnf"] = binding.Confirmation,
        };
        if (consent is not null)
        {
            payload["consent_id"] = consent.Id.ToString();
            payload["consent_epoch"] = consent.Epoch;
        }

        if (details is not null)
        {
            // RFC 9396 §9.1
            payload["authorization_details"] = JsonSerializer.SerializeToElement(
                details,
                RequestJson.Default.AuthorizationDetailArray
            );
        }

        return signingKeys.Sign(
            KeyPurpose.AccessTokens,
            TokenType,
            JsonSerializer.SerializeToUtf8Bytes(payload)
        );
    }

    /// <summary>Null for anything but a token of this server that has not expired.</summary>
    public AccessToken? Read(string text)
    {
        var now = time.GetUtcNow();
        var hash = Secrets.HashOf(text);
        if (kept.Find(hash) is { } known)
        {
            return known.Token.ExpiresAt > now && IsTrusted(known.KeyId) ? known.Token : null;
        }

        if (Jws.TryParse(text) is { } jws && Validate(jws, now) is { } token)
        {
            kept.Keep(hash, new(token, jws.KeyId!));
            return token;
        }

        return null;
    }

    /// <summary>A key may go before the tokens it signed expire.</summary>
    private bool IsTrusted(string keyId) => signingKeys.Find(KeyPurpose.AccessTokens, keyId) is not null;

    private AccessToken? Validate(Jws jws, DateTimeOffset now) =>
        jws.Type == TokenType
        && signingKeys.Find(KeyPurpose.AccessTokens, jws.KeyId) is { } key
        && jws.IsSignedBy(key)
        && jws.Text("iss") == address.Issuer
        && jws.Text("aud") == address.Issuer
        && jws.Instant("exp") is { } expiresAt
        && expiresAt > now
        && jws.Text("client_id") is { } clientId
        && jws.Text("jti") is { } tokenId
        && jws.Instant("iat") is { } issuedAt
        && jws.Text("scope") is { } scope
        && TokenBinding.Read(jws.Payload) is { } binding
            ? new(
                clientId,
                scope.Split(' ').ToHashSet(),
                binding,
                Id<ConsentRow>.TryParse(jws.Text("consent_id"), out var consent) ? consent : null,
                expiresAt,
                tokenId,
                issuedAt,
                // A token of before there were epochs is of the first.
                jws.Payload.TryGetProperty("consent_epoch", out var epoch)
                    ? epoch.GetInt64()
                    : 0,
                jws.Payload.TryGetProperty("authorization_details", out var details)
                    ? AuthorizationDetails.Read(details.GetRawText())
                    : null
            )
            : null;

    private sealed record Kept(AccessToken Token, string KeyId);
}
