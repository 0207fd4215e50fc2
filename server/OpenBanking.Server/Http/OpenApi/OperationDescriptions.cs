using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace OpenBanking.Server.Http.OpenApi;

/// <summary>Describes what every route shares: its token, its headers, its pages, its refusals.</summary>
public sealed class OperationDescriptions : IOperationFilter
{
    public const string SecurityScheme = "oauth";

    /// <summary>What any route may answer with.</summary>
    private static readonly string[] always =
    [
        ProblemCodes.InvalidToken,
        ProblemCodes.InvalidProof,
        ProblemCodes.ProofNonceRequired,
        ProblemCodes.InsufficientScope,
        ProblemCodes.RateLimited,
        ProblemCodes.Overloaded,
        ProblemCodes.AuthorizationServerUnavailable,
    ];

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
        ProblemCodes.OutcomeUnknown,
    ];

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        var takesKey = metadata.OfType<IdempotencyKeyNeeded>().Any();
        var isList = metadata.OfType<Paged>().Any();

        operation.Description ??= operation.Summary + ".";
        operation.Parameters =
        [
            .. (operation.Parameters ?? []).Where(parameter => parameter.In == ParameterLocation.Path),
        ];
        if (isList)
        {
            operation.Parameters.Add(
                Query(
                    "limit",
                    JsonSchemaType.Integer,
                    "How many items a page has at the most: 1 to 100, 20 by default."
                )
            );
            operation.Parameters.Add(
                Query("after", JsonSchemaType.String, "The next_cursor of the page before.")
            );
        }

        if (takesKey)
        {
            operation.Parameters.Add(KeyHeader());
        }

        var requirement = metadata.OfType<TokenRequirement>().SingleOrDefault();
        if (requirement is not null)
        {
            operation.Parameters.Add(ProofHeader());
            Secure(operation, context, requirement);
            if (
                operation.Responses!.ContainsKey("200")
                && context.ApiDescription is { HttpMethod: "GET", RelativePath: ['v', '1', '/', ..] }
            )
            {
                operation.Responses["304"] = new OpenApiResponse
                {
                    Description = "The answer is still the one whose ETag came in If-None-Match.",
                };
            }
        }

        string[] codes =
        [
            .. requirement is null ? [ProblemCodes.RateLimited, ProblemCodes.Overloaded] : always,
            .. operation.RequestBody is null ? [] : withBody,
            .. isList ? [ProblemCodes.InvalidRequest] : Array.Empty<string>(),
            .. takesKey ? withKey : [],
            .. metadata.OfType<RouteRefusals>().SelectMany(refusals => refusals.Codes),
        ];
        Refuse(operation, context, codes);
    }

    private static void Secure(
        OpenApiOperation operation,
        OperationFilterContext context,
        TokenRequirement requirement
    )
    {
        operation.Security =
        [
            new()
            {
                [new OpenApiSecuritySchemeReference(SecurityScheme, context.Document)] =
                [
                    .. requirement.Scopes,
                ],
            },
        ];
        if (requirement.DetailType is { } type)
        {
            operation.Description +=
                $" Needs a customer's token whose consent holds {type}"
                + (requirement.Action is { } action ? $" with {action}." : ".");
        }
    }

    /// <summary>One answer for each status, naming the codes it may carry.</summary>
    private static void Refuse(
        OpenApiOperation operation,
        OperationFilterContext context,
        IEnumerable<string> codes
    )
    {
        var schema = context.SchemaGenerator.GenerateSchema(typeof(Problem), context.SchemaRepository);
        foreach (
            var status in codes
                .Distinct()
                .Select(ProblemCodes.Find)
                .GroupBy(problem => problem.Status)
                .OrderBy(group => group.Key)
        )
        {
            operation.Responses![status.Key.ToString()] = new OpenApiResponse
            {
                Description =
                    string.Join("; ", status.Select(problem => $"{problem.Code}: {problem.Title}")) + ".",
                Content = new Dictionary<string, IOpenApiMediaType>
                {
                    [Problems.ContentType] = new OpenApiMediaType { Schema = schema },
                },
            };
        }
    }

    private static OpenApiParameter Query(string name, JsonSchemaType type, string description) =>
        new()
        {
            Name = name,
            In = ParameterLocation.Query,
            Description = description,
            Schema = new OpenApiSchema { Type = type },
        };

    /// <summary>The proof that the caller holds the key of its token.</summary>
    internal static OpenApiParameter ProofHeader() =>
        new()
        {
            Name = "DPoP",
            In = ParameterLocation.Header,
            // Who presents the certificate a token is bound to has no key to prove.
            Required = false,
            Description =
                "A proof made for this request (RFC 9449 §4.2): a JWT signed with the key the token is bound to, with the "
                + "nonce of the last DPoP-Nonce header. Needed unless the token is, or is to be, bound to a client certificate.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        };

    private static OpenApiParameter KeyHeader() =>
        new()
        {
            Name = "Idempotency-Key",
            In = ParameterLocation.Header,
            Required = true,
            Description =
                "1–64 visible ASCII characters, made from the order number. The same key with the same request acts "
                + "once and is answered the same; with another request it is refused.",
            Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                MinLength = 1,
                MaxLength = 64,
                Examples = [(JsonNode)"order-1001/pay/1"],
            },
        };
}
