using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OpenBanking.Server.Authorization;

/// <summary>The one place that writes answers of the OAuth endpoints: JSON, never cached.</summary>
public static class OAuthAnswers
{
    private const int LongestScheme = 20;

    private static readonly SearchValues<char> printable = SearchValues.Create([
        .. Enumerable
            .Range(' ', '~' - ' ' + 1)
            .Select(code => (char)code)
            .Where(letter => letter is not ('"' or '\\')),
    ]);

    public static IResult Ok<T>(T value, int status = StatusCodes.Status200OK) =>
        new JsonAnswer<T>(status, value);

    /// <summary>200 without a body (RFC 7009 §2.2).</summary>
    public static IResult Empty() => new NoBody(StatusCodes.Status200OK);

    /// <summary>204: it is gone (RFC 7592 §2.3).</summary>
    public static IResult Gone() => new NoBody(StatusCodes.Status204NoContent);

    public static IResult Failed(OAuthFailure failure) =>
        new JsonAnswer<OAuthError>(
            failure.Status,
            new() { Error = failure.Error, ErrorDescription = Printable(failure.Description) }
        );

    /// <summary>A description may hold what a client sent, and only visible ASCII and spaces, without quotation marks and
    /// backslashes (RFC 6749 §5.2).</summary>
    public static string Printable(string description) =>
        MadePrintable(description.Replace("§", "section ", StringComparison.Ordinal));

    private static string MadePrintable(string description) =>
        description.AsSpan().ContainsAnyExcept(printable)
            ? string.Create(
                description.Length,
                description,
                static (written, text) =>
                {
                    foreach (var (i, letter) in text.Index())
                    {
                        written[i] =
                            printable.Contains(letter) ? letter
                            : letter == '"' ? '\''
                            : '?';
                    }
                }
            )
            : description;

    /// <summary>Of the scheme that a client tried (RFC 6749 §5.2): none of them is taken, and no other is offered.</summary>
    private static string? ChallengeOf(HttpRequest request) =>
        request.Headers.Authorization is [{ } header, ..]
        && header.Split(' ')[0] is { Length: > 0 and <= LongestScheme } scheme
        && scheme.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
            ? $"{scheme} realm=\"oauth\""
            : null;

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
            if (status == StatusCodes.Status401Unauthorized && response.Headers.WWWAuthenticate.Count == 0)
            {
                response.Headers.WWWAuthenticate = ChallengeOf(httpContext.Request);
            }

            var shape = (JsonTypeInfo<T>)ResponseJson.Default.GetTypeInfo(typeof(T))!;
            var body = JsonSerializer.SerializeToUtf8Bytes(value, shape);
            // In chunks, what says that it is the last would be sent by itself.
            response.ContentLength = body.Length;
            return response.Body.WriteAsync(body).AsTask();
        }
    }
}
