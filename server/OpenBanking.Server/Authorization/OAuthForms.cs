namespace OpenBanking.Server.Authorization;

/// <summary>What an endpoint that reads its body itself takes, for the OpenAPI document.</summary>
/// <param name="Type">Null for an endpoint without a body.</param>
public sealed record OAuthBody(Type? Type, string ContentType);

/// <summary>How a client authenticates in a form (RFC 7523 §2.2); one that does so by certificate (RFC 8705 §2) sends
/// <c>client_id</c> and no assertion.</summary>
public abstract record AuthenticatedForm
{
    /// <summary>The app's id; needed without an assertion.</summary>
    public string? ClientId { get; init; }

    /// <summary><c>urn:ietf:params:oauth:client-assertion-type:jwt-bearer</c>.</summary>
    public string? ClientAssertionType { get; init; }

    /// <summary>A JWT signed with a registered key (ES256 or PS256): <c>iss</c> and <c>sub</c> the client id,
    /// <c>aud</c> the issuer as a string, <c>exp</c> at most five minutes ahead, a new <c>jti</c>. It is good for one request,
    /// also when that is refused; only after <c>use_dpop_nonce</c> may it be sent again.</summary>
    public string? ClientAssertion { get; init; }
}

/// <summary>The form of a pushed authorization request (RFC 9126 §2.1), as the OpenAPI document shows it.</summary>
public sealed record PushedAuthorizationForm : AuthenticatedForm
{
    /// <summary><c>code</c>.</summary>
    public required string ResponseType { get; init; }

    /// <summary>A registered address, to the letter.</summary>
    public required string RedirectUri { get; init; }

    /// <summary>Any of <c>openid accounts coupons</c>, with <c>accounts</c> for <c>account_information</c> and <c>coupons</c> for
    /// <c>coupon_wallet</c>. Without it the scope is what the details need; where they need none, the token has none.</summary>
    public string? Scope { get; init; }

    /// <summary>The SHA-256 digest of the code verifier in base64url (RFC 7636 §4.2).</summary>
    public required string CodeChallenge { get; init; }

    /// <summary><c>S256</c>.</summary>
    public required string CodeChallengeMethod { get; init; }

    /// <summary>What the customer is to allow (RFC 9396), as a JSON array: <c>account_opening</c>,
    /// <c>account_information</c>, <c>coupon_wallet</c>, <c>payment_agreement</c> with its limits.</summary>
    public required string AuthorizationDetails { get; init; }

    /// <summary>Comes back with the customer; at most 2,048 characters.</summary>
    public string? State { get; init; }

    /// <summary>Goes into the id token; at most 64 characters.</summary>
    public string? Nonce { get; init; }

    /// <summary>The thumbprint of the DPoP key the code is to be bound to (RFC 9449 §10).</summary>
    public string? DpopJkt { get; init; }

    /// <summary>The languages of the pages, the best one first: <c>zh-CN</c>, <c>en</c>.</summary>
    public string? UiLocales { get; init; }

    /// <summary>Any of <c>login consent select_account</c>, which is what every customer is asked for; <c>none</c> is
    /// answered <c>login_required</c>.</summary>
    public string? Prompt { get; init; }

    /// <summary>A number of seconds: every customer signs in anew, and <c>auth_time</c> in the id token says when.</summary>
    public string? MaxAge { get; init; }

    /// <summary><c>query</c>.</summary>
    public string? ResponseMode { get; init; }

    /// <summary>The issuer, as the tokens of this server are good for nothing else (RFC 8707 §2); may be sent more than
    /// once.</summary>
    public string? Resource { get; init; }
}

/// <summary>The form of a token request (RFC 6749 §4.1.3, §4.4.2, §6), as the OpenAPI document shows it.</summary>
public sealed record TokenForm : AuthenticatedForm
{
    /// <summary><c>authorization_code</c>, <c>client_credentials</c> or <c>refresh_token</c>.</summary>
    public required string GrantType { get; init; }

    /// <summary>The code, for <c>authorization_code</c>.</summary>
    public string? Code { get; init; }

    /// <summary>As in the pushed request, for <c>authorization_code</c>.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>The PKCE verifier, for <c>authorization_code</c>.</summary>
    public string? CodeVerifier { get; init; }

    /// <summary>The refresh token, for <c>refresh_token</c>.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>Less than all that may be had, which is what is given without it: of a customer's the scopes that the details
    /// need.</summary>
    public string? Scope { get; init; }

    /// <summary>Less than the customer allowed (RFC 9396 §6), as a JSON array, for <c>authorization_code</c> and
    /// <c>refresh_token</c>: the access token is good for that alone, and the next one may have all again.</summary>
    public string? AuthorizationDetails { get; init; }

    /// <summary>The issuer, as the tokens of this server are good for nothing else (RFC 8707 §2); may be sent more than
    /// once.</summary>
    public string? Resource { get; init; }
}

/// <summary>The form that names a token, to take it back (RFC 7009 §2.1) or to ask what it is (RFC 7662 §2.1), as the
/// OpenAPI document shows it.</summary>
public sealed record TokenNameForm : AuthenticatedForm
{
    /// <summary>The token.</summary>
    public required string Token { get; init; }

    /// <summary>Not needed, and ignored.</summary>
    public string? TokenTypeHint { get; init; }
}
