using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>The endpoints for clients with certificates (RFC 8705 §5).</summary>
public sealed record MtlsEndpointAliases : ResponseObject
{
    /// <summary>Where tokens come from.</summary>
    public required string TokenEndpoint { get; init; }

    /// <summary>Where authorization requests are pushed.</summary>
    public string? PushedAuthorizationRequestEndpoint { get; init; }

    /// <summary>Where tokens are taken back.</summary>
    public string? RevocationEndpoint { get; init; }

    /// <summary>Where resource servers ask what a token is.</summary>
    public string? IntrospectionEndpoint { get; init; }

    /// <summary>Where it is said who the customer is.</summary>
    public string? UserinfoEndpoint { get; init; }
}

/// <summary>What the authorization server is and does (RFC 8414, OpenID Connect Discovery 1.0).</summary>
public sealed record AuthorizationServerMetadata : ResponseObject
{
    /// <summary>The server's name: compare it to the letter.</summary>
    public required string Issuer { get; init; }

    /// <summary>Where customers are sent.</summary>
    public required string AuthorizationEndpoint { get; init; }

    /// <summary>Where tokens come from.</summary>
    public required string TokenEndpoint { get; init; }

    /// <summary>Where authorization requests are pushed.</summary>
    public required string PushedAuthorizationRequestEndpoint { get; init; }

    /// <summary>Where the server's public keys are.</summary>
    public required string JwksUri { get; init; }

    /// <summary>Where tokens are taken back (RFC 7009).</summary>
    public string? RevocationEndpoint { get; init; }

    /// <summary>Where resource servers ask what a token is (RFC 7662).</summary>
    public string? IntrospectionEndpoint { get; init; }

    /// <summary>Where it is said who the customer is (OpenID Connect Core §5.3).</summary>
    public string? UserinfoEndpoint { get; init; }

    /// <summary>Where customers are sent to sign out (OpenID Connect RP-Initiated Logout 1.0).</summary>
    public string? EndSessionEndpoint { get; init; }

    /// <summary>Where apps are registered, on a sandbox.</summary>
    public string? RegistrationEndpoint { get; init; }

    /// <summary>Where clients with certificates go instead (RFC 8705 §5), on a server that takes them.</summary>
    public MtlsEndpointAliases? MtlsEndpointAliases { get; init; }

    /// <summary>Whether tokens may be bound to a client certificate (RFC 8705 §3.3).</summary>
    public bool? TlsClientCertificateBoundAccessTokens { get; init; }

    /// <summary>True.</summary>
    public bool RequirePushedAuthorizationRequests { get; init; }

    /// <summary><c>code</c>.</summary>
    public required IReadOnlyList<string> ResponseTypesSupported
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary><c>query</c>.</summary>
    public IReadOnlyList<string>? ResponseModesSupported
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>The grants.</summary>
    public IReadOnlyList<string>? GrantTypesSupported
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary><c>S256</c>.</summary>
    public IReadOnlyList<string>? CodeChallengeMethodsSupported
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary><c>private_key_jwt</c>, and what the server takes of client certificates.</summary>
    public IReadOnlyList<string>? TokenEndpointAuthMethodsSupported
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary><c>PS256</c> and <c>ES256</c>.</summary>
    public IReadOnlyList<string>? TokenEndpointAuthSigningAlgValuesSupported
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary><c>private_key_jwt</c>, and what the server takes of client certificates.</summary>
    public IReadOnlyList<string>? RevocationEndpointAuthMethodsSupported
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary><c>PS256</c> and <c>ES256</c>.</summary>
    public IReadOnlyList<string>? RevocationEndpointAuthSigningAlgValuesSupported
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary><c>private_key_jwt</c>, and what the server takes of client certificates.</summary>
    public IReadOnlyList<string>? IntrospectionEndpointAuthMethodsSupported
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary><c>PS256</c> and <c>ES256</c>.</summary>
    public IReadOnlyList<string>? IntrospectionEndpointAuthSigningAlgValuesSupported
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary><c>PS256</c> and <c>ES256</c>.</summary>
    public IReadOnlyList<string>? DpopSigningAlgValuesSupported
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>True (RFC 9207).</summary>
    public bool AuthorizationResponseIssParameterSupported { get; init; }

    /// <summary>The authorization details types.</summary>
    public IReadOnlyList<string>? AuthorizationDetailsTypesSupported
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary><c>ES256</c>, or <c>PS256</c> of a server that is set up with it.</summary>
    public IReadOnlyList<string>? IdTokenSigningAlgValuesSupported
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary><c>pairwise</c>.</summary>
    public IReadOnlyList<string>? SubjectTypesSupported
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>The scopes.</summary>
    public IReadOnlyList<string>? ScopesSupported
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>The claims of an id token.</summary>
    public IReadOnlyList<string>? ClaimsSupported
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>The languages of the bank's pages.</summary>
    public IReadOnlyList<string>? UiLocalesSupported
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>What <c>prompt</c> may hold; the customer signs in and is asked for every request anyway.</summary>
    public IReadOnlyList<string>? PromptValuesSupported
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>False: the <c>claims</c> parameter is ignored.</summary>
    public bool ClaimsParameterSupported { get; init; }

    /// <summary>False: requests are pushed as parameters, not as signed objects.</summary>
    public bool RequestParameterSupported { get; init; }

    /// <summary>False: a request lies at this server, never elsewhere.</summary>
    public bool RequestUriParameterSupported { get; init; }
}
