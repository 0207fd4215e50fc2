using OpenBanking.Server.Http;

namespace OpenBanking.Server.Authorization;

/// <summary>The authorization server's routes.</summary>
public static class OAuthRoutes
{
    public static void AddAuthorizationServer(this IServiceCollection services)
    {
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<DpopNonces>();
        services.AddSingleton<SeenProofs>();
        services.AddSingleton<DpopProofs>();
        services.AddSingleton<ClientAuthentication>();
        services.AddSingleton<PushedAuthorizationEndpoint>();
        services.AddSingleton<AuthorizeEndpoint>();
        services.AddSingleton<TokenEndpoint>();
        services.AddSingleton<RegistrationEndpoint>();
        services.AddSingleton<Interactions>();
    }

    public static void MapAuthorizationServer(this IEndpointRouteBuilder routes)
    {
        var oauth = routes.MapGroup("").WithTags("Authorization");
        oauth
            .MapGet("/.well-known/openid-configuration", Describe)
            .WithName("discover")
            .WithSummary("What the authorization server can do, and where (RFC 8414)")
            .Produces<AuthorizationServerMetadata>();
        oauth.MapGet("/.well-known/oauth-authorization-server", Describe).ExcludeFromDescription();
        oauth
            .MapGet("/oauth/jwks", (SigningKeys keys) => OAuthAnswers.Ok(keys.Published))
            .WithName("listSigningKeys")
            .WithSummary("The public keys that tokens are signed with (RFC 7517)")
            .Produces<JsonWebKeySetDocument>();
        oauth
            .MapGet(
                "/oauth/authorize",
                (HttpContext context, AuthorizeEndpoint endpoint) => endpoint.HandleAsync(context)
            )
            .ExcludeFromDescription();
        oauth
            .MapPost(
                "/oauth/par",
                (HttpContext context, PushedAuthorizationEndpoint endpoint) => endpoint.HandleAsync(context)
            )
            .WithName("pushAuthorizationRequest")
            .WithSummary("Pushes an authorization request (RFC 9126)")
            .WithDescription(
                "Send the customer's browser to /oauth/authorize with client_id and the request_uri of the answer."
            )
            .WithMetadata(new OAuthBody(typeof(PushedAuthorizationForm), OAuthForm.FormType))
            .Produces<PushedAuthorization>(StatusCodes.Status201Created)
            .DisableAntiforgery()
            .AddEndpointFilter(OfferNonceAsync);
        oauth
            .MapPost(
                "/oauth/token",
                (HttpContext context, TokenEndpoint endpoint) => endpoint.HandleAsync(context)
            )
            .WithName("issueToken")
            .WithSummary("Gives tokens for a code, a refresh token, or the app itself (RFC 6749 §3.2)")
            .WithDescription(
                "Needs a DPoP proof with the nonce of the last DPoP-Nonce header; without a fresh one the answer is "
                    + "use_dpop_nonce with the nonce to try again with."
            )
            .WithMetadata(new OAuthBody(typeof(TokenForm), OAuthForm.FormType))
            .Produces<TokenResponse>()
            .DisableAntiforgery()
            .AddEndpointFilter(OfferNonceAsync);
        if (routes.ServiceProvider.GetRequiredService<ServerMode>().IsSandbox)
        {
            oauth
                .MapPost(
                    "/oauth/register",
                    (HttpContext context, RegistrationEndpoint endpoint) => endpoint.HandleAsync(context)
                )
                .WithName("registerClient")
                .WithSummary("Registers an app (RFC 7591), on a sandbox")
                .WithDescription("Send the initial access token of the sandbox as a bearer token.")
                .WithMetadata(new OAuthBody(typeof(ClientRegistrationRequest), "application/json"))
                .Produces<ClientRegistration>(StatusCodes.Status201Created);
        }
    }

    private static IResult Describe(ServerAddress address, ServerMode mode) =>
        OAuthAnswers.Ok(Discovery.Describe(address, mode.IsSandbox));

    /// <summary>Every answer brings the nonce for the next proof (RFC 9449 §8.2).</summary>
    private static ValueTask<object?> OfferNonceAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var nonces = context.HttpContext.RequestServices.GetRequiredService<DpopNonces>();
        context.HttpContext.Response.Headers["DPoP-Nonce"] = nonces.Current(NonceRole.AuthorizationServer);
        return next(context);
    }
}
