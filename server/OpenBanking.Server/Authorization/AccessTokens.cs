using System.Buffers;
using System.Globalization;
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

    /// <summary>Of a token without details; one with them takes more.</summary>
    private const int PayloadLength = 768;

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
        var payload = new ArrayBufferWriter<byte>(PayloadLength);
        using (var json = new Utf8JsonWriter(payload))
        {
            json.WriteStartObject();
            WriteClaims(json, app, scope, binding, consent);
            if (details is not null)
            {
                // RFC 9396 §9.1
                json.WritePropertyName("authorization_details"u8);
                JsonSerializer.Serialize(json, details, RequestJson.Default.AuthorizationDetailArray);
            }

            json.WriteEndObject();
        }

        return signingKeys.Sign(KeyPurpose.AccessTokens, TokenType, payload.WrittenSpan);
    }

    private void WriteClaims(
        Utf8JsonWriter json,
        AppRow app,
        string scope,
        TokenBinding binding,
        ConsentRow? consent
    )
    {
        var now = time.GetUtcNow();
        var clientId = app.Id.ToString();
        json.WriteString("iss"u8, address.Issuer);
        json.WriteString("aud"u8, address.Issuer);
        json.WriteString(
            "sub"u8,
            consent is null ? clientId : pairwise.Format(app.PartnerId, consent.CustomerId)
        );
        json.WriteString("client_id"u8, clientId);
        json.WriteNumber("iat"u8, now.ToUnixTimeSeconds());
        json.WriteNumber("exp"u8, (now + AuthorizationServerOptions.AccessTokenLifetime).ToUnixTimeSeconds());
        json.WriteString("jti"u8, Crockford.Encode(ids.NewGuid()));
        if (scope.Length > 0)
        {
            // None is left out (RFC 6749 §3.3).
            json.WriteString("scope"u8, scope);
        }

        json.WriteStartObject("cnf"u8);
        json.WriteString(binding.ConfirmationMember, binding.Thumbprint);
        json.WriteEndObject();
        if (consent is not null)
        {
            json.WriteString("consent_id"u8, consent.Id.ToString());
            json.WriteNumber("consent_epoch"u8, consent.Epoch);
        }
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

    /// <summary>Why a token is none any more, as far as it says so itself; null where the catalogue's sentence says as much.</summary>
    public string? WhyNot(string text)
    {
        var ago = time.GetUtcNow() - Jws.TryParse(text)?.Instant("exp");
        return ago >= TimeSpan.Zero
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The token expired {ago.Value.TotalSeconds:0} s ago: get a new one."
            )
            : null;
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
        // A customer's token may have none.
        && (jws.Text("scope") ?? (jws.Text("consent_id") is null ? null : "")) is { } scope
        && TokenBinding.Read(jws.Payload) is { } binding
            ? new(
                clientId,
                ScopeText.Read(scope).ToHashSet(),
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
