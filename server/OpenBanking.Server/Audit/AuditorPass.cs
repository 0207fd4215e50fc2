using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Webhooks;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Audit;

/// <summary>Proves the invariants anew from the stored rows: of what was sealed since the last time, a stretch of the
/// chain at a time, and now and then of everything. What must agree is read at one instant of the store, so that commits
/// meanwhile raise no false alarm: a stretch, the rules about everything, and some accounts at a time. All accounts in one
/// would keep the store from clearing away what is old for as long as that takes.</summary>
public sealed class AuditorPass(
    Store store,
    AuditVerifier verifier,
    Findings findings,
    AuditOptions options,
    TimeProvider time,
    Engine.Engine engine
)
{
    public const string ChainRule = "the audit and the entries it answers for are as they were sealed";

    public const string EventsRule =
        "a batch has left events for the apps that its record names, and for no others";

    private const int PositionsAtOnce = 20;
    private const int MostOfARule = 100;

    /// <summary>How long is rested between two statements that go through everything.</summary>
    private static readonly TimeSpan rest = TimeSpan.FromMilliseconds(50);

    private readonly RecentOutflows outflows = new();

    /// <summary>Checks the next stretch of the chain; gives whether there was one.</summary>
    public async Task<bool> CheckAsync()
    {
        using var snapshot = await store.OpenSnapshotAsync();
        var progress = await ProgressAsync(snapshot);
        var chain = await snapshot.FindAsync(AuditTables.Chain, World.Live, AuditRules.TheChain);
        var (after, end) = (progress?.Position ?? 0, chain?.Position ?? 0);
        if (after == end)
        {
            return false;
        }

        // Where fewer are left than are checked at once, the chain says how many there must be. Where its end is before what was
        // checked, somebody cut it off, and what is sealed from there on is new.
        var to = Math.Min(end, after + PositionsAtOnce);
        var stretch = verifier.Of(snapshot);
        var seals = await stretch.SealsAfterAsync(after, to, PositionsAtOnce);
        await CheckChainAsync(stretch, seals, after, to);
        var records = await stretch.RecordsOfAsync(seals);
        foreach (var inWorld in records.GroupBy(found => found.Key.Item1, found => found.Value))
        {
            await CheckRecordsAsync(snapshot, new(inWorld.Key), inWorld);
        }

        await NoteAsync(to, progress?.SweptAt ?? default);
        return true;
    }

    /// <summary>Checks everything, if it has not been for so long.</summary>
    public async Task SweepAsync(TimeSpan every, CancellationToken cancellationToken)
    {
        var progress = await ProgressAsync(store);
        var now = time.GetUtcNow();
        if (
            progress is not null
            && !SteadyClock.WasAhead(progress.SweptAt, now)
            && now - progress.SweptAt < every
        )
        {
            return;
        }

        var result = new SweepResult();
        await SweepEverythingAsync(result, cancellationToken);
        await SweepAccountsAsync(result, cancellationToken);
        await findings.ReviewAsync(result, now);
        await NoteAsync((await ProgressAsync(store))?.Position ?? 0, now);
    }

    private static ValueTask<AuditProgressRow?> ProgressAsync(Store from) =>
        from.FindAsync(AuditTables.Progress, World.Live, new AuditProgressKey(0));

    private async Task NoteAsync(long position, DateTimeOffset sweptAt) =>
        await engine.SubmitAsync(new NoteProgress(time.GetUtcNow(), position, sweptAt));

    private async Task CheckChainAsync(
        AuditVerifier stretch,
        IReadOnlyList<AuditSealRow> seals,
        long after,
        long to
    )
    {
        if (!await stretch.IsStretchSoundAsync(seals, after, to))
        {
            var (subject, position) = seals is [var first, ..]
                ? (first.RecordId.Value, first.Position)
                : (Guid.Empty, Math.Min(after, to) + 1);
            await findings.ReportAsync(World.Live, new(ChainRule, subject, Account: null, position));
        }
    }

    private async Task CheckRecordsAsync(Store snapshot, World world, IEnumerable<AuditRecordRow> records)
    {
        var books = new BooksAudit(snapshot);
        var readable = new List<(AuditRecordRow Record, BatchContents Contents)>();
        foreach (var record in records)
        {
            // One that cannot be read is found by the chain, and says nothing of what it was about.
            if (BatchContents.TryRead(record.Records) is { } read)
            {
                readable.Add((record, read));
            }
        }

        await CheckEventsAsync(snapshot, world, readable);
        var contents = readable.ConvertAll(read => read.Contents);
        var entries = contents.SelectMany(content => content.Entries).ToList();
        await CheckPostingsAsync(snapshot, world, entries);
        await ReportAsync(
            await new RecentBooks(snapshot, outflows).FindAsync(
                world,
                entries,
                SubjectsOf<AccountRow>(contents)
            )
        );
        await ReportAsync(
            await books.FindAsync(BooksScope.Payments, world, SubjectsOf<PaymentRow>(contents).Distinct())
        );
    }

    /// <summary>Whoever would be told of what a batch did must find it in the journal, for as long as events are kept there.</summary>
    private async Task CheckEventsAsync(
        Store snapshot,
        World world,
        IReadOnlyList<(AuditRecordRow Record, BatchContents Contents)> records
    )
    {
        // Not the last part of it: another node's clock may be ahead, and sweep by it.
        var since = time.GetUtcNow() - (options.EventsKept * 0.9);
        var kept = records
            .Where(read => read.Contents.EventApps.Count > 0 && read.Record.CreatedAt > since)
            .ToList();
        var journal = (
            await snapshot.ListByKeysAsync(
                EngineTables.Journal,
                world,
                kept.ConvertAll(read => read.Record.Id)
            )
        ).ToDictionary(row => row.Id);
        foreach (var (record, contents) in kept)
        {
            var apps = journal.TryGetValue(record.Id, out var row) ? EventBodies.TryReadApps(row) : [];
            if (
                !apps.SetEquals(contents.EventApps)
                || !AuditDigests.Matches(contents.EventsDigest, row?.Events ?? [])
            )
            {
                await findings.ReportAsync(
                    world,
                    new(EventsRule, record.Id.Value, Account: null, apps.Count)
                );
            }
        }
    }

    private async Task CheckPostingsAsync(Store snapshot, World world, IReadOnlyList<EntryKey> keys)
    {
        var entries = await snapshot.ListByKeysAsync(LedgerTables.Entries, world, keys);
        var unequal = entries
            .GroupBy(entry => (entry.PostingId, entry.Kind, entry.Currency))
            .Select(posting => (Entries: posting, Total: posting.Sum(entry => entry.Amount)))
            .Where(posting => posting.Total != 0);
        foreach (var (posting, total) in unequal)
        {
            // Only a customer's entries say the balance after them.
            var customer = posting.FirstOrDefault(entry => entry.BalanceAfter is not null);
            await findings.ReportAsync(
                world,
                new(BooksRule.DebitsEqualCredits, posting.Key.PostingId, customer?.AccountId, total)
            );
        }
    }

    private async Task SweepEverythingAsync(SweepResult result, CancellationToken cancellationToken)
    {
        using var snapshot = await store.OpenSnapshotAsync();
        var books = new BooksAudit(snapshot);
        foreach (var rule in BooksRule.All.Where(rule => rule.Scope != BooksScope.Accounts))
        {
            var found = await books.FindAsync(rule, MostOfARule);
            if (found.Count == MostOfARule)
            {
                result.HasMoreOf(rule.Rule);
            }

            await ReportAsync(found, result);
            await Task.Delay(rest, time, cancellationToken);
        }
    }

    private async Task SweepAccountsAsync(SweepResult result, CancellationToken cancellationToken)
    {
        await foreach (
            var accounts in store.WalkAcrossWorldsAsync(AccountTables.Accounts, BooksAudit.CheckedAtOnce)
        )
        {
            await CheckAccountsAsync(accounts, result);
            await Task.Delay(rest, time, cancellationToken);
        }
    }

    private async Task CheckAccountsAsync(
        IReadOnlyList<(World World, AccountRow Row)> accounts,
        SweepResult result
    )
    {
        using var snapshot = await store.OpenSnapshotAsync();
        var books = new BooksAudit(snapshot);
        foreach (var inWorld in accounts.GroupBy(account => account.World, account => account.Row.Id.Value))
        {
            await ReportAsync(await books.FindAsync(BooksScope.Accounts, inWorld.Key, inWorld), result);
        }
    }

    private async Task ReportAsync(
        IReadOnlyList<(World World, Violation Violation)> violations,
        SweepResult? result = null
    )
    {
        foreach (var (world, violation) in violations)
        {
            result?.Add(world, violation);
            await findings.ReportAsync(world, violation);
        }
    }

    private static IEnumerable<Guid> SubjectsOf<T>(IEnumerable<BatchContents> contents)
        where T : IIdentified =>
        contents
            .SelectMany(content => content.Commands)
            .Where(command => command.Subject.IdPrefix == T.IdPrefix)
            .Select(command => command.Subject.Id);
}
