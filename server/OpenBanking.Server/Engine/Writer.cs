using System.Collections.Concurrent;
using System.Text.Json;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Engine;

/// <summary>Something that must hold after every command; checked before its changes are kept.</summary>
public interface IInvariant
{
    /// <exception cref="InvariantViolatedException">The command broke it.</exception>
    void Check(Book book, BookMark beforeCommand);
}

/// <summary>A rule has a bug: its command is dropped, and nothing of it is kept.</summary>
public sealed class InvariantViolatedException(string message) : Exception(message);

/// <summary>Runs batches: begin, load, decide each command in order of arrival, save, commit, answer.</summary>
internal sealed class Writer(
    IWriteSession session,
    Ids ids,
    TimeProvider time,
    IReadOnlyList<IInvariant> invariants,
    EngineLimits limits,
    RuleData data,
    IReadOnlyDictionary<Table, Action> listeners,
    ILogger log,
    IBatchRecorder? recorder = null
) : IDisposable
{
    private const int SweptAtOnce = 1_000;

    /// <summary>How often a batch is run without locking what it reads.</summary>
    private const int OptimisticRuns = 2;

    /// <summary>How often another writer may have been first with a new row's key before it is taken for a bug.</summary>
    private const int MostDuplicates = 2;

    /// <summary>How long to wait before a store that could not be reached is tried again: not at all the first time, then
    /// ever longer up to the second figure.</summary>
    private const int FirstWaitMilliseconds = 50;
    private const int LongestWaitMilliseconds = 500;

    /// <summary>Whether the last batch found no store, so that the next does not wait for it.</summary>
    private bool storeIsDown;
    private readonly StoreOutages outages = new(log, nameof(Writer));
    private readonly HashSet<Table> refusedSweeps = [];

    public Sweeps Sweeps { get; } = new();

    public ConcurrentQueue<PendingReplacement> Replacements { get; } = [];

    /// <summary>Runs commands of one world as one transaction, and tells each its outcome.</summary>
    public void Run(IReadOnlyList<Pending> batch, World world)
    {
        var duplicates = 0;
        var began = time.GetTimestamp();
        for (var run = 0; run <= limits.Reruns; run++)
        {
            try
            {
                RunOnce(batch, world, locking: run >= OptimisticRuns);
                storeIsDown = false;
                outages.End();
                return;
            }
            catch (WriteConflictException overtaken)
            {
                Again(batch, overtaken);
            }
            catch (DuplicateRowException overtaken) when (duplicates < MostDuplicates)
            {
                duplicates++;
                Again(batch, overtaken);
            }
            catch (StoreUnavailableException refused) when (refused.IsRefusal)
            {
                // Whoever asked for this is told, and tells of it: what others want may be let through.
                session.Rollback();
                FailAll(batch, refused);
                return;
            }
            catch (StoreUnavailableException unavailable) when (MayComeBack(run, began))
            {
                session.Rollback();
                log.LogInformation(
                    "Batch of {Count} tries the store again: {Why}",
                    batch.Count,
                    unavailable.Reason
                );
                WaitForStore(run);
            }
            catch (StoreUnavailableException unavailable)
            {
                session.Rollback();
                storeIsDown = true;
                outages.Tell(unavailable);
                FailAll(batch, unavailable);
                return;
            }
            catch (OutcomeUnknownException unknown)
            {
                session.Rollback();
                log.LogError(unknown, "The outcome of a batch of {Count} is unknown", batch.Count);
                FailAll(batch, unknown);
                return;
            }
            catch (Exception failure)
            {
                session.Rollback();
                Halve(batch, world, failure);
                return;
            }
        }

        FailAll(batch, new EngineBusyException());
    }

    /// <summary>Another writer was first: what is there now decides.</summary>
    private void Again(IReadOnlyList<Pending> batch, Exception overtaken)
    {
        session.Rollback();
        log.LogInformation(
            "Batch of {Count} runs again, as another writer came first: {Reason}",
            batch.Count,
            overtaken.Message
        );
    }

    /// <summary>Deletes what was asked for, between batches; what is left over waits for the next time.</summary>
    public void Sweep()
    {
        foreach (var (table, condition) in Sweeps.Take())
        {
            try
            {
                if (session.Sweep(table, condition, SweptAtOnce) == SweptAtOnce)
                {
                    Sweeps.AskAgain(table, condition);
                }

                refusedSweeps.Remove(table);
            }
            catch (StoreUnavailableException refused) when (refused.IsRefusal)
            {
                if (refusedSweeps.Add(table))
                {
                    log.LogError("{Table} is not swept: {Why}", table.Name, refused.Reason);
                }
            }
            catch (Exception failure)
            {
                if (!outages.Tell(failure))
                {
                    log.LogError(failure, "Could not sweep {Table}", table.Name);
                }
            }
        }
    }

    /// <summary>Replaces the values that were asked for, between batches.</summary>
    public void Replace()
    {
        while (Replacements.TryDequeue(out var work))
        {
            try
            {
                work.Replaced.SetResult(session.Replace(work.Table, work.Column, work.Values));
            }
            catch (Exception failure)
            {
                session.Rollback();
                work.Replaced.SetException(failure);
            }
        }
    }

    public void Dispose() => session.Dispose();

    private void RunOnce(IReadOnlyList<Pending> batch, World world, bool locking)
    {
        var book = new Book(world, data);
        var failed = new List<(Pending Pending, Exception Bug)>();
        var named = NameKeys(batch, book, failed);
        session.Load(book, locking);
        CrashPoints.Pass(CrashPoint.Loaded);

        var answers = new BatchAnswers(ids.New<JournalRow>());
        List<Pending> decided = [.. named.Where(pending => Decide(pending, book, answers, failed))];
        if (book.HasChanges)
        {
            Keep(book, answers, decided);
            CrashPoints.Pass(CrashPoint.Decided);
            session.Commit(book);
            CrashPoints.Pass(CrashPoint.Committed);
        }
        else
        {
            session.Rollback();
        }

        foreach (var pending in decided)
        {
            pending.Complete();
        }

        // Not before: a batch that runs again decides again, and may come to something else.
        foreach (var (pending, bug) in failed)
        {
            Drop(pending, bug);
        }

        CrashPoints.Pass(CrashPoint.Answered);
        foreach (var (table, listener) in listeners)
        {
            if (book.Wrote(table))
            {
                Call(listener);
            }
        }
    }

    /// <summary>Nothing was written, so that the batch may run again: most often a connection was dead and a new one is
    /// not. Half of what callers wait for their answers is left for the run that ends it.</summary>
    private bool MayComeBack(int run, long began) =>
        !storeIsDown && run < limits.Reruns && time.GetElapsedTime(began) < limits.ReplyTimeout / 2;

    private static void WaitForStore(int run)
    {
        if (run > 0)
        {
            var wait = Math.Min(FirstWaitMilliseconds << (run - 1), LongestWaitMilliseconds);
            Task.Delay(wait).GetAwaiter().GetResult();
        }
    }

    /// <summary>What is committed stays so whoever fails to hear of it.</summary>
    private void Call(Action listeners)
    {
        foreach (var listener in Delegate.EnumerateInvocationList(listeners))
        {
            try
            {
                listener();
            }
            catch (Exception bug)
            {
                log.LogError(bug, "A listener failed after a commit");
            }
        }
    }

    /// <summary>Gives the commands that could name their rows.</summary>
    private static List<Pending> NameKeys(
        IReadOnlyList<Pending> batch,
        Book book,
        List<(Pending, Exception)> failed
    )
    {
        var named = new List<Pending>(batch.Count);
        foreach (var pending in batch)
        {
            try
            {
                pending.Keys(book);
                named.Add(pending);
            }
            catch (Exception bug)
            {
                failed.Add((pending, bug));
            }
        }

        return named;
    }

    /// <summary>Gives whether the command came to a decision; one that throws is dropped alone.</summary>
    private bool Decide(Pending pending, Book book, BatchAnswers answers, List<(Pending, Exception)> failed)
    {
        var mark = book.Mark;
        try
        {
            pending.Changed = pending.Decide(book, answers) && book.Mark != mark;
            if (!pending.Changed)
            {
                book.Rollback(mark);
            }
            else
            {
                foreach (var invariant in invariants)
                {
                    invariant.Check(book, mark);
                }
            }

            return true;
        }
        catch (Exception bug)
        {
            book.Rollback(mark);
            failed.Add((pending, bug));
            return false;
        }
    }

    /// <summary>Adds the batch's events, answers and record to what it writes.</summary>
    private void Keep(Book book, BatchAnswers answers, IReadOnlyList<Pending> decided)
    {
        var now = time.GetUtcNow();
        List<CommandRecord> records = [.. decided.Select(pending => pending.Record).OfType<CommandRecord>()];
        var events = book.Events.Count > 0 ? JsonSerializer.SerializeToUtf8Bytes(book.Events) : null;
        if (events is not null)
        {
            book.Insert(
                EngineTables.Journal,
                new JournalRow
                {
                    Id = answers.JournalId,
                    CreatedAt = now,
                    Events = events,
                    Pending = true,
                }
            );
        }

        // A command that was dropped after it had answered leaves no record.
        var bodies = records.Count > 0 ? answers.Bodies : null;
        if (bodies is not null)
        {
            book.Insert(
                EngineTables.Answers,
                new AnswersRow
                {
                    Id = answers.JournalId,
                    CreatedAt = now,
                    Bodies = bodies,
                }
            );
        }

        recorder?.Record(book, answers.JournalId, now, records, new(events, bodies));
    }

    /// <summary>A batch that the store refuses as a whole is split until the one command it stumbles over is
    /// alone.</summary>
    private void Halve(IReadOnlyList<Pending> batch, World world, Exception failure)
    {
        if (batch.Count == 1)
        {
            Drop(batch[0], failure);
            return;
        }

        log.LogWarning(failure, "A batch of {Count} failed and is split", batch.Count);
        var middle = batch.Count / 2;
        Run([.. batch.Take(middle)], world);
        Run([.. batch.Skip(middle)], world);
    }

    private void Drop(Pending pending, Exception bug)
    {
        log.LogError(bug, "A command failed and was dropped");
        pending.Fail(bug);
    }

    private static void FailAll(IReadOnlyList<Pending> batch, Exception cause)
    {
        foreach (var pending in batch)
        {
            pending.Fail(cause);
        }
    }
}
