namespace OpenBanking.Server.Authorization;

/// <summary>What the endpoints of the authorization server answer with when they refuse, for the OpenAPI document.</summary>
public static class OAuthErrors
{
    public const string InvalidRequest = "invalid_request";
    public const string InvalidClient = "invalid_client";
    public const string InvalidGrant = "invalid_grant";
    public const string InvalidScope = "invalid_scope";
    public const string InvalidToken = "invalid_token";
    public const string InvalidProof = "invalid_dpop_proof";
    public const string NonceRequired = "use_dpop_nonce";
    public const string InvalidDetails = "invalid_authorization_details";
    public const string InvalidTarget = "invalid_target";
    public const string LoginRequired = "login_required";
    public const string InvalidMetadata = "invalid_client_metadata";
    public const string InvalidRedirectUri = "invalid_redirect_uri";
    public const string RequestNotSupported = "request_not_supported";
    public const string UnauthorizedClient = "unauthorized_client";
    public const string UnsupportedGrantType = "unsupported_grant_type";
    public const string UnsupportedResponseType = "unsupported_response_type";

    /// <summary>Each error, and what it means.</summary>
    public static IReadOnlyList<(string Error, string Meaning)> Meanings { get; } =
    [
        (InvalidRequest, "A parameter is missing, repeated or wrong (RFC 6749 §5.2)"),
        (
            InvalidClient,
            "The client is not known, or its assertion or certificate is not valid (RFC 6749 §5.2)"
        ),
        (
            InvalidGrant,
            "The code or refresh token is not valid, has ended, or is another client's (RFC 6749 §5.2)"
        ),
        (InvalidScope, "The scope holds what this client may not have (RFC 6749 §5.2)"),
        (InvalidToken, "The bearer token of the request is not valid (RFC 6750 §3.1)"),
        (InvalidProof, "The DPoP proof is missing or not valid (RFC 9449 §5)"),
        (NonceRequired, "The DPoP proof needs the nonce of the DPoP-Nonce header (RFC 9449 §8)"),
        (InvalidDetails, "The authorization details are not valid, or not allowed (RFC 9396 §5)"),
        (
            InvalidTarget,
            "The resource is not this server, whose tokens are good for nothing else (RFC 8707 §2)"
        ),
        (
            LoginRequired,
            "prompt=none cannot be: the bank always shows its pages (OpenID Connect Core §3.1.2.6)"
        ),
        (InvalidMetadata, "The registration lacks a member, or one is wrong (RFC 7591 §3.2.2)"),
        (InvalidRedirectUri, "A redirect URI is missing or not allowed (RFC 7591 §3.2.2)"),
        (RequestNotSupported, "Request objects are not taken here (OpenID Connect Core §3.1.2.6)"),
        (UnauthorizedClient, "The client is not registered for this (RFC 6749 §5.2)"),
        (UnsupportedGrantType, "There is no such grant type here (RFC 6749 §5.2)"),
        (UnsupportedResponseType, "The response type must be code (RFC 6749 §4.1.2.1)"),
    ];

    /// <summary>The HTTP status an error comes with.</summary>
    public static int StatusOf(string error) =>
        error is InvalidClient or InvalidToken
            ? StatusCodes.Status401Unauthorized
            : StatusCodes.Status400BadRequest;
}

/// <summary>The errors of a route, for the OpenAPI document.</summary>
public sealed record OAuthRefusals(int? Status, IReadOnlyList<string> Errors);

/// <summary>How routes of the authorization server say what they refuse with.</summary>
public static class OAuthRefusalRoutes
{
    /// <summary>Says which errors the route can answer with.</summary>
    public static RouteHandlerBuilder RefusesWith(this RouteHandlerBuilder route, params string[] errors) =>
        route.WithMetadata(new OAuthRefusals(Status: null, errors));

    /// <summary>Says which errors the route can answer with under another status than theirs.</summary>
    public static RouteHandlerBuilder RefusesWith(
        this RouteHandlerBuilder route,
        int status,
        params string[] errors
    ) => route.WithMetadata(new OAuthRefusals(status, errors));
}
