using Microsoft.Extensions.Logging;

namespace OpenBanking.Internal;

/// <summary>Every line the client logs: names, codes and times alone.</summary>
internal static partial class Log
{
    [LoggerMessage(
        1,
        LogLevel.Debug,
        "{Method} {Route} ended with {Status} {Error} in {ElapsedMilliseconds:0.0} ms ({RequestId})"
    )]
    public static partial void Ended(
        ILogger logger,
        HttpMethod method,
        string route,
        int? status,
        string? error,
        double elapsedMilliseconds,
        string? requestId
    );

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "{Method} {Route} is tried again in {DelaySeconds:0.0} s after {Status} {Error}"
    )]
    public static partial void Retrying(
        ILogger logger,
        HttpMethod method,
        string route,
        int? status,
        string? error,
        double delaySeconds
    );

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
