using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Outside;

/// <summary>A worker takes an intent for a while; from now on the outside may have heard of it.</summary>
/// <param name="Now">The real time: the outside has no sandbox clock.</param>
public sealed record ClaimIntent(World World, DateTimeOffset Now, Id<IntentRow> IntentId, TimeSpan Lease)
    : Command<ClaimedIntent?>(World, Now)
{
    public override Subject Subject => Subject.Of(IntentId);

    public override void Keys(IKeySet keys) => keys.Want(IntentTables.Intents, IntentId);

    public override Decision<ClaimedIntent?> Decide(Book book) => IntentRules.Claim(this, book);
}

/// <summary>An intent in the hands of a worker.</summary>
/// <param name="MayBeKnown">Whether the outside may have heard of it before: then ask first.</param>
public sealed record ClaimedIntent(IntentRow Intent, bool MayBeKnown);

/// <summary>No answer to be had now: try again later.</summary>
public sealed record PostponeIntent(World World, DateTimeOffset Now, Id<IntentRow> IntentId, TimeSpan Wait)
    : Command<Done>(World, Now)
{
    public override Subject Subject => Subject.Of(IntentId);

    public override void Keys(IKeySet keys) => keys.Want(IntentTables.Intents, IntentId);

    public override Decision<Done> Decide(Book book) => IntentRules.Postpone(this, book);
}

/// <summary>How the outside is asked: an intent first, then the call, then the answer as a command of its own.</summary>
public static class IntentRules
{
    /// <summary>The longest that an intent waits for its next attempt. What is due later than that was written by a clock
    /// that ran ahead, and is due now.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    /// <summary>How long after so many attempts the next one waits.</summary>
    public static TimeSpan WaitAfter(int attempts) =>
        TimeSpan.FromSeconds(Math.Min(LongestWait.TotalSeconds, Math.Pow(2, Math.Min(attempts, 16))));

    public static void Ask(
        Book book,
        Id<IntentRow> intentId,
        IntentKind kind,
        Guid subjectId,
        DateTimeOffset realNow,
        byte[]? request = null
    ) =>
        book.Insert(
            IntentTables.Intents,
            new IntentRow
            {
                Id = intentId,
                Kind = kind,
                State = IntentState.Waiting,
                SubjectId = subjectId,
                Request = request,
                Attempts = 0,
                DueAt = realNow,
                CreatedAt = realNow,
            }
        );

    public static Decision<ClaimedIntent?> Claim(ClaimIntent command, Book book)
    {
        var intent = book.Get(IntentTables.Intents, command.IntentId);
        var wait = intent.DueAt - command.Now;
        if (intent.State == IntentState.Done || (wait > TimeSpan.Zero && wait <= LongestWait))
        {
            return Decision.Accept<ClaimedIntent?>(null);
        }

        var mayBeKnown = intent.State == IntentState.Sent;
        intent = book.Update(
            IntentTables.Intents,
            intent with
            {
                State = IntentState.Sent,
                Attempts = intent.Attempts + 1,
                DueAt = command.Now + command.Lease,
            }
        );
        return Decision.Accept<ClaimedIntent?>(new(intent, mayBeKnown));
    }

    public static Decision<Done> Postpone(PostponeIntent command, Book book)
    {
        var intent = book.Get(IntentTables.Intents, command.IntentId);
        if (intent.State != IntentState.Done)
        {
            book.Update(IntentTables.Intents, intent with { DueAt = command.Now + command.Wait });
        }

        return Decision.Accept(new Done());
    }

    /// <summary>Ends an intent with its answer; false when it was answered before. What it asked is forgotten.</summary>
    /// <param name="unasked">Whether the answer is the bank's own, which has asked nobody: false, too, once somebody has taken the
    /// intent up again meanwhile, and may have asked.</param>
    public static bool TryFinish(Book book, Id<IntentRow> intentId, bool unasked = false)
    {
        var intent = book.Get(IntentTables.Intents, intentId);
        if (intent.State == IntentState.Done || (unasked && intent.Attempts > 1))
        {
            return false;
        }

        book.Update(IntentTables.Intents, intent with { State = IntentState.Done, Request = null });
        return true;
    }
}
