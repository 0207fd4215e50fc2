using Microsoft.AspNetCore.Http;

namespace OpenBanking.Testing.Internal;

/// <summary>The endpoint that the bank posts a test's events to; it is on the bank's own port.</summary>
internal sealed class Deliveries
{
    public const string Path = "/testing/webhooks";

    private readonly Lock guard = new();
    private readonly List<WebhookEvent> caught = [];
    private readonly List<string> secrets = [];
    private TaskCompletionSource more = NewSignal();
    private bool ended;

    public IReadOnlyList<WebhookEvent> All
    {
        get
        {
            lock (guard)
            {
                return [.. caught];
            }
        }
    }

    public void Trust(string secret)
    {
        lock (guard)
        {
            secrets.Add(secret);
        }
    }

    /// <summary>Nothing comes any more: who waits hears why.</summary>
    public void End(Exception reason)
    {
        lock (guard)
        {
            more.TrySetException(reason);
            // Perhaps nobody waits.
            _ = more.Task.Exception;
            ended = true;
        }
    }

    public async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body).ConfigureAwait(false);
        lock (guard)
        {
            // The answer to the endpoint's creation may still be on its way here: then the bank posts again.
            if (secrets.Count == 0)
            {
                context.Response.StatusCode = StatusCodes.Status409Conflict;
                return;
            }

            var headers = WebhookHeaders.From(name =>
                context.Request.Headers[name] is [var value] ? value : null
            );
            caught.Add(new WebhookVerifier([.. secrets]).Verify(headers, body.ToArray()));
            if (!ended)
            {
                more.TrySetResult();
                more = NewSignal();
            }
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task<WebhookEvent> WaitForAsync(
        Func<WebhookEvent, bool> matches,
        string what,
        TimeSpan timeout,
        CancellationToken cancellationToken
    )
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        while (true)
        {
            Task next;
            lock (guard)
            {
                if (caught.Find(happened => matches(happened)) is { } found)
                {
                    return found;
                }

                next = more.Task;
            }

            try
            {
                await next.WaitAsync(deadline.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException over)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new TimeoutException($"No such {what} within {timeout}; {Came()}.", over);
            }
        }
    }

    private string Came()
    {
        lock (guard)
        {
            return secrets.Count == 0 ? "nothing is caught before SubscribeAsync"
                : caught.Count == 0 ? "nothing came"
                : $"there came {string.Join(", ", caught.Select(happened => happened.Type))}";
        }
    }

    private static TaskCompletionSource NewSignal() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
