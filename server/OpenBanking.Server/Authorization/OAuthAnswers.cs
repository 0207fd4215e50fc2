using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OpenBanking.Server.Authorization;

/// <summary>The one place that writes answers of the OAuth endpoints: JSON, never cached.</summary>
public static class OAuthAnswers
{
    public static IResult Ok<T>(T value, int status = StatusCodes.Status200OK) =>
        new JsonAnswer<T>(status, value);

    /// <summary>200 without a body (RFC 7009 §2.2).</summary>
    public static IResult Empty() => new NoBody(StatusCodes.Status200OK);

    /// <summary>204: it is gone (RFC 7592 §2.3).</summary>
    public static IResult Gone() => new NoBody(StatusCodes.Status204NoContent);

    public static IResult Failed(OAuthFailure failure) =>
        Ok(new OAuthError { Error = failure.Error, ErrorDescription = failure.Description }, failure.Status);

    private sealed class NoBody(int status) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            httpContext.Response.Headers.CacheControl = "no-store";
            return Task.CompletedTask;
        }
    }

    private sealed class JsonAnswer<T>(int status, T value) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status;
            response.ContentType = "application/json";
            response.Headers.CacheControl = "no-store";
            var shape = (JsonTypeInfo<T>)ResponseJson.Default.GetTypeInfo(typeof(T))!;
            var body = JsonSerializer.SerializeToUtf8Bytes(value, shape);
            // In chunks, what says that it is the last would be sent by itself.
            response.ContentLength = body.Length;
            return response.Body.WriteAsync(body).AsTask();
        }
    }
}
