using System.Net.Mime;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OpenBanking.Tests.Sdk.Stub;

/// <summary>What a stub bank can be told to answer.</summary>
internal static class Answers
{
    public const string RequestId = "req_01hzy3v9k2m4n6p8q0r2s4t6v8";

    public static RequestDelegate Json(int status, object body) =>
        Text(status, JsonSerializer.Serialize(body), MediaTypeNames.Application.Json);

    public static RequestDelegate Payment(Payment payment, bool replayed = false) =>
        context =>
        {
            if (replayed)
            {
                context.Response.Headers["Idempotency-Replayed"] = "true";
            }

            var json = JsonSerializer.Serialize(payment, ResponseJson.Default.Payment);
            return Text(201, json, MediaTypeNames.Application.Json)(context);
        };

    public static RequestDelegate Text(int status, string text, string mediaType) =>
        async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = mediaType;
            context.Response.Headers["X-Request-Id"] = RequestId;
            await context.Response.WriteAsync(text);
        };

    public static RequestDelegate Problem(
        int status,
        string code,
        string? detail = null,
        string? retryAfter = null
    ) =>
        context =>
        {
            if (retryAfter is not null)
            {
                context.Response.Headers.RetryAfter = retryAfter;
            }

            var problem = new Problem
            {
                Type = "https://docs.bank.example/problems/" + code,
                Title = "Refused",
                Status = status,
                Detail = detail,
                Code = code,
                RequestId = RequestId,
                Retryable = status >= 500 || status == 429,
                Errors =
                    status == 400
                        ?
                        [
                            new ProblemError
                            {
                                Pointer = "/amount",
                                Code = "required",
                                Detail = "An amount.",
                            },
                        ]
                        : null,
            };
            var json = JsonSerializer.Serialize(problem, ResponseJson.Default.Problem);
            return Text(status, json, "application/problem+json")(context);
        };

    public static RequestDelegate OAuthError(int status, string error, string? description = null) =>
        Json(
            status,
            new Dictionary<string, string?> { ["error"] = error, ["error_description"] = description }
        );

    /// <summary>The challenge of an authorization server for a nonce (RFC 9449 §8).</summary>
    public static RequestDelegate AuthorizationNonce(string nonce) =>
        context =>
        {
            context.Response.Headers["DPoP-Nonce"] = nonce;
            return OAuthError(400, "use_dpop_nonce")(context);
        };

    public static RequestDelegate WithNonce(string nonce, RequestDelegate answer) =>
        context =>
        {
            context.Response.Headers["DPoP-Nonce"] = nonce;
            return answer(context);
        };

    public static RequestDelegate WithVersion(string version, RequestDelegate answer) =>
        context =>
        {
            context.Response.Headers.ETag = version;
            return answer(context);
        };

    public static Task NotModified(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return Task.CompletedTask;
    }

    /// <summary>A challenge of the API (RFC 9449 §7.1, §9).</summary>
    public static RequestDelegate Challenge(string error, string? nonce = null, string? code = null) =>
        context =>
        {
            context.Response.Headers.WWWAuthenticate =
                $"DPoP error_description=\"an \\\"error=\\\"\", error=\"{error}\", algs=\"ES256 PS256\"";
            if (nonce is not null)
            {
                context.Response.Headers["DPoP-Nonce"] = nonce;
            }

            return Problem(401, code ?? error)(context);
        };

    /// <summary>The bank has had a request with this proof.</summary>
    public static RequestDelegate ProofReused { get; } =
        Challenge(ProblemCodes.InvalidProof, code: ProblemCodes.ProofReused);

    /// <summary>Takes the request and cuts the connection: was it carried out?</summary>
    public static Task Cut(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Takes the request and says nothing until the client goes away.</summary>
    public static async Task Hang(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }
}
