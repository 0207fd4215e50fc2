using Microsoft.OpenApi;

namespace OpenBanking.Server.Http.OpenApi;

/// <summary>Answers that are the same for many operations behind a token: said once, in the document's components.</summary>
public static class SharedResponses
{
    public const string NotModified = "NotModified";

    /// <summary>What any route that needs a token may answer with.</summary>
    private static readonly string[] unauthorized =
    [
        ProblemCodes.InvalidToken,
        ProblemCodes.InvalidProof,
        ProblemCodes.ProofReused,
        ProblemCodes.ProofNonceRequired,
    ];

    private static readonly string[] unavailable =
    [
        ProblemCodes.Overloaded,
        ProblemCodes.AuthorizationServerUnavailable,
    ];

    private static readonly string[] invalidBody = [ProblemCodes.InvalidJson, ProblemCodes.InvalidRequest];

    private static readonly Dictionary<string, string[]> codes = new()
    {
        ["InvalidPage"] = [ProblemCodes.InvalidRequest],
        ["InvalidBody"] = invalidBody,
        ["InvalidBodyOrKey"] =
        [
            .. invalidBody,
            ProblemCodes.IdempotencyKeyRequired,
            ProblemCodes.IdempotencyKeyInvalid,
        ],
        ["Unauthorized"] = unauthorized,
        ["InsufficientScope"] = [ProblemCodes.InsufficientScope],
        ["NotFound"] = [ProblemCodes.NotFound],
        ["BodyTooLarge"] = [ProblemCodes.BodyTooLarge],
        ["UnsupportedMediaType"] = [ProblemCodes.UnsupportedMediaType],
        ["IdempotencyKeyReused"] = [ProblemCodes.IdempotencyKeyReused],
        ["RateLimited"] = [ProblemCodes.RateLimited],
        ["InternalError"] = [ProblemCodes.InternalError],
        ["Unavailable"] = unavailable,
        ["UnavailableOrUnknown"] = [.. unavailable, ProblemCodes.OutcomeUnknown],
    };

    /// <summary>Puts them all into the document.</summary>
    public static void AddTo(OpenApiDocument document)
    {
        var components = document.Components ??= new();
        components.Responses = codes.ToDictionary(
            entry => entry.Key,
            IOpenApiResponse (entry) => Refusal(entry.Value, document, isLimited: true, isGuarded: true)
        );
        components.Responses[NotModified] = Unchanged(document, isLimited: true, isGuarded: true);
    }

    /// <summary>The answer without a body to who has it already.</summary>
    public static OpenApiResponse Unchanged(OpenApiDocument document, bool isLimited, bool isGuarded)
    {
        var response = new OpenApiResponse
        {
            Description = "The answer is still the one whose ETag came in If-None-Match.",
        };
        SharedParts.AddHeaders(
            response,
            document,
            SharedParts.HeadersOf("304", isLimited, isGuarded, isRead: true)
        );
        return response;
    }

    /// <summary>An answer that carries one of these codes, which have one status.</summary>
    public static IOpenApiResponse Of(
        IReadOnlyCollection<string> refusals,
        OpenApiDocument document,
        bool isLimited,
        bool isGuarded
    ) =>
        isGuarded
        && codes.FirstOrDefault(entry => refusals.ToHashSet().SetEquals(entry.Value)) is { Key: { } name }
            ? new OpenApiResponseReference(name, document)
            : Refusal(refusals, document, isLimited, isGuarded);

    private static OpenApiResponse Refusal(
        IEnumerable<string> refusals,
        OpenApiDocument document,
        bool isLimited,
        bool isGuarded
    )
    {
        var problems = refusals.Select(ProblemCodes.Find).ToList();
        var response = new OpenApiResponse
        {
            Description =
                string.Join("; ", problems.Select(problem => $"{problem.Code}: {problem.Title}")) + ".",
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                [Problems.ContentType] = ErrorExamples.OfProblems(
                    new OpenApiSchemaReference(nameof(Problem), document),
                    problems.Select(problem => problem.Code),
                    document
                ),
            },
        };
        SharedParts.AddHeaders(
            response,
            document,
            SharedParts.HeadersOf(problems[0].Status.ToString(), isLimited, isGuarded)
        );
        return response;
    }
}
