using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Outside;

/// <summary>Carries intents of one kind to the outside, and the answer back as a command.</summary>
public interface IIntentHandler
{
    IntentKind Kind { get; }

    /// <param name="mayBeKnown">Whether the outside may have heard of it: then its outcome is asked for first.</param>
    Task HandleAsync(
        Reference reference,
        IntentRow intent,
        bool mayBeKnown,
        CancellationToken cancellationToken
    );
}

/// <summary>What waits for the outside apart from everything else, so that neither keeps the other waiting.</summary>
public enum IntentGroup
{
    /// <summary>The card rail, the bank's transfers, identities: whoever answers late holds a place.</summary>
    Requests,

    /// <summary>Codes that somebody waits for, for a few minutes.</summary>
    Messages,

    /// <summary>Of payments: many come at once.</summary>
    Notices,
}

/// <summary>Takes due intents of one group, a lease at a time, and has them handled. What fails is tried again, later and
/// later.</summary>
public sealed class IntentWorker(
    Store store,
    Engine.Engine engine,
    TimeProvider time,
    OutsideLimits limits,
    IEnumerable<IIntentHandler> handlers,
    ILogger<IntentWorker> log,
    IntentGroup group
) : SignalledWorker(engine, IntentTables.Intents, log)
{
    private const int AtOnce = 16;

    private readonly RunningTasks<Id<IntentRow>> running = new(AtOnce, log);
    private readonly Dictionary<IntentKind, IIntentHandler> handlers = handlers.ToDictionary(handler =>
        handler.Kind
    );

    protected override Task WhenEndedAsync() => running.WhenEndedAsync();

    protected override async Task<bool> RunOnceAsync(CancellationToken stoppingToken)
    {
        var now = time.GetUtcNow();
        foreach (var (world, intent) in await ListDueAsync(now, now + IntentRules.LongestWait))
        {
            running.TryStart(intent.Id, () => RunAsync(new(world, intent.Id), stoppingToken));
        }

        return false;
    }

    private ValueTask<IReadOnlyList<(World World, IntentRow Row)>> ListDueAsync(
        DateTimeOffset now,
        DateTimeOffset later
    ) => store.ListAcrossWorldsAsync(IntentTables.Intents, AtOnce, DueIn(group, now, later));

    /// <summary>The conditions of the indexes, word for word: each group has one, so that it reads nothing of the others.</summary>
    internal static Sql DueIn(IntentGroup group, DateTimeOffset now, DateTimeOffset later) =>
        group switch
        {
            IntentGroup.Requests =>
                $"state <> 3 AND kind <> 6 AND kind <> 1 AND (due_at <= {now} OR due_at > {later}) ORDER BY due_at",
            IntentGroup.Messages =>
                $"state <> 3 AND kind = 1 AND (due_at <= {now} OR due_at > {later}) ORDER BY due_at",
            _ => $"state <> 3 AND kind = 6 AND (due_at <= {now} OR due_at > {later}) ORDER BY due_at",
        };

    private async Task RunAsync(Reference reference, CancellationToken stoppingToken)
    {
        var claim = await Engine.SubmitAsync(
            new ClaimIntent(reference.World, time.GetUtcNow(), reference.Id, limits.Lease)
        );
        if (claim is not Accepted<ClaimedIntent?> { Reply: { } claimed })
        {
            return;
        }

        CrashPoints.Pass(CrashPoint.IntentClaimed);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        deadline.CancelAfter(limits.Deadline);
        try
        {
            await handlers[claimed.Intent.Kind]
                .HandleAsync(reference, claimed.Intent, claimed.MayBeKnown, deadline.Token);
            CrashPoints.Pass(CrashPoint.IntentHandled);
        }
        catch (Exception failure)
        {
            // The kind of failure alone: an adapter's exception may quote what it was asked with.
            log.LogWarning(
                "{Kind} {Intent} has no answer: {Failure}",
                claimed.Intent.Kind,
                reference.Id,
                failure.GetType().Name
            );
            // At a stop, too: another node would wait for the end of the lease.
            await Engine.SubmitAsync(
                new PostponeIntent(
                    reference.World,
                    time.GetUtcNow(),
                    reference.Id,
                    IntentRules.WaitAfter(claimed.Intent.Attempts)
                )
            );
        }
    }
}
