using System.Text.Json;
using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Http;

/// <summary>The one place that writes problem+json (RFC 9457), always from the catalogue.</summary>
public static class Problems
{
    public const string ContentType = "application/problem+json";

    /// <summary>How long a client is asked to wait when the server is busy or does not know the outcome.</summary>
    private const int RetryAfterSeconds = 1;

    /// <summary>Applications are counted a minute at a time.</summary>
    private const int ApplicationWindowSeconds = 60;

    public static IResult From(Refusal refusal) =>
        Of(
            refusal.Code,
            refusal.Detail,
            refusal.Pointer is { } pointer
                ?
                [
                    new()
                    {
                        Pointer = pointer,
                        Code = refusal.Code,
                        Detail = refusal.Detail ?? ProblemCodes.Find(refusal.Code).Advice,
                    },
                ]
                : null
        );

    public static IResult NotFound() => Of(ProblemCodes.NotFound);

    public static IResult Of(
        string code,
        string? detail = null,
        IReadOnlyList<ProblemError>? errors = null
    ) => new ProblemResult(code, detail, errors);

    public static Task WriteAsync(
        HttpContext context,
        string code,
        string? detail = null,
        IReadOnlyList<ProblemError>? errors = null
    )
    {
        var definition = ProblemCodes.Find(code);
        var response = context.Response;
        response.StatusCode = definition.Status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        if (definition.Status is StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = RetryAfterSeconds.ToString();
        }
        else if (code == ProblemCodes.TooManyApplications)
        {
            response.Headers.RetryAfter = ApplicationWindowSeconds.ToString();
        }

        var problem = new Problem
        {
            Type = $"{context.RequestServices.GetRequiredService<ServerAddress>().Issuer}/problems/{code}",
            Title = definition.Title,
            Status = definition.Status,
            Detail = detail ?? definition.Advice,
            Code = code,
            RequestId = context.TraceIdentifier,
            Retryable = definition.Retryable,
            Errors = errors,
        };
        return response
            .Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(problem, ResponseJson.Default.Problem))
            .AsTask();
    }

    private sealed class ProblemResult(string code, string? detail, IReadOnlyList<ProblemError>? errors)
        : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, code, detail, errors);
    }
}
