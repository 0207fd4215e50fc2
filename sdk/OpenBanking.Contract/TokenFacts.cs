using System.Text.Json.Serialization;
using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>What a token is, as a resource server is told (RFC 7662 §2.2). Of a token that does not count nothing is
/// said but that.</summary>
public sealed record TokenIntrospection : ResponseObject
{
    /// <summary>Whether it counts.</summary>
    public required bool Active { get; init; }

    /// <summary>The authorization server.</summary>
    public string? Iss { get; init; }

    /// <summary>Whose requests it is for.</summary>
    public string? Aud { get; init; }

    /// <summary>The customer as the app's partner sees them, or the app itself.</summary>
    public string? Sub { get; init; }

    /// <summary>The app.</summary>
    public string? ClientId { get; init; }

    /// <summary>The scopes, space-separated.</summary>
    public string? Scope { get; init; }

    /// <summary><c>DPoP</c>, or <c>Bearer</c> for a token that is bound to a client certificate.</summary>
    public string? TokenType { get; init; }

    /// <summary>When it was given, in seconds since 1970.</summary>
    public long? Iat { get; init; }

    /// <summary>When it ends by itself, in seconds since 1970.</summary>
    public long? Exp { get; init; }

    /// <summary>Its own name.</summary>
    public string? Jti { get; init; }

    /// <summary>The key, or the certificate, it is bound to.</summary>
    public TokenConfirmation? Cnf { get; init; }

    /// <summary>The consent of a customer's token, <c>cns_…</c>.</summary>
    public string? ConsentId { get; init; }

    /// <summary>What a customer's token is good for (RFC 9396 §9.2).</summary>
    public IReadOnlyList<GrantedAuthorization>? AuthorizationDetails
    {
        get;
        init => field = Listed.Of(value);
    }
}

/// <summary>The key, or the certificate, a token is bound to (RFC 7800 §3.1): one of them.</summary>
public sealed record TokenConfirmation : ResponseObject
{
    /// <summary>The thumbprint of the DPoP key (RFC 9449 §6.1).</summary>
    public string? Jkt { get; init; }

    /// <summary>The digest of the client certificate (RFC 8705 §3.1).</summary>
    [JsonPropertyName("x5t#S256")]
    public string? CertificateDigest { get; init; }
}

/// <summary>Who the customer is to this partner (OpenID Connect Core §5.3).</summary>
public sealed record UserInfo : ResponseObject
{
    /// <summary>The customer, <c>cus_…</c>: the same as in the id token.</summary>
    public required string Sub { get; init; }
}
