using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OpenBanking.Internal;

/// <summary>Every line the endpoints log: names, codes and reasons alone. The client's own lines have ids below 100.</summary>
internal static partial class EndpointLog
{
    /// <summary>Logs under the name of the package.</summary>
    public static ILogger Of(HttpContext context) =>
        Of(context.RequestServices.GetRequiredService<ILoggerFactory>());

    /// <summary>Logs under the name of the package.</summary>
    public static ILogger Of(ILoggerFactory factory) => factory.CreateLogger("OpenBanking.Sdk.AspNetCore");

    [LoggerMessage(
        101,
        LogLevel.Warning,
        "An account was not linked: {Code}, HTTP {Status}, request {RequestId}. {Explanation}"
    )]
    public static partial void LinkRefused(
        ILogger logger,
        string code,
        int status,
        string requestId,
        string explanation
    );

    [LoggerMessage(111, LogLevel.Warning, "An account was not linked: {Code}. {Explanation}")]
    public static partial void LinkFailed(ILogger logger, string code, string explanation);

    [LoggerMessage(108, LogLevel.Warning, "An account was not linked: {Code}; no answer of the bank says so")]
    public static partial void LinkRefusedHere(ILogger logger, string code);

    [LoggerMessage(112, LogLevel.Information, "A customer came back without a link: {Code}")]
    public static partial void LinkDeclined(ILogger logger, string code);

    [LoggerMessage(
        113,
        LogLevel.Warning,
        "A payment led its customer to the callback of account links: name another registered address as its return_url"
    )]
    public static partial void PaymentLedHere(ILogger logger);

    [LoggerMessage(102, LogLevel.Warning, "A webhook was refused: {Reason}. {Explanation}")]
    public static partial void WebhookRefused(ILogger logger, WebhookRefusal reason, string explanation);

    [LoggerMessage(103, LogLevel.Warning, "A webhook was refused: larger than {LargestBodyBytes} bytes")]
    public static partial void WebhookTooLarge(ILogger logger, int largestBodyBytes);

    [LoggerMessage(104, LogLevel.Debug, "Event {EventId} ({EventType}) came again: {Claim}")]
    public static partial void WebhookDuplicate(
        ILogger logger,
        string eventId,
        string eventType,
        WebhookClaim claim
    );

    [LoggerMessage(
        105,
        LogLevel.Error,
        "The handler of event {EventId} ({EventType}) threw {Failure}: the bank delivers it again"
    )]
    public static partial void WebhookHandlerThrew(
        ILogger logger,
        string eventId,
        string eventType,
        string failure
    );

    [LoggerMessage(
        106,
        LogLevel.Warning,
        "The bank no longer waited for the handler of event {EventId} ({EventType}), which gave up: it delivers it again"
    )]
    public static partial void WebhookHandlerGaveUp(ILogger logger, string eventId, string eventType);

    [LoggerMessage(
        107,
        LogLevel.Error,
        "The inbox did not keep what became of event {EventId} ({EventType}): {Failure}"
    )]
    public static partial void WebhookInboxFailed(
        ILogger logger,
        string eventId,
        string eventType,
        string failure
    );

    [LoggerMessage(
        110,
        LogLevel.Error,
        "A webhook could not be verified with the {Count} secrets that the app gave: {Explanation} The bank delivers it again"
    )]
    public static partial void WebhookSecretsWrong(ILogger logger, int count, string explanation);

    [LoggerMessage(
        109,
        LogLevel.Warning,
        "AddOpenBanking was called {Times} times for {Client}: it is one client, and what the last call sets is what it has"
    )]
    public static partial void AddedAgain(ILogger logger, string client, int times);
}
