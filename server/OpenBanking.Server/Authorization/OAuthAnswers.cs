using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OpenBanking.Server.Authorization;

/// <summary>The one place that writes answers of the OAuth endpoints: JSON, never cached.</summary>
public static class OAuthAnswers
{
    public static IResult Ok<T>(T value, int status = StatusCodes.Status200OK) =>
        new JsonAnswer<T>(status, value);

    public static IResult Failed(OAuthFailure failure) =>
        Ok(new OAuthError { Error = failure.Error, ErrorDescription = failure.Description }, failure.Status);

    private sealed class JsonAnswer<T>(int status, T value) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status;
            response.ContentType = "application/json";
            response.Headers.CacheControl = "no-store";
            var shape = (JsonTypeInfo<T>)ResponseJson.Default.GetTypeInfo(typeof(T))!;
            return response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(value, shape)).AsTask();
        }
    }
}
