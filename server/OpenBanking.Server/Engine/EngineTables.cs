using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Engine;

/// <summary>The events one batch caused: one row for all of them keeps the hot path lean.</summary>
public sealed record JournalRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "jrn_";

    public required Id<JournalRow> Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The events, as JSON.</summary>
    public required byte[] Events { get; init; }

    /// <summary>Whether the events still have to be handed to their receivers.</summary>
    public required bool Pending { get; init; }
}

/// <summary>The bodies of the answers one batch gave, one after the other; kept for seven days.</summary>
public sealed record AnswersRow
{
    public required Id<JournalRow> Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required byte[] Bodies { get; init; }
}

/// <summary>An idempotency key that was used: it stays as long as what it made.</summary>
public sealed record IdempotencyRow
{
    public required Guid AppId { get; init; }

    public required string Key { get; init; }

    /// <summary>A digest of the method, path, app and body of the request.</summary>
    public required Guid Fingerprint { get; init; }

    public required int Status { get; init; }

    /// <summary>What it made, to be shown when the answer itself is no longer kept.</summary>
    public required Guid ResourceId { get; init; }

    public required Id<JournalRow> JournalId { get; init; }

    /// <summary>Where in the batch's answers the body begins.</summary>
    public required int AnswerOffset { get; init; }

    public required int AnswerLength { get; init; }
}

public readonly record struct IdempotencyKey(Guid AppId, string Key);

public static class EngineTables
{
    public static Table<Id<JournalRow>, JournalRow> Journal { get; } = new("journal");

    public static Table<Id<JournalRow>, AnswersRow> Answers { get; } = new("journal_answers");

    public static Table<IdempotencyKey, IdempotencyRow> Idempotency { get; } = new("idempotency");
}
