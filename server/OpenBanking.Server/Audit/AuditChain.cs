using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Audit;

/// <summary>Adds committed records to the chain. One process does it at a time, by a lease; but were two to, one of
/// them would find that the chain had moved on, and nothing would be sealed twice.</summary>
public sealed class AuditChain(
    Store store,
    Engine.Engine engine,
    AuditKeys keys,
    AuditOptions options,
    Ids ids,
    TimeProvider time,
    ILogger<AuditChain> log,
    Sealers? sealers = null
)
{
    /// <summary>How many records are sealed in one transaction.</summary>
    public const int SealedAtOnce = 256;

    /// <summary>How long a sealer is waited for that stands still, or of which nobody knows that it died.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly Guid holder = ids.NewGuid();
    private readonly Queue<AuditHeadRow> unwritten = [];
    private AuditHeadRow? lastHead;

    /// <summary>Marked records without a place in the chain, which is looked up for each by its unique key. With EXISTS a
    /// planner may join instead, and read the whole chain to find a handful.</summary>
    internal static Sql Waiting =>
        $"""
            (
                SELECT position FROM audit_seal WHERE record_world = audit_unsealed.world AND record_id = audit_unsealed.id
            ) IS NULL ORDER BY id
            """;

    /// <summary>The same, in the order of their keys, from one of them on.</summary>
    internal static Sql WaitingAfter(int world, Guid id) =>
        $"""
            (world > {world} OR (world = {world} AND id > {id})) AND (
                SELECT position FROM audit_seal WHERE record_world = audit_unsealed.world AND record_id = audit_unsealed.id
            ) IS NULL ORDER BY world, id
            """;

    /// <summary>Marked records that have got their place, looked up likewise.</summary>
    internal static Sql Placed =>
        $"""
            (
                SELECT position FROM audit_seal WHERE record_world = audit_unsealed.world AND record_id = audit_unsealed.id
            ) IS NOT NULL
            """;

    /// <summary>Whether this process is the sealer. Becomes it when nobody is, and stays it by asking.</summary>
    public async Task<bool> HoldAsync()
    {
        var now = time.GetUtcNow();
        var chain = await store.FindAsync(AuditTables.Chain, World.Live, AuditRules.TheChain);
        Guid? gone = null;
        if (chain is not null && !AuditRules.MayHold(chain, holder, gone, now))
        {
            if (sealers is null || !await sealers.IsGoneAsync(chain.Holder))
            {
                return false;
            }

            gone = chain.Holder;
        }

        if (
            chain is not null
            && chain.Holder == holder
            && chain.LeaseUntil - now is var left
            && left > Lease / 2
            && left <= Lease
        )
        {
            return true;
        }

        // Before it holds the chain: whoever looks in between must find it there.
        await (sealers?.ShowAsync(holder) ?? Task.CompletedTask);
        var decision = await engine.SubmitAsync(new HoldChain(now, holder, Lease, gone));
        return decision is Accepted<AuditChainRow?> { Reply: not null };
    }

    /// <summary>Gives every record that was committed a place in the chain, a limited number at a time; gives how many.</summary>
    public async Task<int> SealAsync()
    {
        // The end before the records: whoever seals one of them in between moves it.
        var chain = await store.FindAsync(AuditTables.Chain, World.Live, AuditRules.TheChain);
        var unsealed = await store.ListAcrossWorldsAsync(AuditTables.Unsealed, SealedAtOnce, Waiting);
        if (chain is null || unsealed.Count == 0)
        {
            return 0;
        }

        var records = await ReadAsync(unsealed);
        var decision = await engine.SubmitAsync(
            new SealRecords(time.GetUtcNow(), holder, Lease, chain.Position, records)
        );
        if (decision is not Accepted<AuditChainRow?> { Reply: not null })
        {
            return 0;
        }

        engine.SweepLater(AuditTables.Unsealed, Placed);
        return records.Count;
    }

    /// <summary>Signs the end of the chain and exports it, unless nothing was sealed since the last time or, when it is
    /// not asked for <paramref name="now"/>, it is not time yet. Heads that could not be written before are written first.</summary>
    public async Task SignAsync(bool now)
    {
        WriteHeads();
        lastHead ??= await store.FirstAsync(
            AuditTables.Heads,
            World.Live,
            $"ORDER BY position DESC LIMIT {1}"
        );
        var at = time.GetUtcNow();
        if (
            !now
            && lastHead is not null
            && !SteadyClock.WasAhead(lastHead.SignedAt, at)
            && at - lastHead.SignedAt < options.SignEvery
        )
        {
            return;
        }

        var chain = await store.FindAsync(AuditTables.Chain, World.Live, AuditRules.TheChain);
        if (chain is null || chain.Position <= (lastHead?.Position ?? 0))
        {
            return;
        }

        var head = new AuditHeadRow
        {
            Position = chain.Position,
            Signature = await keys.SignAsync(new(chain.Position, chain.Hash), at),
            SignedAt = at,
        };
        await engine.SubmitAsync(new KeepHead(at, head));
        lastHead = head;
        log.LogInformation(
            AuditEvents.HeadSigned,
            "Audit head {Position} {Head}",
            head.Position,
            head.Signature
        );
        unwritten.Enqueue(head);
        WriteHeads();
    }

    /// <summary>Lets another process seal at once.</summary>
    public async Task ReleaseAsync() =>
        await engine.SubmitAsync(new HoldChain(time.GetUtcNow(), holder, TimeSpan.Zero));

    private async Task<IReadOnlyList<UnsealedRecord>> ReadAsync(
        IReadOnlyList<(World World, AuditUnsealedRow Row)> unsealed
    )
    {
        var records = new List<UnsealedRecord>();
        foreach (var inWorld in unsealed.GroupBy(marked => marked.World, marked => marked.Row.Id))
        {
            var found = await store.ListByKeysAsync(AuditTables.Records, inWorld.Key, [.. inWorld]);
            if (found.Count < inWorld.Count())
            {
                log.LogError(AuditEvents.RecordMissing, "An audit record is gone before it was sealed");
            }

            records.AddRange(
                found.Select(record => new UnsealedRecord(
                    inWorld.Key,
                    record.Id,
                    record.Digest,
                    [.. EventAppsOf(record)]
                ))
            );
        }

        return records;
    }

    /// <summary>A record that was garbled meanwhile is sealed as it is, for the auditor to find: it must not keep all others from
    /// their places.</summary>
    private static IEnumerable<Id<AppRow>> EventAppsOf(AuditRecordRow record) =>
        BatchContents.TryRead(record.Records)?.EventApps.Select(app => new Id<AppRow>(app)) ?? [];

    /// <summary>Adds to the file what is not in it yet. A head that was written in part is taken out of it again.</summary>
    private void WriteHeads()
    {
        if (options.HeadsFile is not { } path)
        {
            unwritten.Clear();
            return;
        }

        while (unwritten.TryPeek(out var head))
        {
            using var file = PrivateFiles.Open(path, FileShare.Read);
            var end = RandomAccess.GetLength(file.SafeFileHandle);
            try
            {
                var line = System.Text.Encoding.ASCII.GetBytes(head.Signature + "\n");
                RandomAccess.Write(file.SafeFileHandle, line, end);
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }
            catch (IOException)
            {
                RandomAccess.SetLength(file.SafeFileHandle, end);
                throw;
            }

            unwritten.Dequeue();
        }
    }
}

/// <summary>The audit's log events, by which an operator's alarms know them.</summary>
public static class AuditEvents
{
    public static EventId HeadSigned { get; } = new(3001, nameof(HeadSigned));

    public static EventId RecordMissing { get; } = new(3002, nameof(RecordMissing));

    public static EventId Found { get; } = new(3003, nameof(Found));

    public static EventId FrozenAgain { get; } = new(3004, nameof(FrozenAgain));
}
