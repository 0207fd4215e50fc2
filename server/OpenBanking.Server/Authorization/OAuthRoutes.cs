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
        var oauth = routes.MapGroup("").ExcludeFromDescription();
        oauth.MapGet("/.well-known/openid-configuration", Describe);
        oauth.MapGet("/.well-known/oauth-authorization-server", Describe);
        oauth.MapGet("/oauth/jwks", (SigningKeys keys) => OAuthAnswers.Ok(keys.Published));
        oauth.MapGet(
            "/oauth/authorize",
            (HttpContext context, AuthorizeEndpoint endpoint) => endpoint.HandleAsync(context)
        );
        oauth
            .MapPost(
                "/oauth/par",
                (HttpContext context, PushedAuthorizationEndpoint endpoint) => endpoint.HandleAsync(context)
            )
            .DisableAntiforgery()
            .AddEndpointFilter(OfferNonceAsync);
        oauth
            .MapPost(
                "/oauth/token",
                (HttpContext context, TokenEndpoint endpoint) => endpoint.HandleAsync(context)
            )
            .DisableAntiforgery()
            .AddEndpointFilter(OfferNonceAsync);
        if (routes.ServiceProvider.GetRequiredService<ServerMode>().IsSandbox)
        {
            oauth.MapPost(
                "/oauth/register",
                (HttpContext context, RegistrationEndpoint endpoint) => endpoint.HandleAsync(context)
            );
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
