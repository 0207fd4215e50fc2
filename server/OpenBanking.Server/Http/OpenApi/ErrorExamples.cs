using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using OpenBanking.Server.Authorization;

namespace OpenBanking.Server.Http.OpenApi;

/// <summary>One example of each refusal, in the document's components. An answer's examples are the codes it may carry, and
/// no others.</summary>
public static class ErrorExamples
{
    private const string RequestId = "req_06fw9z4mtd7n3q8k1xv5c2hbrs";

    public static void AddTo(OpenApiDocument document, string server)
    {
        var components = document.Components ??= new();
        components.Examples = new Dictionary<string, IOpenApiExample>();
        // A method that is not allowed belongs to no operation.
        foreach (
            var problem in ProblemCodes.Catalogue.Where(entry => entry.Code != ProblemCodes.MethodNotAllowed)
        )
        {
            components.Examples[problem.Code] = Of(
                problem.Title,
                JsonSerializer.SerializeToNode(ProblemOf(problem, server), ResponseJson.Default.Problem)!
            );
        }

        foreach (var (error, meaning) in OAuthErrors.Meanings)
        {
            components.Examples[NameOf(error)] = Of(
                meaning,
                JsonSerializer.SerializeToNode(
                    new OAuthError { Error = error, ErrorDescription = meaning + "." },
                    ResponseJson.Default.OAuthError
                )!
            );
        }
    }

    /// <summary>The problems an answer may carry.</summary>
    public static OpenApiMediaType OfProblems(
        IOpenApiSchema schema,
        IEnumerable<string> codes,
        OpenApiDocument document
    ) => Answer(schema, codes.Select(code => (code, code)), document);

    /// <summary>The OAuth errors an answer may carry.</summary>
    public static OpenApiMediaType OfOAuth(
        IOpenApiSchema schema,
        IEnumerable<string> errors,
        OpenApiDocument document
    ) => Answer(schema, errors.Select(error => (error, NameOf(error))), document);

    private static OpenApiMediaType Answer(
        IOpenApiSchema schema,
        IEnumerable<(string Code, string Component)> examples,
        OpenApiDocument document
    ) =>
        new()
        {
            Schema = schema,
            Examples = examples.ToDictionary(
                example => example.Code,
                IOpenApiExample (example) => new OpenApiExampleReference(example.Component, document)
            ),
        };

    /// <summary>Some codes are in both catalogues.</summary>
    private static string NameOf(string error) => "oauth." + error;

    private static OpenApiExample Of(string summary, JsonNode value) =>
        new() { Summary = summary, Value = value };

    private static Problem ProblemOf(ProblemDefinition problem, string server) =>
        new()
        {
            Type = $"{server}/problems/{problem.Code}",
            Title = problem.Title,
            Status = problem.Status,
            Detail = problem.Advice,
            Code = problem.Code,
            RequestId = RequestId,
            Retryable = problem.Retryable,
            Errors =
                problem.Code == ProblemCodes.InvalidRequest
                    ? [Wire.CheckAmount("/amount", Money.Cny(0))!]
                    : null,
        };
}
