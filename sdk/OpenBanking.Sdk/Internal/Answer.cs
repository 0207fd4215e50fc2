using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OpenBanking.Internal;

/// <summary>An HTTP answer, read to its end.</summary>
internal sealed record Answer
{
    public required int Status { get; init; }

    /// <summary>The server's name for the request; null when something in between answered.</summary>
    public required string? RequestId { get; init; }
    public required bool IdempotencyReplayed { get; init; }
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>What kind of a body a refusal has; not read of a success.</summary>
    public string? MediaType { get; init; }

    /// <summary>How long the server asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The error of the <c>WWW-Authenticate: DPoP</c> challenge (RFC 9449 §7.1).</summary>
    public string? ChallengeError { get; init; }

    /// <summary>The nonce for the next proof (RFC 9449 §8).</summary>
    public string? DpopNonce { get; init; }

    /// <summary>By how much this machine's clock is ahead of the server's at least, by the <c>Date</c> header; negative
    /// when it is behind.</summary>
    public TimeSpan ClockAhead { get; init; }

    /// <summary>What the client knows of a refusal beside what the server says, as a sentence.</summary>
    public string? Advice { get; init; }

    /// <summary>The version of what was read (RFC 9110 §8.8.3).</summary>
    public string? ETag { get; init; }

    public bool Succeeded => Status is >= 200 and < 300 or NotModified;

    public ResponseInfo Info => new(RequestId ?? "", Status, IdempotencyReplayed);

    /// <summary>The body as a problem (RFC 9457); null when it is none.</summary>
    public Problem? Problem =>
        MediaType == "application/problem+json" ? TryParse(ResponseJson.Default.Problem) : null;

    /// <summary>The body as an OAuth error (RFC 6749 §5.2); null when it is none.</summary>
    public OAuthError? OAuthError => Succeeded ? null : TryParse(ResponseJson.Default.OAuthError);

    /// <summary>Whether the body is JSON, whatever it calls itself.</summary>
    public bool IsJson
    {
        get
        {
            try
            {
                using var read = JsonDocument.Parse(Body);
                return true;
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }

    /// <summary>Whether the request may have been carried out all the same: the server gave up or does not
    /// know itself, or something in between answered in its place, which may have passed the request on. Of
    /// the server's own failures only "busy", and the one that could not look at the token, say that it was not; of
    /// the others' answers only those that are given before a request is passed on.</summary>
    public bool LeavesOutcomeUnknown =>
        Problem is { } problem
            ? Status == (int)HttpStatusCode.RequestTimeout
                || (
                    Status >= (int)HttpStatusCode.InternalServerError
                    && problem.Code
                        is not (ProblemCodes.Overloaded or ProblemCodes.AuthorizationServerUnavailable)
                )
                || problem.Code == InProgressCode
            : !Succeeded
                && (HttpStatusCode)Status
                    is not (HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests);

    /// <summary>What the caller has is what there is (RFC 9110 §15.4.5).</summary>
    public const int NotModified = 304;

    /// <summary>Another request with the same key is being worked on.</summary>
    public const string InProgressCode = "idempotency_in_progress";

    public T? TryParse<T>(JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(Body.Span, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
