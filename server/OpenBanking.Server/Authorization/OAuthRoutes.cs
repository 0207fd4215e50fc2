using OpenBanking.Server.Authorization.Authority;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Authorization;

/// <summary>The authorization server's routes.</summary>
public static class OAuthRoutes
{
    public static void AddAuthorizationServer(this IServiceCollection services)
    {
        services.AddSingleton<SigningKeys>();
        services.AddHostedService<KeyRotation>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<DpopNonces>();
        services.AddSingleton<SeenProofs>();
        services.AddSingleton<SharedProofs>();
        services.AddSingleton<DpopProofs>();
        services.AddSingleton<SenderConstraint>();
        services.AddSingleton<CertificateMetadata>();
        services.AddSingleton<CertificateAuthentication>();
        services.AddSingleton<ClientAuthentication>();
        services.AddSingleton<RequestUris>();
        services.AddSingleton<PushedAuthorizationEndpoint>();
        services.AddSingleton<AuthorizeEndpoint>();
        services.AddSingleton<TokenEndpoint>();
        services.AddSingleton<IdTokens>();
        services.AddSingleton<LiveTokens>();
        services.AddSingleton<RevocationEndpoint>();
        services.AddSingleton<IntrospectionEndpoint>();
        services.AddSingleton<RegistrationEndpoint>();
        services.AddSingleton<EndedApps>();
        services.AddSingleton<ClientManagementEndpoint>();
        services.AddSingleton<EndSessionEndpoint>();
        services.AddSingleton<Interactions>();
    }

    public static void MapAuthorizationServer(this IEndpointRouteBuilder routes)
    {
        var oauth = routes.MapGroup("").WithTags("Authorization");
        if (routes.ServiceProvider.GetRequiredService<ServerMode>().IsSandbox)
        {
            // Wherever tokens come from: which app a client is, the bank knows.
            MapRegistration(oauth);
        }

        if (routes.ServiceProvider.GetRequiredService<AuthorityOptions>().Authority is not null)
        {
            routes.MapAuthority();
            return;
        }

        oauth
            .MapMethods("/.well-known/openid-configuration", ApiRoutes.Reading, Describe)
            .WithMetadata(new Revalidated())
            .WithName("discover")
            .WithSummary("What the authorization server can do, and where (RFC 8414)")
            .Produces<AuthorizationServerMetadata>();
        oauth
            .MapMethods("/.well-known/oauth-authorization-server", ApiRoutes.Reading, Describe)
            .ExcludeFromDescription();
        if (routes.ServiceProvider.GetRequiredService<ServerAddress>().PathBase is { Length: > 0 } path)
        {
            // RFC 8414 §3.1: the issuer's path comes last.
            oauth
                .MapMethods("/.well-known/oauth-authorization-server" + path, ApiRoutes.Reading, Describe)
                .ExcludeFromDescription();
        }

        oauth
            .MapMethods(
                "/oauth/jwks",
                ApiRoutes.Reading,
                // A key may have to go at once: nothing in between answers for it without asking here.
                (SigningKeys keys) => Answers.Published(keys.Published, TimeSpan.Zero)
            )
            .WithMetadata(new Revalidated())
            .WithName("listSigningKeys")
            .WithSummary("The public keys that tokens are signed with (RFC 7517)")
            .Produces<JsonWebKeySetDocument>();
        oauth
            .MapMethods(
                AuthorizeEndpoint.Path,
                [HttpMethods.Get, HttpMethods.Head, HttpMethods.Post],
                (HttpContext context, AuthorizeEndpoint endpoint) => endpoint.HandleAsync(context)
            )
            .DisableAntiforgery()
            .ExcludeFromDescription();
        oauth
            .MapMethods(
                EndSessionEndpoint.Path,
                [HttpMethods.Get, HttpMethods.Post],
                (HttpContext context, EndSessionEndpoint endpoint) => endpoint.HandleAsync(context)
            )
            .DisableAntiforgery()
            .ExcludeFromDescription();
        oauth
            .MapPost(
                "/oauth/par",
                (HttpContext context, PushedAuthorizationEndpoint endpoint, DpopNonces nonces) =>
                    endpoint.HandleAsync(Offering(nonces, context))
            )
            .WithName("pushAuthorizationRequest")
            .WithSummary("Pushes an authorization request (RFC 9126)")
            .WithDescription(
                "Send the customer's browser to /oauth/authorize with client_id and the request_uri of the answer, by a link or "
                    + "by a form. request, request_uri and id_token_hint are not taken."
            )
            .WithMetadata(new OAuthBody(typeof(PushedAuthorizationForm), OAuthForm.FormType))
            .RefusesWith(
                OAuthErrors.InvalidRequest,
                OAuthErrors.InvalidClient,
                OAuthErrors.InvalidProof,
                OAuthErrors.NonceRequired,
                OAuthErrors.InvalidScope,
                OAuthErrors.InvalidDetails,
                OAuthErrors.InvalidTarget,
                OAuthErrors.LoginRequired,
                OAuthErrors.RequestNotSupported,
                OAuthErrors.UnauthorizedClient,
                OAuthErrors.UnsupportedResponseType
            )
            .Refuses(ProblemCodes.BodyTooLarge)
            .Produces<PushedAuthorization>(StatusCodes.Status201Created)
            .DisableAntiforgery();
        oauth
            .MapPost(
                "/oauth/token",
                (HttpContext context, TokenEndpoint endpoint, DpopNonces nonces) =>
                    endpoint.HandleAsync(Offering(nonces, context))
            )
            .WithName("issueToken")
            .WithSummary("Gives tokens for a code, a refresh token, or the app itself (RFC 6749 §3.2)")
            .WithDescription(
                "Needs a DPoP proof with the nonce of the last DPoP-Nonce header; without a fresh one the answer is "
                    + "use_dpop_nonce with the nonce to try again with. A client that is registered for it may present its "
                    + "certificate instead."
            )
            .WithMetadata(new OAuthBody(typeof(TokenForm), OAuthForm.FormType))
            .RefusesWith(
                OAuthErrors.InvalidRequest,
                OAuthErrors.InvalidClient,
                OAuthErrors.InvalidProof,
                OAuthErrors.NonceRequired,
                OAuthErrors.InvalidGrant,
                OAuthErrors.InvalidScope,
                OAuthErrors.InvalidDetails,
                OAuthErrors.InvalidTarget,
                OAuthErrors.UnauthorizedClient,
                OAuthErrors.UnsupportedGrantType
            )
            .Refuses(ProblemCodes.BodyTooLarge)
            .Produces<TokenResponse>()
            .DisableAntiforgery();
        MapTokenFacts(oauth);
    }

    /// <summary>What may be done with a token beside using it.</summary>
    private static void MapTokenFacts(RouteGroupBuilder oauth)
    {
        oauth
            .MapPost(
                "/oauth/revoke",
                (HttpContext context, RevocationEndpoint endpoint) => endpoint.HandleAsync(context)
            )
            .WithName("revokeToken")
            .WithSummary("Takes a token back (RFC 7009)")
            .WithDescription(
                "A refresh token takes the access tokens of its consent along; the consent itself, and its agreement, last. "
                    + "An unknown token is answered as if it had been taken back. 503 says that nothing is certain: try again."
            )
            .WithMetadata(new OAuthBody(typeof(TokenNameForm), OAuthForm.FormType))
            .RefusesWith(OAuthErrors.InvalidRequest, OAuthErrors.InvalidClient, OAuthErrors.InvalidGrant)
            .Refuses(ProblemCodes.BodyTooLarge)
            .Produces(StatusCodes.Status200OK)
            .DisableAntiforgery();
        oauth
            .MapPost(
                "/oauth/introspect",
                (HttpContext context, IntrospectionEndpoint endpoint) => endpoint.HandleAsync(context)
            )
            .WithName("introspectToken")
            .WithSummary("Says what an access token is, to resource servers (RFC 7662)")
            .WithDescription("Needs a client that is registered with the scope introspection, and no other.")
            .WithMetadata(new OAuthBody(typeof(TokenNameForm), OAuthForm.FormType))
            .RefusesWith(OAuthErrors.InvalidRequest, OAuthErrors.InvalidClient)
            .RefusesWith(StatusCodes.Status403Forbidden, OAuthErrors.UnauthorizedClient)
            .Refuses(ProblemCodes.BodyTooLarge)
            .Produces<TokenIntrospection>()
            .DisableAntiforgery();
        oauth
            .MapGet("/oauth/userinfo", UserInfoEndpoint.Handle)
            .Needs(UserInfoEndpoint.Requirement)
            .WithName("getUserInfo")
            .WithSummary("Who the customer is to this partner (OpenID Connect Core §5.3)")
            .Produces<UserInfo>();
        oauth
            .MapPost("/oauth/userinfo", UserInfoEndpoint.Handle)
            .Needs(UserInfoEndpoint.Requirement)
            .WithName("postUserInfo")
            .WithSummary("Who the customer is to this partner, asked with POST")
            .Produces<UserInfo>()
            .DisableAntiforgery();
    }

    /// <summary>How apps are registered, and their registrations managed.</summary>
    private static void MapRegistration(RouteGroupBuilder oauth)
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
            .RefusesWith(
                OAuthErrors.InvalidMetadata,
                OAuthErrors.InvalidRedirectUri,
                OAuthErrors.InvalidToken
            )
            .Refuses(ProblemCodes.BodyTooLarge)
            .Produces<ClientRegistration>(StatusCodes.Status201Created);
        const string one = "/oauth/register/{clientId}";
        oauth
            .MapGet(
                one,
                (HttpContext context, string clientId, ClientManagementEndpoint endpoint) =>
                    endpoint.ReadAsync(context, clientId)
            )
            .WithName("readClient")
            .WithSummary("An app's registration (RFC 7592 §2.1)")
            .WithDescription("Send the registration access token as a bearer token.")
            .WithMetadata(new OAuthBody(Type: null, "application/json"))
            .RefusesWith(OAuthErrors.InvalidToken)
            .Produces<ClientRegistration>();
        oauth
            .MapPut(
                one,
                (HttpContext context, string clientId, ClientManagementEndpoint endpoint) =>
                    endpoint.ChangeAsync(context, clientId)
            )
            .WithName("changeClient")
            .WithSummary("Changes an app's registration (RFC 7592 §2.2)")
            .WithDescription(
                "Send all of it: what is left out is as by default. The answer holds a new registration access token; the "
                    + "one it was changed with has ended."
            )
            .WithMetadata(new OAuthBody(typeof(ClientRegistrationRequest), "application/json"))
            .RefusesWith(
                OAuthErrors.InvalidMetadata,
                OAuthErrors.InvalidRedirectUri,
                OAuthErrors.InvalidToken
            )
            .Refuses(ProblemCodes.BodyTooLarge)
            .Produces<ClientRegistration>();
        oauth
            .MapDelete(
                one,
                (HttpContext context, string clientId, ClientManagementEndpoint endpoint) =>
                    endpoint.DeleteAsync(context, clientId)
            )
            .WithName("deleteClient")
            .WithSummary("Deletes an app's registration (RFC 7592 §2.3)")
            .WithDescription("Its tokens, its consents and their agreements end with it.")
            .WithMetadata(new OAuthBody(Type: null, "application/json"))
            .RefusesWith(OAuthErrors.InvalidToken)
            .Produces(StatusCodes.Status204NoContent);
    }

    private static IResult Describe(
        ServerAddress address,
        ServerMode mode,
        SigningOptions signing,
        CertificateMetadata certificates
    ) =>
        Answers.Published(
            Discovery.Describe(address, mode.IsSandbox, signing.SigningAlgorithm, certificates.Methods),
            AuthorizationServerOptions.MetadataKept
        );

    /// <summary>Every answer brings the nonce for the next proof (RFC 9449 §8.2).</summary>
    private static HttpContext Offering(DpopNonces nonces, HttpContext context)
    {
        context.Response.Headers["DPoP-Nonce"] = nonces.Current(NonceRole.AuthorizationServer);
        return context;
    }
}
