using System.Text.Json;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Ledger;

/// <summary>
/// Hands what the ledger has posted to the bank's core, along the audit's chain: behind the commits, in one order for all
/// nodes, and from a place that is moved only when everything before it is booked. One process does it at a time, by a
/// lease; but were two to, the core would pass over what it has.
/// </summary>
public sealed class PostingExport(
    Store store,
    Engine.Engine engine,
    ICoreBankingPostings core,
    OutsideLimits limits,
    Ids ids,
    TimeProvider time,
    ILogger<PostingExport> log
) : SignalledWorker(engine, AuditTables.Seals, log)
{
    /// <summary>How many batches are handed over at once.</summary>
    public const int BatchesAtOnce = 50;

    private static readonly PostingExportKey key = new(0);
    private readonly Guid holder = ids.NewGuid();

    /// <summary>Hands over the next part; gives whether there was one and it was booked.</summary>
    public async Task<bool> ExportAsync(CancellationToken cancellationToken)
    {
        if (await HoldAsync() is not { } progress)
        {
            return false;
        }

        var seals = await store.ListAsync(
            AuditTables.Seals,
            World.Live,
            $"position > {progress.Position} ORDER BY position LIMIT {BatchesAtOnce}"
        );
        if (seals.Count == 0)
        {
            return false;
        }

        var failed = false;
        try
        {
            var transactions = await TransactionsOfAsync(seals);
            if (transactions.Count > 0)
            {
                using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                deadline.CancelAfter(limits.Deadline);
                await core.BookAsync(transactions, deadline.Token).WaitAsync(deadline.Token);
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // The kind of failure alone, as with all ports.
            log.LogWarning(
                "Postings after {Position} are not booked: {Failure}",
                progress.Position,
                failure.GetType().Name
            );
            failed = true;
        }

        var now = time.GetUtcNow();
        var noted = await NoteAsync(
            failed
                ? progress with
                {
                    Attempts = progress.Attempts + 1,
                    FailingSince = progress.FailingSince ?? now,
                    DueAt = now + IntentRules.WaitAfter(progress.Attempts + 1),
                }
                : progress with
                {
                    Position = seals[^1].Position,
                    Attempts = 0,
                    FailingSince = null,
                }
        );
        return noted is not null && !failed;
    }

    /// <summary>How far it is, and since when it does not get on; null when that is not for long.</summary>
    public static async Task<PostingExportRow?> FindStuckAsync(
        Store store,
        OutsideLimits limits,
        DateTimeOffset now
    ) =>
        await store.FindAsync(LedgerTables.Exports, World.Live, key) is { FailingSince: { } since } row
        && since <= now - limits.OutstandingAfter
            ? row
            : null;

    protected override Task<bool> RunOnceAsync(CancellationToken stoppingToken) => ExportAsync(stoppingToken);

    /// <summary>How far it is, when this process is the one to go on now. What is due later, or held for longer, than it can be was
    /// written by a clock that ran ahead.</summary>
    private async Task<PostingExportRow?> HoldAsync()
    {
        var now = time.GetUtcNow();
        var progress =
            await store.FindAsync(LedgerTables.Exports, World.Live, key)
            ?? new()
            {
                Number = key.Number,
                Position = 0,
                Holder = Guid.Empty,
                LeaseUntil = now,
                Attempts = 0,
                DueAt = now,
            };
        var isOthers =
            progress.Holder != holder
            && progress.LeaseUntil > now
            && progress.LeaseUntil <= now + limits.Lease;
        if (isOthers || (progress.DueAt > now && progress.DueAt <= now + IntentRules.LongestWait))
        {
            return null;
        }

        return progress.Holder == holder && progress.LeaseUntil - now > limits.Deadline
            ? progress
            : await NoteAsync(progress with { Holder = holder, LeaseUntil = now + limits.Lease });
    }

    private async Task<PostingExportRow?> NoteAsync(PostingExportRow progress) =>
        await Engine.SubmitAsync(new NoteExport(time.GetUtcNow(), progress))
            is Accepted<PostingExportRow?> noted
            ? noted.Reply
            : null;

    private async Task<List<PostedTransaction>> TransactionsOfAsync(IReadOnlyList<AuditSealRow> seals)
    {
        var transactions = new List<PostedTransaction>();
        foreach (var seal in seals)
        {
            var world = new World(seal.RecordWorld);
            var record =
                await store.FindAsync(AuditTables.Records, world, seal.RecordId)
                ?? throw new InvalidOperationException("An audit record is gone.");
            if (record.Entries > 0)
            {
                transactions.AddRange(
                    await TransactionsOfAsync(world, seal, BatchContents.Read(record.Records).Entries)
                );
            }
        }

        return transactions;
    }

    private async Task<IEnumerable<PostedTransaction>> TransactionsOfAsync(
        World world,
        AuditSealRow seal,
        IReadOnlyList<EntryKey> keys
    )
    {
        var entries = (await store.ListByKeysAsync(LedgerTables.Entries, world, keys)).ToDictionary(
            LedgerTables.Entries.KeyOf
        );
        var owners = await OwnersOfAsync(world, entries.Values);
        return ExportRules
            .Cut([.. keys.Select(key => entries[key])])
            .Select(
                (lines, number) =>
                    new PostedTransaction(
                        world,
                        $"{seal.RecordId}-{number + 1}",
                        seal.Position,
                        NameOf(lines[0].Kind),
                        Crockford.Encode(lines[0].PostingId),
                        lines[0].BusinessDate,
                        lines[0].CreatedAt,
                        lines[0].Currency,
                        [
                            .. lines.Select(line =>
                                line.BalanceAfter is null
                                    ? LineOf(owners[line.AccountId], line.Amount)
                                    : new("customer", $"{new Id<AccountRow>(line.AccountId)}", line.Amount)
                            ),
                        ]
                    )
            );
    }

    private async Task<Dictionary<Guid, InternalAccountRow>> OwnersOfAsync(
        World world,
        IEnumerable<EntryRow> entries
    )
    {
        var owners = new Dictionary<Guid, InternalAccountRow>();
        foreach (
            var id in entries
                .Where(entry => entry.BalanceAfter is null)
                .Select(entry => entry.AccountId)
                .Distinct()
        )
        {
            owners[id] = (
                await store.FirstAsync(
                    LedgerTables.InternalAccounts,
                    world,
                    $"entry_account_id = {id} LIMIT 1"
                )
            )!;
        }

        return owners;
    }

    private static PostedLine LineOf(InternalAccountRow account, long amount) =>
        new(
            NameOf(account.Kind),
            account.OwnerId == Guid.Empty ? null : Crockford.Encode(account.OwnerId),
            amount
        );

    private static string NameOf<T>(T kind)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());
}
