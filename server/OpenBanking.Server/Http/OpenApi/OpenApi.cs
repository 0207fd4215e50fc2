using Microsoft.OpenApi;
using OpenBanking.Server.Authorization;
using Swashbuckle.AspNetCore.Swagger;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace OpenBanking.Server.Http.OpenApi;

/// <summary>The OpenAPI document, made from the routes and records themselves, and the page to try it on.</summary>
public static class OpenApi
{
    /// <summary>The address of the document.</summary>
    public const string Path = "/swagger/v1/swagger.json";

    /// <summary>The address of the same document as OpenAPI 3.0, which more generators of clients read.</summary>
    public const string OlderPath = "/swagger/v1/swagger.3.0.json";

    /// <summary>Below which everything of it is; a browser finds its page here.</summary>
    public const string Start = "/swagger";

    /// <summary>The server that the document and its examples name.</summary>
    public const string SandboxServer = "http://localhost:5080";

    private const string Name = "v1";

    public static void AddOpenApiDocument(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        // The records' own JSON rules, not the framework's defaults.
        services.AddSingleton<ISerializerDataContractResolver>(
            new JsonSerializerDataContractResolver(ResponseJson.Default.Options)
        );
        services.AddSwaggerGen(Configure);
    }

    /// <summary>Out of the way of every other request.</summary>
    public static void MapOpenApi(this WebApplication app) =>
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments(Start, StringComparison.OrdinalIgnoreCase),
            branch =>
            {
                branch.UseSwagger(options =>
                {
                    options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
                    options.PreSerializeFilters.Add(NameThisServer);
                });
                branch.UseSwagger(options =>
                {
                    options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_0;
                    options.RouteTemplate = "swagger/{documentName}/swagger.3.0.json";
                    options.PreSerializeFilters.Add(NameThisServer);
                });
                branch.UseSwaggerUI(options =>
                {
                    options.DocumentTitle = "OpenBanking API";
                    // Relative to the page, which may be below the path of the public address.
                    options.SwaggerEndpoint(Path[(Start.Length + 1)..], "OpenBanking API v1");
                });
            }
        );

    /// <summary>The document as it is served, for the committed copies.</summary>
    /// <param name="older">As OpenAPI 3.0 instead of 3.1.</param>
    public static async Task<string> WriteAsync(IServiceProvider services, bool older)
    {
        var document = services.GetRequiredService<ISwaggerProvider>().GetSwagger(Name);
        var version = older ? OpenApiSpecVersion.OpenApi3_0 : OpenApiSpecVersion.OpenApi3_1;
        return (await document.SerializeAsJsonAsync(version)).ReplaceLineEndings("\n") + "\n";
    }

    /// <summary>The page tries requests at the server that serves it, wherever that is.</summary>
    private static void NameThisServer(OpenApiDocument document, HttpRequest request)
    {
        var address = request.HttpContext.RequestServices.GetRequiredService<ServerAddress>().Issuer;
        document.Servers = [new() { Url = address, Description = "This server" }];
        document.Info.Contact!.Url = new(address + Start);
    }

    private static void Configure(SwaggerGenOptions options)
    {
        options.SwaggerDoc(
            Name,
            new()
            {
                Title = "OpenBanking API",
                Version = "1.0",
                Description =
                    "A bank's electronic accounts inside partners' apps: opening, payment, coupons. "
                    + "Tokens come from the FAPI 2.0 authorization server described at "
                    + "/.well-known/openid-configuration; every request carries a DPoP proof (RFC 9449), or the client "
                    + "certificate its token is bound to (RFC 8705). "
                    + "Money is whole minor units (fen); instants are RFC 3339 in UTC; ids are opaque. "
                    + "Refusals are application/problem+json with a stable code, "
                    + "and each answer's examples are all the codes it can carry. Answers may grow fields and values: ignore "
                    + "what you do not know. Requests are read strictly: an unknown field is refused, and only in a form, "
                    + "as OAuth asks, ignored. "
                    + "An x-fapi-interaction-id is sent back as it came.",
                License = new() { Name = "Apache-2.0", Identifier = "Apache-2.0" },
                Contact = new() { Name = "OpenBanking", Url = new(SandboxServer + "/swagger") },
            }
        );
        // HEAD, where it is taken, is GET without a body.
        options.DocInclusionPredicate((_, route) => route.HttpMethod != HttpMethods.Head);
        options.AddServer(new() { Url = SandboxServer, Description = "The sandbox on your machine" });
        options.SupportNonNullableReferenceTypes();
        options.NonNullableReferenceTypesAsRequired();
        options.IncludeXmlComments(typeof(Money).Assembly, includeControllerXmlComments: false);
        options.IncludeXmlComments(typeof(TokenForm).Assembly, includeControllerXmlComments: false);
        options.AddSecurityDefinition(
            OperationDescriptions.SecurityScheme,
            new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.OAuth2,
                Description =
                    "Access tokens bound to a DPoP key or a client certificate. Customer scopes come from the code flow (PAR, PKCE), "
                    + "the app's own from client credentials; clients authenticate with private_key_jwt or a certificate.",
                Flows = new()
                {
                    AuthorizationCode = new()
                    {
                        AuthorizationUrl = new("/oauth/authorize", UriKind.Relative),
                        TokenUrl = new("/oauth/token", UriKind.Relative),
                        RefreshUrl = new("/oauth/token", UriKind.Relative),
                        Scopes = Scopes.OfCustomer.ToDictionary(scope => scope, ScopeTexts.Describe),
                    },
                    ClientCredentials = new()
                    {
                        TokenUrl = new("/oauth/token", UriKind.Relative),
                        Scopes = Scopes.OfApp.ToDictionary(scope => scope, ScopeTexts.Describe),
                    },
                },
            }
        );
        options.AddSecurityDefinition(
            AuthorizationDescriptions.RegistrationScheme,
            new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description =
                    "To register an app: the initial_access_token of the sandbox. To read, change or delete its registration: "
                    + "the registration_access_token of the last answer.",
            }
        );
        options.SchemaFilter<WireSchemas>();
        options.OperationFilter<OperationDescriptions>();
        options.OperationFilter<AuthorizationDescriptions>();
        options.OperationFilter<OperationExamples>();
        options.DocumentFilter<DocumentDescriptions>();
        options.DocumentFilter<WebhookDescriptions>();
    }
}
