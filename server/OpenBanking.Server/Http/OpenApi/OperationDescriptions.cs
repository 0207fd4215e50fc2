using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace OpenBanking.Server.Http.OpenApi;

/// <summary>Describes what every route shares: its token, its headers, its pages, its refusals.</summary>
public sealed class OperationDescriptions : IOperationFilter
{
    public const string SecurityScheme = "oauth";

    private const string KeyText =
        "Send an Idempotency-Key: sent again with the same key and body it acts once and is answered the same, with "
        + "Idempotency-Replayed; after seven days with what it made, as that is then. A refusal is not kept: the same key may be "
        + "used again.";

    /// <summary>What any route that needs a token may answer with.</summary>
    private static readonly string[] guarded =
    [
        ProblemCodes.InvalidToken,
        ProblemCodes.InvalidProof,
        ProblemCodes.ProofReused,
        ProblemCodes.ProofNonceRequired,
        ProblemCodes.InsufficientScope,
        ProblemCodes.AuthorizationServerUnavailable,
    ];

    private static readonly string[] limited = [ProblemCodes.RateLimited, ProblemCodes.Overloaded];

    private static readonly string[] withBody =
    [
        ProblemCodes.InvalidJson,
        ProblemCodes.InvalidRequest,
        ProblemCodes.BodyTooLarge,
        ProblemCodes.UnsupportedMediaType,
    ];

    private static readonly string[] withKey =
    [
        ProblemCodes.IdempotencyKeyRequired,
        ProblemCodes.IdempotencyKeyInvalid,
        ProblemCodes.IdempotencyKeyReused,
    ];

    /// <summary>What the refusals and headers of a route follow from.</summary>
    private sealed record Route(
        TokenRequirement? Requirement,
        string Path,
        bool ChangesNothing,
        bool TakesKey,
        bool IsList,
        IEnumerable<ListParameter> ListParameters,
        bool IsRevalidated,
        IEnumerable<string> Refusals
    )
    {
        public bool IsGuarded => Requirement is not null;

        /// <summary>As the limits have it (<see cref="RateLimits"/>).</summary>
        public bool IsLimited => !Path.StartsWith("/.well-known/", StringComparison.Ordinal);

        /// <summary>Whether its answers have an ETag.</summary>
        public bool IsRead =>
            IsRevalidated || (ChangesNothing && Path.StartsWith("/v1/", StringComparison.Ordinal));
    }

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        var route = new Route(
            metadata.OfType<TokenRequirement>().SingleOrDefault(),
            "/" + context.ApiDescription.RelativePath,
            context.ApiDescription.HttpMethod == "GET",
            metadata.OfType<IdempotencyKeyNeeded>().Any(),
            metadata.OfType<Paged>().Any(),
            metadata.OfType<ListParameter>(),
            metadata.OfType<Revalidated>().Any(),
            metadata.OfType<RouteRefusals>().SelectMany(refusals => refusals.Codes)
        );
        operation.Description = string.Join(
            ' ',
            (
                (string?[])
                    [
                        operation.Description ?? operation.Summary + ".",
                        route.Requirement is { } needed ? TokenOf(needed) : null,
                        route.TakesKey ? KeyText : null,
                    ]
            ).OfType<string>()
        );
        DescribeParameters(operation, context.Document, route);
        operation.Security = route.Requirement is { } requirement
            ?
            [
                // Any of them is enough: those of one would all be needed.
                .. requirement.Scopes.Select(scope => new OpenApiSecurityRequirement
                {
                    [new OpenApiSecuritySchemeReference(SecurityScheme, context.Document)] = [scope],
                }),
            ]
            : [];
        DescribeAnswers(operation, context, route);
    }

    /// <summary>Which token the route needs, in a sentence.</summary>
    private static string TokenOf(TokenRequirement requirement)
    {
        var scopes = "the scope " + string.Join(" or ", requirement.Scopes);
        if (!requirement.OfCustomer)
        {
            return $"Needs a token of the app itself (client_credentials) with {scopes}.";
        }

        var held = requirement.DetailType is { } type
            ? $" and a consent that holds {type}"
                + (requirement.Action is { } action ? $" with {action}" : "")
            : "";
        return $"Needs a token of the customer (authorization_code) with {scopes}{held}.";
    }

    private static void DescribeParameters(OpenApiOperation operation, OpenApiDocument document, Route route)
    {
        // What arguments that read the request themselves look like to the framework is not what they take.
        operation.Parameters =
        [
            .. (operation.Parameters ?? []).Where(parameter =>
                parameter.In is ParameterLocation.Path || parameter.Description is not null
            ),
        ];
        foreach (
            var parameter in operation
                .Parameters.OfType<OpenApiParameter>()
                .Where(parameter => parameter.In is ParameterLocation.Path)
        )
        {
            SharedParts.DescribePath(parameter, route.Path);
        }

        foreach (var own in route.ListParameters)
        {
            operation.Parameters.Add(SharedParts.Of(own));
        }

        (string Name, bool IsTaken)[] all =
        [
            (SharedParts.Limit, route.IsList),
            (SharedParts.After, route.IsList),
            (SharedParts.IfNoneMatch, route.IsRead),
            (SharedParts.IdempotencyKey, route.TakesKey),
            (SharedParts.Proof, route.IsGuarded),
        ];
        foreach (var (name, _) in all.Where(parameter => parameter.IsTaken))
        {
            operation.Parameters.Add(SharedParts.Parameter(name, document));
        }
    }

    /// <summary>One answer for each status, naming the codes it may carry.</summary>
    private static void DescribeAnswers(
        OpenApiOperation operation,
        OperationFilterContext context,
        Route route
    )
    {
        foreach (var (status, response) in operation.Responses!)
        {
            SharedParts.AddHeaders(
                response,
                context.Document,
                SharedParts.HeadersOf(
                    status,
                    route.IsLimited,
                    route.IsGuarded,
                    isRead: route.IsRead,
                    takesKey: route.TakesKey
                )
            );
        }

        if (route.IsRead)
        {
            operation.Responses["304"] = route.IsGuarded
                ? new OpenApiResponseReference(SharedResponses.NotModified, context.Document)
                : SharedResponses.Unchanged(context.Document, route.IsLimited, isGuarded: false);
        }

        // The shared answers name its schema.
        context.SchemaGenerator.GenerateSchema(typeof(Problem), context.SchemaRepository);
        string[] codes =
        [
            .. route.IsGuarded ? guarded : [],
            .. route.IsLimited ? limited : [],
            .. operation.RequestBody is null ? [] : withBody,
            .. route.IsList ? [ProblemCodes.InvalidRequest] : Array.Empty<string>(),
            .. route.TakesKey ? withKey : [],
            .. route.ChangesNothing ? Array.Empty<string>() : [ProblemCodes.OutcomeUnknown],
            .. route.Refusals,
            ProblemCodes.InternalError,
        ];
        foreach (var status in codes.Distinct().GroupBy(code => ProblemCodes.Find(code).Status))
        {
            operation.Responses[status.Key.ToString()] = SharedResponses.Of(
                [.. status],
                context.Document,
                route.IsLimited,
                route.IsGuarded
            );
        }
    }
}
