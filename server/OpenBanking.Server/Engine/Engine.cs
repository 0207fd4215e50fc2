using System.Collections.Concurrent;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Engine;

/// <summary>The queue is full, or the engine is stopping.</summary>
public sealed class EngineBusyException()
    : Exception("The engine takes no more commands: its queue is full, or it is stopping.");

/// <summary>Every write goes through here: commands wait in bounded queues, and a thread for each runs whatever waits
/// as one transaction, so that many share one wait for the disk. Commands that change the same rows go the same
/// way; should two writers meet after all, the store finds out, and one of them runs its batch again.</summary>
public sealed class Engine : IDisposable
{
    private readonly EngineLimits limits;
    private readonly Store store;
    private readonly Lane[] lanes;
    private readonly ConcurrentDictionary<Table, Action> listeners = [];

    public Engine(
        Store store,
        Ids ids,
        TimeProvider time,
        IEnumerable<IInvariant> invariants,
        EngineLimits limits,
        RuleData data,
        ILogger<Engine> log,
        IBatchRecorder? recorder = null
    )
    {
        this.store = store;
        this.limits = limits;
        lanes =
        [
            .. Enumerable
                .Range(0, store.HasOneWriter ? 1 : limits.Writers)
                .Select(number => new Lane(
                    new(
                        store.OpenWriteSession(),
                        ids,
                        time,
                        [.. invariants],
                        limits,
                        data,
                        listeners,
                        log,
                        recorder
                    ),
                    limits,
                    number,
                    store.HasOneWriter ? WriterPause.OnDisk(limits) : WriterPause.OnDatabase(limits)
                )),
        ];
    }

    /// <summary>Calls back after each commit that wrote to the table. The callback must return at once.</summary>
    public void WhenWritten(Table table, Action callback) =>
        listeners.AddOrUpdate(table, callback, (_, others) => others + callback);

    /// <summary>Decides a command and makes its changes last.</summary>
    /// <exception cref="EngineBusyException">The queue is full, or the engine is stopping; nothing happened.</exception>
    /// <exception cref="OutcomeUnknownException">The answer did not come in time, or was lost.</exception>
    public async Task<Decision<TReply>> SubmitAsync<TReply>(Command<TReply> command)
    {
        var pending = new PendingCommand<TReply>(command);
        LaneOf(command.Lane).Enqueue(pending);
        return await WithinDeadline(pending.Task);
    }

    /// <summary>Decides a command once for its idempotency key.</summary>
    /// <param name="render">Turns the reply into the answer that is kept.</param>
    /// <inheritdoc cref="SubmitAsync{TReply}(Command{TReply})"/>
    public async Task<KeyedOutcome> SubmitAsync<TReply>(
        Command<TReply> command,
        KeyedRequest request,
        Func<TReply, Answer> render
    )
    {
        var pending = new PendingKeyedCommand<TReply>(command, request, render);
        LaneOf(command.Lane).Enqueue(pending);
        return await WithinDeadline(pending.Task);
    }

    /// <summary>The body that was given for a known key; null when it is no longer kept, or not as it was given.</summary>
    public async ValueTask<byte[]?> RecallAnswerAsync(World world, IdempotencyRow known) =>
        await store.FindAsync(EngineTables.Answers, world, known.JournalId) is { } answers
            ? BatchAnswers.Find(answers.Bodies, known)
            : null;

    /// <summary>Deletes rows of any world that have outlived their use, a limited number at a time, between the
    /// batches to come.</summary>
    public void SweepLater(Table table, Sql condition) => lanes[0].SweepLater(table, condition);

    /// <summary>Replaces values of a column by others that mean the same, between the batches to come; gives how many.
    /// What somebody else changes at the same time is left.</summary>
    /// <exception cref="OutcomeUnknownException">It did not come to it in time.</exception>
    internal Task<int> ReplaceAsync(Table table, string column, IReadOnlyList<Replacement> values) =>
        WithinDeadline(lanes[0].ReplaceAsync(table, column, values));

    public void Dispose()
    {
        foreach (var lane in lanes)
        {
            lane.Close();
        }

        foreach (var lane in lanes)
        {
            lane.Dispose();
        }
    }

    private Lane LaneOf(Guid key) => lanes[(uint)key.GetHashCode() % (uint)lanes.Length];

    private async Task<T> WithinDeadline<T>(Task<T> task)
    {
        try
        {
            return await task.WaitAsync(limits.ReplyTimeout);
        }
        catch (TimeoutException late)
        {
            throw new OutcomeUnknownException("The answer did not come in time.", late);
        }
    }
}
