using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Audit;

/// <summary>What one batch changed, and for whom: one row for all its commands keeps the hot path lean. Never changed,
/// never deleted.</summary>
public sealed record AuditRecordRow
{
    /// <summary>The batch's own, to which its idempotency keys and events refer.</summary>
    public required Id<JournalRow> Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>How many entries of the ledger it answers for.</summary>
    public required int Entries { get; init; }

    /// <summary>The records, as <see cref="BatchContents"/> writes them.</summary>
    public required byte[] Records { get; init; }

    /// <summary>SHA-256 of all of the above.</summary>
    public required byte[] Digest { get; init; }
}

/// <summary>Marks a record that has no place in the chain yet. Time-ordered ids do not follow the order of commits, so
/// that what is still to be sealed is not found by them.</summary>
public sealed record AuditUnsealedRow
{
    public required Id<JournalRow> Id { get; init; }
}

/// <summary>The end of the chain, and who adds to it. The chain is the database's: kept once, in the live world.</summary>
public sealed record AuditChainRow : VersionedRow
{
    public required int Number { get; init; }

    public required long Position { get; init; }

    public required byte[] Hash { get; init; }

    /// <summary>The process that seals, until its lease ends.</summary>
    public required Guid Holder { get; init; }

    public required DateTimeOffset LeaseUntil { get; init; }
}

public readonly record struct AuditChainKey(int Number);

/// <summary>A link of the chain: a record's place in it. Kept in the live world.</summary>
public sealed record AuditSealRow
{
    /// <summary>1, 2, 3, … without gaps.</summary>
    public required long Position { get; init; }

    public required int RecordWorld { get; init; }

    public required Id<JournalRow> RecordId { get; init; }

    public required byte[] PreviousHash { get; init; }

    public required byte[] Hash { get; init; }

    public required DateTimeOffset SealedAt { get; init; }
}

public readonly record struct AuditPosition(long Position);

/// <summary>A signed statement of where the chain stood. Kept in the live world.</summary>
public sealed record AuditHeadRow
{
    public required long Position { get; init; }

    /// <summary>A JWS in compact form.</summary>
    public required string Signature { get; init; }

    public required DateTimeOffset SignedAt { get; init; }
}

/// <summary>A key that heads are signed with. Kept in the live world.</summary>
public sealed record AuditKeyRow
{
    public required string KeyId { get; init; }

    /// <summary>PKCS #8, sealed.</summary>
    public required byte[] PrivateKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

public readonly record struct AuditKeyId(string KeyId);

/// <summary>Says that a batch has events of an app, and where it stands in the chain: what event cursors go by. Kept in
/// the live world, since positions are the database's.</summary>
public sealed record EventPositionRow
{
    public required Id<AppRow> AppId { get; init; }

    public required long Position { get; init; }

    public required Id<JournalRow> JournalId { get; init; }

    public required DateTimeOffset SealedAt { get; init; }
}

public readonly record struct EventPositionKey(Id<AppRow> AppId, long Position);

/// <summary>How far the background auditor has come. Kept in the live world.</summary>
public sealed record AuditProgressRow : VersionedRow
{
    public required int Number { get; init; }

    public required long Position { get; init; }

    public required DateTimeOffset SweptAt { get; init; }
}

public readonly record struct AuditProgressKey(int Number);

/// <summary>Something that must not be. Its id is made of what it says, and of how often that was put right before, so that it is
/// found once however often it is looked for.</summary>
public sealed record FindingRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "fnd_";

    public required Id<FindingRow> Id { get; init; }

    /// <summary>The rule that does not hold.</summary>
    public required string Rule { get; init; }

    /// <summary>The row that breaks it.</summary>
    public required Guid SubjectId { get; init; }

    /// <summary>By how much.</summary>
    public required long Measure { get; init; }

    /// <summary>The e-account it concerns.</summary>
    public Guid? AccountId { get; init; }

    /// <summary>The state the account was in before it was frozen for this; null when this did not freeze it.</summary>
    public int? StateBefore { get; init; }

    public required DateTimeOffset FoundAt { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>When a sweep found that the rule holds again of that row. From then on the same wrong is another finding.</summary>
    public DateTimeOffset? KeptAt { get; init; }
}

public static class AuditTables
{
    public static Table<Id<JournalRow>, AuditRecordRow> Records { get; } = new("audit_record");

    public static Table<Id<JournalRow>, AuditUnsealedRow> Unsealed { get; } = new("audit_unsealed");

    public static Table<AuditChainKey, AuditChainRow> Chain { get; } = new("audit_chain");

    public static Table<AuditPosition, AuditSealRow> Seals { get; } = new("audit_seal");

    public static Table<AuditPosition, AuditHeadRow> Heads { get; } = new("audit_head");

    public static Table<AuditKeyId, AuditKeyRow> Keys { get; } = new("audit_key");

    public static Table<EventPositionKey, EventPositionRow> EventPositions { get; } = new("event_position");

    public static Table<AuditProgressKey, AuditProgressRow> Progress { get; } = new("audit_progress");

    public static Table<Id<FindingRow>, FindingRow> Findings { get; } = new("audit_finding");
}
