using System.Buffers;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Engine;

/// <summary>A command in the queue, with the one who waits for it.</summary>
internal abstract class Pending(World world)
{
    public World World { get; } = world;

    /// <summary>Whether anything of it is kept; set with each decision.</summary>
    public bool Changed { get; set; }

    /// <summary>What the audit keeps of it, once it is decided; null when that is nothing.</summary>
    public abstract CommandRecord? Record { get; }

    public abstract void Keys(IKeySet keys);

    /// <summary>Decides and remembers the decision; nothing is told before the batch is committed. Gives whether
    /// the changes are to be kept.</summary>
    public abstract bool Decide(Book book, BatchAnswers answers);

    public abstract void Complete();

    public abstract void Fail(Exception cause);

    protected static CommandRecord? RecordOf<TReply>(Command<TReply> command, bool declined) =>
        command.Audited ? new(command.GetType().Name, declined, command.Actor, command.Subject) : null;
}

internal sealed class PendingCommand<TReply>(Command<TReply> command) : Pending(command.World)
{
    private readonly TaskCompletionSource<Decision<TReply>> waiter = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private Decision<TReply>? decision;

    public Task<Decision<TReply>> Task => waiter.Task;

    public override CommandRecord? Record =>
        Changed ? RecordOf(command, declined: decision is Declined<TReply>) : null;

    public override void Keys(IKeySet keys) => command.Keys(keys);

    public override bool Decide(Book book, BatchAnswers answers)
    {
        decision = command.Decide(book);
        return decision is not Rejected<TReply>;
    }

    public override void Complete() => waiter.TrySetResult(decision!);

    public override void Fail(Exception cause) => waiter.TrySetException(cause);
}

/// <summary>A command under an idempotency key: decided once, answered the same however often it comes.</summary>
internal sealed class PendingKeyedCommand<TReply>(
    Command<TReply> command,
    KeyedRequest request,
    Func<TReply, Answer> render
) : Pending(command.World)
{
    private readonly TaskCompletionSource<KeyedOutcome> waiter = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private KeyedOutcome? outcome;
    private bool declined;

    public Task<KeyedOutcome> Task => waiter.Task;

    public override CommandRecord? Record => Changed ? RecordOf(command, declined) : null;

    private IdempotencyKey Key => new(request.AppId, request.Key);

    public override void Keys(IKeySet keys)
    {
        keys.Want(EngineTables.Idempotency, Key);
        command.Keys(keys);
    }

    public override bool Decide(Book book, BatchAnswers answers)
    {
        outcome = book.Find(EngineTables.Idempotency, Key) is { } known
            ? Recall(known)
            : DecideOnce(book, answers);
        return outcome is KeyedOutcome.Fresh;
    }

    public override void Complete() => waiter.TrySetResult(outcome!);

    public override void Fail(Exception cause) => waiter.TrySetException(cause);

    private KeyedOutcome Recall(IdempotencyRow known) =>
        known.Fingerprint == request.Fingerprint
            ? new KeyedOutcome.Known(known)
            : new KeyedOutcome.Refused(KeyedRequest.Reused);

    private KeyedOutcome DecideOnce(Book book, BatchAnswers answers)
    {
        var decision = command.Decide(book);
        declined = decision is Declined<TReply>;
        var reply = decision switch
        {
            Accepted<TReply> accepted => accepted.Reply,
            Declined<TReply> declined => declined.Reply,
            Rejected<TReply> rejected => (object)rejected.Refusal,
            var other => throw new InvalidOperationException($"Unknown decision {other}."),
        };
        if (reply is Refusal refusal)
        {
            return new KeyedOutcome.Refused(refusal);
        }

        var answer = render((TReply)reply!);
        book.Insert(
            EngineTables.Idempotency,
            new IdempotencyRow
            {
                AppId = request.AppId,
                Key = request.Key,
                Fingerprint = request.Fingerprint,
                Status = answer.Status,
                ResourceId = answer.ResourceId,
                JournalId = answers.JournalId,
                AnswerOffset = answers.Length,
                AnswerLength = answer.Body.Length,
            }
        );
        answers.Append(answer.Body);
        return new KeyedOutcome.Fresh(answer);
    }
}

/// <summary>The bodies of a batch's answers, to be kept beside its journal row.</summary>
internal sealed class BatchAnswers(Id<JournalRow> journalId)
{
    private readonly ArrayBufferWriter<byte> bodies = new();

    public Id<JournalRow> JournalId { get; } = journalId;

    public int Length => bodies.WrittenCount;

    public void Append(byte[] body) => bodies.Write(body);

    /// <summary>One of them; null where there are not so many bytes.</summary>
    public static byte[]? Find(ReadOnlySpan<byte> bodies, IdempotencyRow known) =>
        known is { AnswerOffset: >= 0, AnswerLength: > 0 }
        && known.AnswerOffset <= bodies.Length - known.AnswerLength
            ? bodies.Slice(known.AnswerOffset, known.AnswerLength).ToArray()
            : null;

    public byte[]? Bodies => bodies.WrittenCount == 0 ? null : bodies.WrittenSpan.ToArray();
}

/// <summary>Values to be replaced between batches.</summary>
internal sealed record PendingReplacement(Table Table, string Column, IReadOnlyList<Replacement> Values)
{
    public TaskCompletionSource<int> Replaced { get; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
