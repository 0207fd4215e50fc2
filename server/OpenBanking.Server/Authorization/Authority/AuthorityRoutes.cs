using System.Text.Json;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Authorization.Authority;

/// <summary>What is served where another authority is set: nothing of an authorization server, but where to find it
/// (RFC 9728).</summary>
public static class AuthorityRoutes
{
    private const string ResourceMetadata = "/.well-known/oauth-protected-resource";

    private static readonly string[] elsewhere =
    [
        "/oauth/{**rest}",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/{**rest}",
    ];

    private static readonly string[] headerOnly = ["header"];
    private static readonly string[] algorithms = [PublicKey.Ps256, PublicKey.Es256];
    private static readonly string[] details = [AccountInformation.TypeName];

    public static void AddAuthority(
        this IServiceCollection services,
        AuthorityOptions options,
        ServerOptions server
    )
    {
        options.Check(server);
        services.AddSingleton(options);
        if (options.Authority is null)
        {
            return;
        }

        services.AddSingleton<AuthorityClientAuthentication>();
        services.AddSingleton<AuthorityConnection>();
        services.AddSingleton<AuthorityMetadata>();
        services.AddSingleton<AuthorityKeys>();
        services.AddSingleton<AuthorityIntrospection>();
        services.AddSingleton<AuthorityCustomers>();
        services.AddSingleton<AuthorityTokens>();
    }

    public static void MapAuthority(this IEndpointRouteBuilder routes)
    {
        var path = routes.ServiceProvider.GetRequiredService<ServerAddress>().PathBase;
        routes.MapMethods(ResourceMetadata, ApiRoutes.Reading, Describe).ExcludeFromDescription();
        if (path.Length > 0)
        {
            // RFC 9728 §3.1: the resource's path comes last.
            routes.MapMethods(ResourceMetadata + path, ApiRoutes.Reading, Describe).ExcludeFromDescription();
        }

        foreach (var route in elsewhere)
        {
            routes
                .Map(
                    route,
                    (AuthorityOptions options) =>
                        Problems.Of(
                            ProblemCodes.NotFound,
                            $"Tokens for this server come from {options.Authority}: see {ResourceMetadata}."
                        )
                )
                .DisableAntiforgery()
                .ExcludeFromDescription();
        }
    }

    private static IResult Describe(AuthorityOptions options, ServerAddress address) =>
        Results.Bytes(
            JsonSerializer.SerializeToUtf8Bytes(
                new Dictionary<string, object>
                {
                    ["resource"] = options.Audience ?? address.Issuer,
                    ["authorization_servers"] = new[] { options.Authority! },
                    ["scopes_supported"] = Scopes.OfApp.Append(Scopes.Accounts),
                    ["bearer_methods_supported"] = headerOnly,
                    ["dpop_signing_alg_values_supported"] = algorithms,
                    ["dpop_bound_access_tokens_required"] = true,
                    ["authorization_details_types_supported"] = details,
                }
            ),
            "application/json"
        );
}
