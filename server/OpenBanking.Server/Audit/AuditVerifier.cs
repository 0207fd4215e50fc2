using OpenBanking.Server.Authorization;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Audit;

/// <summary>What the chain came to when it was walked.</summary>
/// <param name="Positions">How many links it has.</param>
/// <param name="SignedPosition">How far the last head reaches.</param>
/// <param name="LastHead">The last head, as it can be kept elsewhere; null when there is none.</param>
/// <param name="Unsealed">Records that have no place in it yet.</param>
/// <param name="Unanswered">Entries that are older than the audit.</param>
/// <param name="Broken">The first thing that is wrong, in a sentence; null when all is as it was recorded and sealed.</param>
public sealed record AuditVerdict(
    long Positions,
    long SignedPosition,
    string? LastHead,
    long Unsealed,
    long Unanswered,
    string? Broken
);

/// <summary>Proves from the stored rows that nothing that was sealed has been changed, taken away, added or moved since.</summary>
public sealed class AuditVerifier(Store store, AuditKeys keys, AuditOptions options)
{
    private const int ReadAtOnce = 200;

    /// <summary>Proves all of it, as it is at one instant: what is sealed and signed meanwhile is in none of it.</summary>
    /// <param name="exportedHeads">Heads that were kept outside: they show it when the end was cut off.</param>
    public async Task<AuditVerdict> VerifyAsync(IReadOnlyList<string> exportedHeads)
    {
        using var snapshot = await store.OpenSnapshotAsync();
        return await Of(snapshot).VerifyAtOnceAsync(exportedHeads);
    }

    /// <summary>The same for what a snapshot shows.</summary>
    public AuditVerifier Of(Store snapshot) => new(snapshot, keys, options);

    private async Task<AuditVerdict> VerifyAtOnceAsync(IReadOnlyList<string> exportedHeads)
    {
        var chain = await store.FindAsync(AuditTables.Chain, World.Live, AuditRules.TheChain);
        var end = chain?.Position ?? 0;
        var head = await store.FirstAsync(AuditTables.Heads, World.Live, $"ORDER BY position DESC LIMIT {1}");
        var broken =
            await WalkAsync(end, chain?.Hash ?? AuditDigests.Beginning)
            ?? await CheckHeadsAsync(end, exportedHeads)
            ?? await CheckLooseRecordsAsync();
        (var waiting, broken) = broken is null ? await CheckUnsealedAsync() : (0, broken);
        (var unanswered, broken) = broken is null ? await CheckUnrecordedAsync() : (0, broken);
        return new(end, head?.Position ?? 0, head?.Signature, waiting, unanswered, broken);
    }

    /// <summary>Walks a stretch of the chain; gives the hash at its end, or what is wrong.</summary>
    /// <param name="withLeft">Whether the events and answers that its batches left are read, too.</param>
    public async Task<(byte[] Hash, string? Broken)> WalkStretchAsync(
        IReadOnlyList<AuditSealRow> seals,
        long position,
        byte[] hash,
        bool withLeft = true
    )
    {
        var records = await RecordsOfAsync(seals);
        foreach (var seal in seals)
        {
            position++;
            var broken =
                seal.Position != position ? $"Position {position} of the chain is missing."
                : !seal.PreviousHash.AsSpan().SequenceEqual(hash)
                    ? $"Position {position} of the chain does not follow the one before."
                : await CheckRecordAsync(
                    seal,
                    records.GetValueOrDefault((seal.RecordWorld, seal.RecordId)),
                    withLeft
                );
            if (broken is not null)
            {
                return (hash, broken);
            }

            hash = seal.Hash;
        }

        return (hash, null);
    }

    /// <summary>The links after a position, in order, a limited number.</summary>
    public ValueTask<IReadOnlyList<AuditSealRow>> SealsAfterAsync(
        long position,
        long end,
        int limit = ReadAtOnce
    ) =>
        store.ListAsync(
            AuditTables.Seals,
            World.Live,
            $"position > {position} AND position <= {end} ORDER BY position LIMIT {limit}"
        );

    /// <summary>The records that links are of.</summary>
    public async Task<Dictionary<(int, Id<JournalRow>), AuditRecordRow>> RecordsOfAsync(
        IReadOnlyList<AuditSealRow> seals
    )
    {
        var records = new Dictionary<(int, Id<JournalRow>), AuditRecordRow>();
        foreach (var inWorld in seals.GroupBy(seal => seal.RecordWorld, seal => seal.RecordId))
        {
            var found = await store.ListByKeysAsync(
                AuditTables.Records,
                new(inWorld.Key),
                [.. inWorld.Distinct()]
            );
            foreach (var record in found)
            {
                // A damaged index gives a row for another's key: that one is missing, then.
                records.TryAdd((inWorld.Key, record.Id), record);
            }
        }

        return records;
    }

    /// <summary>Whether a stretch of the chain continues what is before it, and nothing of it is missing or was
    /// changed.</summary>
    /// <param name="seals">All there are from <paramref name="after"/> to <paramref name="end"/>.</param>
    public async Task<bool> IsStretchSoundAsync(IReadOnlyList<AuditSealRow> seals, long after, long end)
    {
        var before =
            after == 0
                ? AuditDigests.Beginning
                : (await store.FindAsync(AuditTables.Seals, World.Live, new AuditPosition(after)))?.Hash;
        if (before is null || after + seals.Count != end)
        {
            return false;
        }

        var (_, broken) = await WalkStretchAsync(seals, after, before, withLeft: false);
        return broken is null;
    }

    private async Task<string?> WalkAsync(long end, byte[] endHash)
    {
        var (position, hash) = (0L, AuditDigests.Beginning);
        while (await SealsAfterAsync(position, end) is { Count: > 0 } seals)
        {
            (hash, var broken) = await WalkStretchAsync(seals, position, hash);
            if (broken is not null)
            {
                return broken;
            }

            position = seals[^1].Position;
        }

        return position != end ? $"Position {position + 1} of the chain is missing: it ends at {end}."
            : !hash.AsSpan().SequenceEqual(endHash)
                ? $"Position {end} of the chain is not what the chain's end says."
            : null;
    }

    private async Task<string?> CheckRecordAsync(AuditSealRow seal, AuditRecordRow? record, bool withLeft)
    {
        var at = $"Position {seal.Position} of the chain";
        if (record is null)
        {
            return $"{at} has lost its record {seal.RecordId}.";
        }

        var world = new World(seal.RecordWorld);
        var digest = AuditDigests.Of(world, record);
        var link = AuditDigests.Link(seal.Position, seal.PreviousHash, world, record.Id, digest);
        if (!digest.AsSpan().SequenceEqual(record.Digest) || !link.AsSpan().SequenceEqual(seal.Hash))
        {
            return $"{at} was changed: its record {seal.RecordId} is not what was sealed.";
        }

        return BatchContents.TryRead(record.Records) is not { } contents
                ? $"{at} cannot be read: its record {seal.RecordId} was garbled before it was sealed."
            : !await EntriesAreAsWrittenAsync(world, contents)
                ? $"{at} was broken by a change in the ledger: the entries of {seal.RecordId} are not what was posted."
            : withLeft && await FindChangedAsync(world, record.Id, contents) is { } changed
                ? $"{at} has left {changed} in {seal.RecordId} that are not what was written."
            : null;
    }

    /// <summary>No link and no head answers for these: they are held to what each says of itself.</summary>
    private async Task<(long Count, string? Broken)> CheckUnsealedAsync()
    {
        var (count, world, id) = (0L, int.MinValue, Guid.Empty);
        while (
            await store.ListAcrossWorldsAsync(
                AuditTables.Unsealed,
                ReadAtOnce,
                AuditChain.WaitingAfter(world, id)
            )
                is { Count: > 0 } marked
        )
        {
            foreach (var inWorld in marked.GroupBy(mark => mark.World, mark => mark.Row.Id))
            {
                foreach (
                    var record in await store.ListByKeysAsync(AuditTables.Records, inWorld.Key, [.. inWorld])
                )
                {
                    count++;
                    if (await CheckUnsealedAsync(inWorld.Key, record) is { } broken)
                    {
                        return (count, broken);
                    }
                }
            }

            (world, id) = (marked[^1].World.Number, marked[^1].Row.Id.Value);
        }

        return (count, null);
    }

    private async Task<string?> CheckUnsealedAsync(World world, AuditRecordRow record)
    {
        var which = $"Record {record.Id}, which is not sealed yet,";
        return !AuditDigests.Of(world, record).AsSpan().SequenceEqual(record.Digest)
                ? $"{which} was changed: it is not what was recorded."
            : BatchContents.TryRead(record.Records) is not { } contents
                ? $"{which} cannot be read: it was garbled."
            : !await EntriesAreAsWrittenAsync(world, contents)
                ? $"{which} was broken by a change in the ledger: its entries are not what was posted."
            : await FindChangedAsync(world, record.Id, contents) is { } changed
                ? $"{which} has left {changed} that are not what was written."
            : null;
    }

    /// <summary>Which of what a batch left is not as it was written; null where all is that is kept still.</summary>
    private async Task<string?> FindChangedAsync(World world, Id<JournalRow> batch, BatchContents contents) =>
        await store.FindAsync(EngineTables.Journal, world, batch) is { } journal
        && !AuditDigests.Matches(contents.EventsDigest, journal.Events)
            ? "events"
        : await store.FindAsync(EngineTables.Answers, world, batch) is { } answers
        && !AuditDigests.Matches(contents.AnswersDigest, answers.Bodies)
            ? "answers"
        : null;

    private async Task<bool> EntriesAreAsWrittenAsync(World world, BatchContents contents)
    {
        var found = await store.ListByKeysAsync(LedgerTables.Entries, world, contents.Entries);
        var byKey = found.DistinctBy(LedgerTables.Entries.KeyOf).ToDictionary(LedgerTables.Entries.KeyOf);
        return found.Count == byKey.Count
            && contents.Entries.All(byKey.ContainsKey)
            && AuditDigests
                .Of(world, [.. contents.Entries.Select(key => byKey[key])])
                .AsSpan()
                .SequenceEqual(contents.EntriesDigest);
    }

    private async Task<string?> CheckHeadsAsync(long end, IReadOnlyList<string> exportedHeads)
    {
        var publicKeys = await keys.ListAsync();
        for (var after = 0L; ; )
        {
            var heads = await store.ListAsync(
                AuditTables.Heads,
                World.Live,
                $"position > {after} ORDER BY position LIMIT {ReadAtOnce}"
            );
            if (heads.Count == 0)
            {
                return await CheckHeadsAsync(end, exportedHeads, publicKeys, "exported");
            }

            after = heads[^1].Position;
            var signatures = heads.Select(head => head.Signature).ToList();
            if (await CheckHeadsAsync(end, signatures, publicKeys, "stored") is { } broken)
            {
                return broken;
            }
        }
    }

    private async Task<string?> CheckHeadsAsync(
        long end,
        IReadOnlyList<string> heads,
        IReadOnlyList<PublicKey> publicKeys,
        string kind
    )
    {
        foreach (var text in heads)
        {
            if (AuditKeys.Read(text, publicKeys) is not { } head)
            {
                return $"A head that is {kind} was not signed by this server: {text}";
            }

            if (head.Position > end)
            {
                return $"Position {end + 1} of the chain is missing: a head that is {kind} reaches to {head.Position}.";
            }

            var seal = await store.FindAsync(AuditTables.Seals, World.Live, new(head.Position));
            if (seal is null || !seal.Hash.AsSpan().SequenceEqual(head.Hash))
            {
                return $"Position {head.Position} of the chain was changed: it is not what a head that is {kind} says.";
            }
        }

        return null;
    }

    /// <summary>One statement, so that whatever is sealed meanwhile is seen on both sides or on none.</summary>
    private async Task<string?> CheckLooseRecordsAsync()
    {
        const string sealedOne =
            "EXISTS (SELECT 1 FROM audit_seal WHERE record_world = found.world AND record_id = found.id)";
        var counts = await store.NumbersAsync(
            $"""
            SELECT
                (SELECT COUNT(*) FROM audit_record AS found WHERE NOT {sealedOne} AND NOT EXISTS (
                    SELECT 1 FROM audit_unsealed WHERE audit_unsealed.world = found.world AND audit_unsealed.id = found.id
                )),
                (SELECT COUNT(*) FROM audit_unsealed AS found WHERE NOT {sealedOne} AND NOT EXISTS (
                    SELECT 1 FROM audit_record WHERE audit_record.world = found.world AND audit_record.id = found.id
                )),
                (SELECT COUNT(*) FROM audit_seal) - (SELECT COALESCE(MAX(position), 0) FROM audit_chain)
            """,
            columns: 3
        );
        return counts[0] switch
        {
            [> 0 and var added, _, _] => $"{added} records were added beside the chain.",
            [_, > 0 and var gone, _] => $"{gone} records were taken away before they were sealed.",
            [_, _, > 0 and var beyond] => $"{beyond} positions were added after the end of the chain.",
            _ => null,
        };
    }

    /// <summary>Entries without a record are allowed from before the audit began, and not one more; events and answers without one
    /// only from then.</summary>
    private async Task<(long Unanswered, string? Broken)> CheckUnrecordedAsync()
    {
        var first = await store.FindAsync(AuditTables.Seals, World.Live, new AuditPosition(1));
        var begin =
            options.CoversFrom
            ?? (
                first is null
                    ? DateTimeOffset.MaxValue.AddYears(-1)
                    : (
                        await store.FindAsync(AuditTables.Records, new(first.RecordWorld), first.RecordId)
                    )!.CreatedAt
            );
        var counts = await store.QueryAsync(
            World.Live,
            $"""
            SELECT
                (SELECT COUNT(*) FROM entry) - (SELECT COALESCE(SUM(entries), 0) FROM audit_record),
                (SELECT COUNT(*) FROM entry WHERE created_at < {begin}),
                (SELECT COUNT(*) FROM (
                    SELECT world, id FROM journal WHERE created_at >= {begin}
                    UNION SELECT world, id FROM journal_answers WHERE created_at >= {begin}
                ) AS batch WHERE NOT EXISTS (
                    SELECT 1 FROM audit_record WHERE audit_record.world = batch.world AND audit_record.id = batch.id
                ))
            """,
            row => (Without: row.Int64()!.Value, Older: row.Int64()!.Value, Batches: row.Int64()!.Value)
        );
        var (without, older, batches) = counts[0];
        return (
            without,
            without > older
                ? $"{without - older} entries were added to the ledger that no record answers for."
            : batches > 0
                ? $"{batches} batches have left events or answers and no record: it was taken away before it was sealed."
            : null
        );
    }
}
