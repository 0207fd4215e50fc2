using Microsoft.Extensions.Logging;

namespace OpenBanking.Internal;

/// <summary>Every line the client logs: names, codes and times alone.</summary>
internal static partial class Log
{
    /// <summary>What stands in the place of a request's name that nobody gave.</summary>
    public const string Nameless = "none";

    [LoggerMessage(
        1,
        LogLevel.Debug,
        "{Method} {Route} ended with {Outcome} in {ElapsedMilliseconds:0.0} ms, request {RequestId}"
    )]
    public static partial void Ended(
        ILogger logger,
        HttpMethod method,
        string route,
        string outcome,
        double elapsedMilliseconds,
        string requestId
    );

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "{Method} {Route} is tried again in {DelaySeconds:0.0} s after {Outcome}"
    )]
    public static partial void Retrying(
        ILogger logger,
        HttpMethod method,
        string route,
        string outcome,
        double delaySeconds
    );

    /// <summary>The status, the code or both: as much as there is.</summary>
    public static string Outcome(int? status, string? error) =>
        status is null ? error ?? "nothing"
        : error is null ? $"{status}"
        : $"{status} {error}";

    [LoggerMessage(
        3,
        LogLevel.Warning,
        "The outcome of {Method} {Route} with key {IdempotencyKey} is unknown"
    )]
    public static partial void OutcomeUnknown(
        ILogger logger,
        HttpMethod method,
        string route,
        string idempotencyKey
    );

    [LoggerMessage(
        4,
        LogLevel.Information,
        "The consent behind a customer's tokens has ended: they are forgotten"
    )]
    public static partial void TokensForgotten(ILogger logger);
}
