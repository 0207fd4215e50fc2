using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Security;

/// <summary>A wrapping key that was brought into use, and how far older values have been rewrapped with it. The first key
/// has a row once it is retired. Kept in the live world; of the key itself there is nothing here.</summary>
public sealed record WrappingKeyRow : VersionedRow
{
    public required int Number { get; init; }

    /// <summary>Since when it wraps new values, on nodes that have looked.</summary>
    public required DateTimeOffset WrapsSince { get; init; }

    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>The process that rewraps, until its lease ends.</summary>
    public required Guid Holder { get; init; }

    public required DateTimeOffset LeaseUntil { get; init; }

    public required DateTimeOffset PassBeganAt { get; init; }

    /// <summary>The column that the pass has come to; empty at its beginning.</summary>
    public required string Reached { get; init; }

    /// <summary>The row of the column that it has come to.</summary>
    public required int AfterWorld { get; init; }

    public required Guid AfterId { get; init; }

    /// <summary>How many values this pass has found wrapped by another key.</summary>
    public required long FoundInPass { get; init; }

    /// <summary>How many values were rewrapped in all.</summary>
    public required long Rewrapped { get; init; }

    /// <summary>When a whole pass found nothing more to do.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}

public readonly record struct WrappingKeyKey(int Number);

public static class WrappingKeyTables
{
    public static Table<WrappingKeyKey, WrappingKeyRow> Keys { get; } = new("wrapping_key");
}

/// <summary>Has a key wrap new values from now on, and everything else be rewrapped with it; or, when it does already,
/// has everything looked at once more.</summary>
public sealed record UseWrappingKey(DateTimeOffset Now, int Number) : Command<WrappingKeyRow>(World.Live, Now)
{
    public override void Keys(IKeySet keys) => keys.Want(WrappingKeyTables.Keys, new(Number));

    public override Decision<WrappingKeyRow> Decide(Book book) =>
        Decision.Accept(
            book.Find(WrappingKeyTables.Keys, new(Number)) is { } known
                ? book.Update(WrappingKeyTables.Keys, Begun(known))
                : book.Insert(WrappingKeyTables.Keys, Begun(Unused(Number, Now)))
        );

    /// <summary>A key of which nothing is noted yet.</summary>
    internal static WrappingKeyRow Unused(int number, DateTimeOffset wrapsSince) =>
        new()
        {
            Number = number,
            WrapsSince = wrapsSince,
            Holder = Guid.Empty,
            LeaseUntil = wrapsSince,
            PassBeganAt = wrapsSince,
            Reached = "",
            AfterWorld = 0,
            AfterId = Guid.Empty,
            FoundInPass = 0,
            Rewrapped = 0,
        };

    private WrappingKeyRow Begun(WrappingKeyRow row) =>
        row with
        {
            PassBeganAt = Now,
            Reached = "",
            AfterWorld = 0,
            AfterId = Guid.Empty,
            FoundInPass = 0,
            FinishedAt = null,
        };
}

/// <summary>Notes how far the rewrapping has come. False when somebody else went on with it meanwhile.</summary>
public sealed record NoteRewrapping(DateTimeOffset Now, WrappingKeyRow Progress)
    : Command<bool>(World.Live, Now)
{
    public override void Keys(IKeySet keys) => keys.Want(WrappingKeyTables.Keys, new(Progress.Number));

    public override Decision<bool> Decide(Book book)
    {
        var moved = book.Get(WrappingKeyTables.Keys, new(Progress.Number)).Version != Progress.Version;
        if (!moved)
        {
            book.Update(WrappingKeyTables.Keys, Progress);
        }

        return Decision.Accept(!moved);
    }
}

/// <summary>Has a key that nothing needs open nothing any more.</summary>
public sealed record RetireWrappingKey(DateTimeOffset Now, int Number)
    : Command<WrappingKeyRow>(World.Live, Now)
{
    public override void Keys(IKeySet keys) => keys.Want(WrappingKeyTables.Keys, new(Number));

    public override Decision<WrappingKeyRow> Decide(Book book)
    {
        var row = book.Find(WrappingKeyTables.Keys, new(Number));
        return Decision.Accept(
            row is null
                ? book.Insert(
                    WrappingKeyTables.Keys,
                    UseWrappingKey.Unused(Number, DateTimeOffset.UnixEpoch) with
                    {
                        RetiredAt = Now,
                    }
                )
                : book.Update(WrappingKeyTables.Keys, row with { RetiredAt = Now })
        );
    }
}
