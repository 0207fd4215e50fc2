using System.Text.Json;
using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>A public key (RFC 7517). Never holds private members.</summary>
public sealed record JsonWebKeyDocument : ResponseObject
{
    /// <summary>Key type: <c>EC</c> or <c>RSA</c>.</summary>
    public required string Kty { get; init; }

    /// <summary>What it is for: <c>sig</c> or <c>enc</c>.</summary>
    public string? Use { get; init; }

    /// <summary>What may be done with it (RFC 7517 §4.3): of an app's key, <c>verify</c> among them.</summary>
    public IReadOnlyList<string>? KeyOps
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>The key's id, 1–256 characters; unique in its set.</summary>
    public string? Kid { get; init; }

    /// <summary>The algorithm: <c>ES256</c> or <c>PS256</c>, or <c>ECDH-ES+A256KW</c> of a key to encrypt to.</summary>
    public string? Alg { get; init; }

    /// <summary>Curve, for EC.</summary>
    public string? Crv { get; init; }

    /// <summary>X coordinate, for EC.</summary>
    public string? X { get; init; }

    /// <summary>Y coordinate, for EC.</summary>
    public string? Y { get; init; }

    /// <summary>Modulus, for RSA.</summary>
    public string? N { get; init; }

    /// <summary>Exponent, for RSA.</summary>
    public string? E { get; init; }
}

/// <summary>A set of public keys (RFC 7517 §5).</summary>
public sealed record JsonWebKeySetDocument : ResponseObject
{
    internal static readonly JsonWebKeySetDocument Empty = new() { Keys = [] };

    /// <summary>The keys.</summary>
    public required IReadOnlyList<JsonWebKeyDocument> Keys
    {
        get;
        init => field = Listed.Of(value);
    }
}

/// <summary>Registers an app (RFC 7591 §2). Members this server does not know are ignored, as the RFC asks.</summary>
public sealed record ClientRegistrationRequest : ResponseObject
{
    /// <summary>The app's name, as the customer reads it on the bank's pages; 1–64 characters.</summary>
    public required string ClientName { get; init; }

    /// <summary>Where customers may be sent back to, compared to the letter: https, or http on loopback; at most ten addresses
    /// of 512 characters. An app without the grant <c>authorization_code</c> needs none.</summary>
    public IReadOnlyList<string> RedirectUris
    {
        get => field ?? [];
        init => field = Listed.Of(value);
    }

    /// <summary>The app's public keys, ten at most; the private ones never leave the app's server. An app that authenticates by
    /// <c>tls_client_auth</c> signs nothing and needs none.</summary>
    public JsonWebKeySetDocument Jwks
    {
        get => field ?? JsonWebKeySetDocument.Empty;
        init;
    }

    /// <summary><c>private_key_jwt</c>, which is the default; or <c>tls_client_auth</c> or
    /// <c>self_signed_tls_client_auth</c> on a server that takes client certificates.</summary>
    public string? TokenEndpointAuthMethod { get; init; }

    /// <summary>For <c>tls_client_auth</c>, one of five (RFC 8705 §2.1.2): the subject of the app's certificates, as RFC 4514
    /// writes it, such as <c>CN=app.example,2.5.4.97=PSDDE-BAFIN-123,C=DE</c>.</summary>
    public string? TlsClientAuthSubjectDn { get; init; }

    /// <summary>For <c>tls_client_auth</c>: a DNS name of the app's certificates.</summary>
    public string? TlsClientAuthSanDns { get; init; }

    /// <summary>For <c>tls_client_auth</c>: a URI of the app's certificates.</summary>
    public string? TlsClientAuthSanUri { get; init; }

    /// <summary>For <c>tls_client_auth</c>: an IP address of the app's certificates, IPv4 in four parts or IPv6, without
    /// brackets, port or zone.</summary>
    public string? TlsClientAuthSanIp { get; init; }

    /// <summary>For <c>tls_client_auth</c>: an e-mail address of the app's certificates, without <c>mailto:</c>.</summary>
    public string? TlsClientAuthSanEmail { get; init; }

    /// <summary>Whether tokens asked for without a DPoP proof are bound to the app's certificate (RFC 8705 §3.4); by
    /// default they are not.</summary>
    public bool? TlsClientCertificateBoundAccessTokens { get; init; }

    /// <summary>Only <c>code</c>; nothing for an app without the grant <c>authorization_code</c>.</summary>
    public IReadOnlyList<string>? ResponseTypes
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>Any of <c>authorization_code</c>, <c>client_credentials</c>, <c>refresh_token</c>; all by default.</summary>
    public IReadOnlyList<string>? GrantTypes
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>The scopes the app may ask for, space-separated; all by default.</summary>
    public string? Scope { get; init; }

    /// <summary>The authorization details types the app may ask for (RFC 9396 §10); all by default. An app without the grant
    /// <c>authorization_code</c> may have none.</summary>
    public IReadOnlyList<string>? AuthorizationDetailsTypes
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>Only the server's own, <c>ES256</c> unless it is set up with <c>PS256</c>; by default that.</summary>
    public string? IdTokenSignedResponseAlg { get; init; }

    /// <summary>The scene 场景 the app is: <c>video</c>, <c>food_delivery</c>, <c>shopping</c>, <c>transit</c>,
    /// <c>campus</c>, <c>parking</c>, <c>government</c> or <c>other</c>, which is the default.</summary>
    public string? Scene { get; init; }

    /// <summary>Refused: keys are registered by value.</summary>
    public string? JwksUri { get; init; }

    /// <summary>Where customers may be sent after signing out at the bank, compared to the letter: https, or http on
    /// loopback.</summary>
    public IReadOnlyList<string>? PostLogoutRedirectUris
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>The app's logo, which the bank's pages show beside its name: by value, as
    /// <c>data:image/png;base64,…</c> or <c>data:image/jpeg;base64,…</c> of at most 32 KB, with 64 to 1024 pixels a side.</summary>
    public string? LogoUri { get; init; }

    /// <summary>Only when a registration is changed (RFC 7592 §2.2): the app's id, as it is in the address.</summary>
    public string? ClientId { get; init; }
}

/// <summary>A registered app (RFC 7591 §3.2.1).</summary>
public sealed record ClientRegistration : ResponseObject
{
    /// <summary>The app's id, <c>app_…</c>.</summary>
    public required string ClientId { get; init; }

    /// <summary>When it was registered, in seconds since 1970.</summary>
    public required long ClientIdIssuedAt { get; init; }

    /// <summary>The app's name.</summary>
    public required string ClientName { get; init; }

    /// <summary>Where customers may be sent back to.</summary>
    public required IReadOnlyList<string> RedirectUris
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>The app's public keys.</summary>
    public required JsonWebKeySetDocument Jwks { get; init; }

    /// <summary><c>private_key_jwt</c>, <c>tls_client_auth</c> or <c>self_signed_tls_client_auth</c>.</summary>
    public required string TokenEndpointAuthMethod { get; init; }

    /// <summary>For <c>tls_client_auth</c>, one of five (RFC 8705 §2.1.2): the subject of the app's certificates, as RFC 4514
    /// writes it.</summary>
    public string? TlsClientAuthSubjectDn { get; init; }

    /// <summary>For <c>tls_client_auth</c>: a DNS name of the app's certificates.</summary>
    public string? TlsClientAuthSanDns { get; init; }

    /// <summary>For <c>tls_client_auth</c>: a URI of the app's certificates.</summary>
    public string? TlsClientAuthSanUri { get; init; }

    /// <summary>For <c>tls_client_auth</c>: an IP address of the app's certificates.</summary>
    public string? TlsClientAuthSanIp { get; init; }

    /// <summary>For <c>tls_client_auth</c>: an e-mail address of the app's certificates.</summary>
    public string? TlsClientAuthSanEmail { get; init; }

    /// <summary>Whether tokens asked for without a DPoP proof are bound to the app's certificate (RFC 8705 §3.4).</summary>
    public bool? TlsClientCertificateBoundAccessTokens { get; init; }

    /// <summary><c>code</c>; nothing for an app without the grant <c>authorization_code</c>.</summary>
    public required IReadOnlyList<string> ResponseTypes
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>The grants the app may use.</summary>
    public required IReadOnlyList<string> GrantTypes
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>The scopes the app may ask for.</summary>
    public required string Scope { get; init; }

    /// <summary>The authorization details types the app may ask for.</summary>
    public required IReadOnlyList<string> AuthorizationDetailsTypes
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary><c>ES256</c>, or <c>PS256</c> of a server that is set up with it.</summary>
    public required string IdTokenSignedResponseAlg { get; init; }

    /// <summary>True: every access token is bound to a DPoP key (RFC 9449 §5.2). False for an app whose tokens may be bound
    /// to its certificate instead.</summary>
    public required bool DpopBoundAccessTokens { get; init; }

    /// <summary>True: authorization requests are pushed (RFC 9126 §6).</summary>
    public required bool RequirePushedAuthorizationRequests { get; init; }

    /// <summary>The scene, one of <see cref="Scenes"/>.</summary>
    public required string Scene { get; init; }

    /// <summary>Where customers may be sent after signing out at the bank.</summary>
    public IReadOnlyList<string>? PostLogoutRedirectUris
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>The app's logo, by value, with nothing in it but what makes the picture.</summary>
    public string? LogoUri { get; init; }

    /// <summary>Where the registration is read, changed and deleted (RFC 7592 §3).</summary>
    public string? RegistrationClientUri { get; init; }

    /// <summary>What that is done with, as a bearer token. Each change gives another, which ends the one before; reading
    /// says the one it is read with.</summary>
    public string? RegistrationAccessToken { get; init; }

    /// <summary>The app's id; none of what it is managed with.</summary>
    private protected override string Describe() => $"{nameof(ClientRegistration)} {ClientId}";
}

/// <summary>Where a pushed authorization request is kept (RFC 9126 §2.2).</summary>
public sealed record PushedAuthorization : ResponseObject
{
    /// <summary>What to send the customer to the authorization endpoint with.</summary>
    public required string RequestUri { get; init; }

    /// <summary>For how many seconds.</summary>
    public required int ExpiresIn { get; init; }

    /// <summary>Not what the customer is sent with.</summary>
    private protected override string Describe() => nameof(PushedAuthorization);
}

/// <summary>The token endpoint's answer (RFC 6749 §5.1, RFC 9396 §7).</summary>
public sealed record TokenResponse : ResponseObject
{
    /// <summary>The access token.</summary>
    public required string AccessToken { get; init; }

    /// <summary><c>DPoP</c>, or <c>Bearer</c> for a token that is bound to a client certificate; compare without
    /// case.</summary>
    public required string TokenType { get; init; }

    /// <summary>For how many seconds it is good.</summary>
    public required int ExpiresIn { get; init; }

    /// <summary>The scopes it holds.</summary>
    public string? Scope { get; init; }

    /// <summary>For the code grant: what to get the next access token with; for an app that is registered for
    /// <c>refresh_token</c>.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>For the code grant with <c>openid</c>: who the customer is to this partner.</summary>
    public string? IdToken { get; init; }

    /// <summary>For the code grant: what was granted.</summary>
    public IReadOnlyList<GrantedAuthorization>? AuthorizationDetails
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>For the code grant: the consent, <c>cns_…</c>.</summary>
    public string? ConsentId { get; init; }

    /// <summary>The kind and the consent; none of the tokens.</summary>
    private protected override string Describe() =>
        $"{TokenType} token for {ExpiresIn} s, consent {ConsentId}";
}

/// <summary>An OAuth error (RFC 6749 §5.2).</summary>
public sealed record OAuthError : ResponseObject
{
    /// <summary>The error's code.</summary>
    public required string Error { get; init; }

    /// <summary>What to do about it, for a developer.</summary>
    public string? ErrorDescription { get; init; }
}

/// <summary>The scopes an app may ask for.</summary>
public static class Scopes
{
    /// <summary>An id token (OpenID Connect).</summary>
    public const string OpenId = "openid";

    /// <summary>Of a customer: the e-account, with <c>account_information</c>.</summary>
    public const string Accounts = "accounts";

    /// <summary>Of a customer: the coupons, with <c>coupon_wallet</c>.</summary>
    public const string Coupons = "coupons";

    /// <summary>Of the app: payments, refunds and top-ups under agreements.</summary>
    public const string Payments = "payments";

    /// <summary>Of the app: reading payments, refunds, top-ups, orders, agreements and consents.</summary>
    public const string PaymentsRead = "payments.read";

    /// <summary>Of the app: coupon stocks and issuing.</summary>
    public const string CouponsIssue = "coupons.issue";

    /// <summary>Of the app: applications for e-accounts.</summary>
    public const string Applications = "applications";

    /// <summary>Of the app: merchants that sell through the partner, and what was paid out.</summary>
    public const string Settlement = "settlement";

    /// <summary>Of the app: webhook endpoints.</summary>
    public const string Webhooks = "webhooks";

    /// <summary>Of a resource server, which is no app and has no other scope: asking what a token is (RFC 7662).</summary>
    public const string Introspection = "introspection";

    /// <summary>Those a customer grants, in a code flow.</summary>
    public static IReadOnlyList<string> OfCustomer { get; } = [OpenId, Accounts, Coupons];

    /// <summary>Those an app holds by itself, through client credentials.</summary>
    public static IReadOnlyList<string> OfApp { get; } =
    [Payments, PaymentsRead, CouponsIssue, Webhooks, Applications, Settlement];

    /// <summary>All that an app may hold.</summary>
    public static IReadOnlyList<string> All { get; } = [.. OfCustomer, .. OfApp];
}
