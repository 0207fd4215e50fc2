using System.Text.Json;

namespace OpenBanking.Server.Authorization.Authority;

/// <summary>What a token says, or the authority says of it: the same claims in both (RFC 9068 §2.2, RFC 7662 §2.2).</summary>
/// <param name="Subject">Null for a token that the client has for itself, from authorities that then say none.</param>
/// <param name="Customer">The bank's id of the customer, unread.</param>
/// <param name="Details">The authorization details, unread.</param>
public sealed record AuthorityClaims(
    string ClientId,
    string? Subject,
    IReadOnlySet<string> Scopes,
    string KeyThumbprint,
    DateTimeOffset ExpiresAt,
    string? Customer,
    JsonElement? Details
)
{
    /// <summary>Checks, in order: issuer; audience; expiry; beginning; client; the key it is bound to.</summary>
    /// <param name="issuerNeeded">Whether the issuer must be said: who was asked need not say it again.</param>
    public static (AuthorityClaims? Claims, string? Reason) Read(
        JsonElement claims,
        AuthorityOptions options,
        string audience,
        DateTimeOffset now,
        bool issuerNeeded
    )
    {
        var issuer = JsonText.Of(claims, "iss");
        var clientId = JsonText.Of(claims, "client_id") ?? JsonText.Of(claims, "azp");
        var thumbprint = claims.TryGetProperty("cnf", out var confirmation)
            ? JsonText.Of(confirmation, "jkt")
            : null;
        var expiresAt = Jws.InstantOf(claims, "exp");
        var reason =
            issuer != options.Authority && (issuerNeeded || claims.TryGetProperty("iss", out _))
                ? $"The token must be of {options.Authority}."
            : !IsFor(claims, audience) ? $"The token must be for {audience}: ask for it with this resource."
            : expiresAt is null || expiresAt <= now ? "The token has expired."
            : Jws.InstantOf(claims, "nbf") > now + AuthorizationServerOptions.ClockSkew
                ? "The token is not good yet."
            : clientId is null ? "The token names no client."
            : thumbprint is null ? "The token must be bound to a key (DPoP)."
            : null;
        return reason is null
            ? (
                new(
                    clientId!,
                    JsonText.Of(claims, "sub"),
                    ScopesOf(claims),
                    thumbprint!,
                    expiresAt!.Value,
                    JsonText.Of(claims, options.CustomerClaim),
                    DetailsOf(claims)
                ),
                null
            )
            : (null, reason);
    }

    /// <summary>What the authority says when it is asked counts for more than what it once wrote into the token.</summary>
    public AuthorityClaims With(JsonElement answer, AuthorityOptions options) =>
        this with
        {
            Subject = JsonText.Of(answer, "sub") ?? Subject,
            Scopes = answer.TryGetProperty("scope", out _) ? ScopesOf(answer) : Scopes,
            Customer = JsonText.Of(answer, options.CustomerClaim) ?? Customer,
            Details = DetailsOf(answer) ?? Details,
        };

    private static bool IsFor(JsonElement claims, string audience) =>
        claims.TryGetProperty("aud", out var value)
        && value.ValueKind switch
        {
            JsonValueKind.String => value.ValueEquals(audience),
            JsonValueKind.Array => value
                .EnumerateArray()
                .Any(one => one.ValueKind == JsonValueKind.String && one.ValueEquals(audience)),
            _ => false,
        };

    private static HashSet<string> ScopesOf(JsonElement claims) =>
        JsonText.Of(claims, "scope")?.Split(' ').ToHashSet() ?? [];

    private static JsonElement? DetailsOf(JsonElement claims) =>
        claims.TryGetProperty("authorization_details", out var details) ? details : null;
}
