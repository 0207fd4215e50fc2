using System.Security.Cryptography;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Audit;

/// <summary>Writes each batch's audit record in the transaction of the batch itself.</summary>
public sealed class AuditRecorder : IBatchRecorder
{
    public void Record(
        Book book,
        Id<JournalRow> batchId,
        DateTimeOffset now,
        IReadOnlyList<CommandRecord> commands,
        BatchLeft left
    )
    {
        if (commands.Count == 0 && book.Events.Count == 0)
        {
            return;
        }

        List<EntryRow> entries = [.. book.WrittenSince(default, LedgerTables.Entries)];
        var contents = new BatchContents(
            [.. book.Events.Select(happened => happened.AppId).Distinct()],
            commands,
            entries.ConvertAll(LedgerTables.Entries.KeyOf),
            AuditDigests.Of(book.World, entries)
        )
        {
            EventsDigest = AuditDigests.Of(left.Events),
            AnswersDigest = AuditDigests.Of(left.Answers),
        };
        var record = new AuditRecordRow
        {
            Id = batchId,
            // Stores keep microseconds, and the digest is of what is stored.
            CreatedAt = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)),
            Entries = entries.Count,
            Records = contents.Write(),
            Digest = [],
        };
        book.Insert(AuditTables.Records, record with { Digest = AuditDigests.Of(book.World, record) });
        book.Insert(AuditTables.Unsealed, new AuditUnsealedRow { Id = batchId });
    }
}

/// <summary>The digests that the chain is made of.</summary>
public static class AuditDigests
{
    /// <summary>What stands before the first link.</summary>
    public static byte[] Beginning { get; } = SHA256.HashData("OpenBanking audit chain 1"u8);

    /// <summary>The record, all but its digest.</summary>
    public static byte[] Of(World world, AuditRecordRow record)
    {
        var bytes = new CanonicalBytes();
        bytes.Int64(world.Number);
        AuditTables.Records.Write(record with { Digest = [] }, bytes);
        return SHA256.HashData(bytes.Written);
    }

    public static byte[] Of(World world, IReadOnlyList<EntryRow> entries)
    {
        var bytes = new CanonicalBytes();
        bytes.Int64(world.Number);
        foreach (var entry in entries)
        {
            LedgerTables.Entries.Write(entry, bytes);
        }

        return SHA256.HashData(bytes.Written);
    }

    /// <summary>What a batch left, as it is kept; nothing where there is none.</summary>
    public static byte[] Of(byte[]? left) => left is null ? [] : SHA256.HashData(left);

    /// <summary>Whether something kept is what a record says; a server before said nothing of it.</summary>
    public static bool Matches(byte[]? recorded, byte[] kept) =>
        recorded is null || recorded.AsSpan().SequenceEqual(SHA256.HashData(kept));

    /// <summary>A link: its place, what stands before it, and the record.</summary>
    public static byte[] Link(
        long position,
        byte[] previousHash,
        World world,
        Id<JournalRow> recordId,
        byte[] recordDigest
    )
    {
        var bytes = new CanonicalBytes();
        bytes.Int64(position);
        bytes.Blob(previousHash);
        bytes.Int64(world.Number);
        bytes.Uuid(recordId.Value);
        bytes.Blob(recordDigest);
        return SHA256.HashData(bytes.Written);
    }
}
