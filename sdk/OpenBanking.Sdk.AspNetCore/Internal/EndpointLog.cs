using Microsoft.Extensions.Logging;

namespace OpenBanking.Internal;

/// <summary>Every line the endpoints log: names, codes and reasons alone.</summary>
internal static partial class EndpointLog
{
    [LoggerMessage(1, LogLevel.Warning, "An account was not linked: {Code}, HTTP {Status} ({RequestId})")]
    public static partial void LinkRefused(ILogger logger, string code, int? status, string? requestId);

    [LoggerMessage(2, LogLevel.Warning, "A webhook was refused: {Reason}. {Explanation}")]
    public static partial void WebhookRefused(ILogger logger, WebhookRefusal reason, string explanation);

    [LoggerMessage(3, LogLevel.Warning, "A webhook was refused: larger than {LargestBodyBytes} bytes")]
    public static partial void WebhookTooLarge(ILogger logger, int largestBodyBytes);

    [LoggerMessage(4, LogLevel.Debug, "Event {EventId} ({EventType}) came again: {Claim}")]
    public static partial void WebhookDuplicate(
        ILogger logger,
        string eventId,
        string eventType,
        WebhookClaim claim
    );
}
