using System.Collections.Concurrent;

namespace OpenBanking;

/// <summary>What an inbox says about an event that has come in.</summary>
public enum WebhookClaim
{
    /// <summary>New, or given up before: handle it now.</summary>
    Added,

    /// <summary>Another delivery of it is being handled: have this one sent again later.</summary>
    InProgress,

    /// <summary>Handled before: a duplicate, with nothing to do.</summary>
    Completed,
}

/// <summary>Tells new events from duplicates: the bank delivers an event at least once, and again until a
/// delivery is answered with success.</summary>
/// <remarks>With several processes, implement it over their database: a unique row per event id, with the
/// time of the claim, deleted after five days (the bank tries for about 72 hours). A claim that was neither
/// completed nor removed within some minutes is of a process that died, and is given again.
/// <para>What an inbox throws, such as when its database is not reached, fails the delivery with 500, and the bank sends the event
/// again. The handler may have done its work by then: make what it does harmless when it is done twice.</para></remarks>
public interface IWebhookInbox
{
    /// <summary>Claims an event, so that one delivery of it is handled at a time.</summary>
    /// <remarks>When this throws, the event is not handled now.</remarks>
    /// <param name="eventId">The event, <c>evt_…</c>, as <see cref="WebhookEvent.Id"/> names it.</param>
    /// <param name="cancellationToken">Canceled when the bank has gone.</param>
    /// <returns>Whether to handle the event now.</returns>
    /// <exception cref="OperationCanceledException">The bank has gone, and waits for no answer.</exception>
    ValueTask<WebhookClaim> TryAddAsync(string eventId, CancellationToken cancellationToken = default);

    /// <summary>Keeps that a claimed event was handled.</summary>
    /// <remarks>Not canceled when the bank has gone. When this throws, the log says so (event 107), and the event is handled again
    /// once its claim has run out.</remarks>
    /// <param name="eventId">The event, <c>evt_…</c>, as <see cref="WebhookEvent.Id"/> names it.</param>
    /// <param name="cancellationToken">Never canceled by the endpoint.</param>
    ValueTask CompleteAsync(string eventId, CancellationToken cancellationToken = default);

    /// <summary>Gives a claim up, because its handler failed: the next delivery is handled.</summary>
    /// <remarks>Not canceled when the bank has gone. When this throws, the log says so (event 107); after a handler that threw, its own
    /// exception counts.</remarks>
    /// <param name="eventId">The event, <c>evt_…</c>, as <see cref="WebhookEvent.Id"/> names it.</param>
    /// <param name="cancellationToken">Never canceled by the endpoint.</param>
    ValueTask RemoveAsync(string eventId, CancellationToken cancellationToken = default);
}

/// <summary>Keeps events in this process's memory for five days. Enough for one process whose handlers do no
/// harm when an event is handled again after a restart.</summary>
public sealed class MemoryWebhookInbox : IWebhookInbox
{
    private static readonly TimeSpan kept = TimeSpan.FromDays(5);
    private static readonly TimeSpan longestHandling = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan sweepPause = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Entry> entries = [];
    private readonly TimeProvider clock;
    private long sweptAt;

    /// <summary>An inbox on the system's clock.</summary>
    public MemoryWebhookInbox()
        : this(TimeProvider.System) { }

    /// <summary>An inbox on a clock of one's own.</summary>
    /// <param name="timeProvider">Says how long ago an event came, such as a clock that a test moves.</param>
    public MemoryWebhookInbox(TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        clock = timeProvider;
        sweptAt = clock.GetTimestamp();
    }

    /// <inheritdoc/>
    public ValueTask<WebhookClaim> TryAddAsync(string eventId, CancellationToken cancellationToken = default)
    {
        Sweep();
        var claim = new Entry(clock.GetTimestamp(), Completed: false);
        var entry = entries.GetOrAdd(eventId, claim);
        if (IsOver(entry) && entries.TryUpdate(eventId, claim, entry))
        {
            entry = claim;
        }

        return ValueTask.FromResult(
            ReferenceEquals(entry, claim) ? WebhookClaim.Added
            : entry.Completed ? WebhookClaim.Completed
            : WebhookClaim.InProgress
        );
    }

    /// <inheritdoc/>
    public ValueTask CompleteAsync(string eventId, CancellationToken cancellationToken = default)
    {
        entries[eventId] = new Entry(clock.GetTimestamp(), Completed: true);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask RemoveAsync(string eventId, CancellationToken cancellationToken = default)
    {
        entries.TryRemove(eventId, out _);
        return ValueTask.CompletedTask;
    }

    private void Sweep()
    {
        var last = Interlocked.Read(ref sweptAt);
        if (
            clock.GetElapsedTime(last) < sweepPause
            || Interlocked.CompareExchange(ref sweptAt, clock.GetTimestamp(), last) != last
        )
        {
            return;
        }

        foreach (var pair in entries)
        {
            if (IsOver(pair.Value))
            {
                entries.TryRemove(pair);
            }
        }
    }

    private bool IsOver(Entry entry) =>
        clock.GetElapsedTime(entry.At) > (entry.Completed ? kept : longestHandling);

    private sealed record Entry(long At, bool Completed);
}
