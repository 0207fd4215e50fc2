using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OpenBanking.Internal;

/// <summary>Receives a delivery, in this order: at most 20 KiB · verified · not a duplicate ·
/// handled.</summary>
internal sealed class WebhookReceiver(
    Func<HttpContext, ValueTask<IReadOnlyList<string>>> secrets,
    Func<WebhookEvent, HttpContext, Task> handler
)
{
    private const int LargestBodyBytes = 20 * 1024;
    private readonly MemoryWebhookInbox ownInbox = new();

    public async Task ReceiveAsync(HttpContext context)
    {
        var logger = EndpointLog.Of(context);
        if (await ReadBodyAsync(context.Request).ConfigureAwait(false) is not { } body)
        {
            EndpointLog.WebhookTooLarge(logger, LargestBodyBytes);
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        WebhookEvent webhookEvent;
        try
        {
            webhookEvent = await VerifyAsync(context, body, logger).ConfigureAwait(false);
        }
        catch (WebhookVerificationException refusal)
        {
            EndpointLog.WebhookRefused(logger, refusal.Reason, refusal.Message);
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync(refusal.Reason.ToString()).ConfigureAwait(false);
            return;
        }

        await HandleOnceAsync(context, webhookEvent, logger).ConfigureAwait(false);
    }

    private async Task HandleOnceAsync(HttpContext context, WebhookEvent webhookEvent, ILogger logger)
    {
        var inbox = context.RequestServices.GetService<IWebhookInbox>() ?? ownInbox;
        var claim = await inbox.TryAddAsync(webhookEvent.Id, context.RequestAborted).ConfigureAwait(false);
        if (claim == WebhookClaim.Added)
        {
            await HandleAsync(context, webhookEvent, inbox, logger).ConfigureAwait(false);
            return;
        }

        EndpointLog.WebhookDuplicate(logger, webhookEvent.Id, webhookEvent.Type, claim);
        context.Response.StatusCode =
            claim == WebhookClaim.Completed ? StatusCodes.Status204NoContent : StatusCodes.Status409Conflict;
    }

    /// <summary>The sender may be gone when the handler ends; what became of the event is kept all the same.</summary>
    private async Task HandleAsync(
        HttpContext context,
        WebhookEvent webhookEvent,
        IWebhookInbox inbox,
        ILogger logger
    )
    {
        try
        {
            await handler(webhookEvent, context).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Tell(logger, webhookEvent, failure, context.RequestAborted);
            await GiveUpAsync(inbox, webhookEvent, logger).ConfigureAwait(false);
            throw;
        }

        var handled = context.Response.StatusCode < StatusCodes.Status400BadRequest;
        try
        {
            var kept = handled ? inbox.CompleteAsync(webhookEvent.Id) : inbox.RemoveAsync(webhookEvent.Id);
            await kept.ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Tell(logger, webhookEvent, failure);
            throw;
        }

        if (context.Response is { HasStarted: false, StatusCode: StatusCodes.Status200OK })
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }

    // What it threw, with its message, is the app's own to log: nobody knows here what is in it.
    private static void Tell(
        ILogger logger,
        WebhookEvent webhookEvent,
        Exception failure,
        CancellationToken senderGone
    )
    {
        if (failure is OperationCanceledException && senderGone.IsCancellationRequested)
        {
            EndpointLog.WebhookHandlerGaveUp(logger, webhookEvent.Id, webhookEvent.Type);
            return;
        }

        EndpointLog.WebhookHandlerThrew(
            logger,
            webhookEvent.Id,
            webhookEvent.Type,
            failure.GetType().FullName!
        );
    }

    private static void Tell(ILogger logger, WebhookEvent webhookEvent, Exception inboxFailure) =>
        EndpointLog.WebhookInboxFailed(
            logger,
            webhookEvent.Id,
            webhookEvent.Type,
            inboxFailure.GetType().FullName!
        );

    /// <summary>Why the handler failed is not hidden by an inbox that fails as well: its claim runs out by itself.</summary>
    private static async ValueTask GiveUpAsync(IWebhookInbox inbox, WebhookEvent webhookEvent, ILogger logger)
    {
        try
        {
            await inbox.RemoveAsync(webhookEvent.Id).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Tell(logger, webhookEvent, failure);
        }
    }

    private async ValueTask<WebhookEvent> VerifyAsync(HttpContext context, byte[] body, ILogger logger)
    {
        // Who has none may well give null.
        IReadOnlyList<string> known = (await secrets(context).ConfigureAwait(false)) ?? [];
        var clock = context.RequestServices.GetService<TimeProvider>() ?? TimeProvider.System;
        var headers = context.Request.Headers;
        return NewVerifier(known, clock, logger)
            .Verify(WebhookHeaders.From(name => headers[name] is [var value] ? value : null), body);
    }

    /// <summary>Without a secret nothing can be told of a delivery: it fails, so that the bank comes again.</summary>
    private static WebhookVerifier NewVerifier(
        IReadOnlyList<string> known,
        TimeProvider clock,
        ILogger logger
    )
    {
        try
        {
            return new(known, clock);
        }
        catch (ArgumentException wrong)
        {
            EndpointLog.WebhookSecretsWrong(logger, known.Count, wrong.Message);
            throw;
        }
    }

    /// <summary>The body, byte for byte; null when it is too large.</summary>
    private static async Task<byte[]?> ReadBodyAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        var chunk = new byte[LargestBodyBytes + 1];
        int read;
        while (
            (
                read = await request
                    .Body.ReadAsync(chunk, request.HttpContext.RequestAborted)
                    .ConfigureAwait(false)
            ) > 0
        )
        {
            body.Write(chunk, 0, read);
            if (body.Length > LargestBodyBytes)
            {
                return null;
            }
        }

        return body.ToArray();
    }
}
