using OpenBanking.Server.Accounts;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>A month of an account: the lines after one and up to another, so that months follow each other without a gap
/// even where a line was written a moment late.</summary>
/// <param name="Month">The first day of it.</param>
/// <param name="After">The number of the last line before it; 0 when there is none.</param>
/// <param name="UpTo">The number of its last line.</param>
/// <param name="Opening">What was there before it, in fen.</param>
/// <param name="Closing">What is there after it.</param>
public sealed record StatementMonth(
    AccountRow Account,
    DateOnly Month,
    long After,
    long UpTo,
    long Opening,
    long Closing
);

/// <summary>Statements of a month.</summary>
public sealed class Statements(Store store, DashboardQueries queries)
{
    /// <summary>How many lines are read at once.</summary>
    internal const int Chunk = 500;

    /// <summary>The months there can be a statement of, the newest first.</summary>
    public static IEnumerable<DateOnly> MonthsOf(AccountRow account, DateTimeOffset now)
    {
        var first = MonthOf(account.OpenedAt);
        for (var month = MonthOf(now); month >= first; month = month.AddMonths(-1))
        {
            yield return month;
        }
    }

    public async Task<StatementMonth> FindAsync(World world, AccountRow account, DateOnly month)
    {
        var before = await LastBeforeAsync(world, account, month);
        var last = await LastBeforeAsync(world, account, month.AddMonths(1));
        return new(
            account,
            month,
            before?.Sequence ?? 0,
            last?.Sequence ?? 0,
            before?.BalanceAfter ?? 0,
            last?.BalanceAfter ?? 0
        );
    }

    /// <summary>Its lines, the oldest first.</summary>
    public IAsyncEnumerable<StatementLine> ReadAsync(World world, StatementMonth month) =>
        ReadAsync(world, month.Account, month.After, month.UpTo);

    /// <summary>All lines that the account had when it was read, the oldest first.</summary>
    public IAsyncEnumerable<StatementLine> ReadAsync(World world, AccountRow account) =>
        ReadAsync(world, account, after: 0, account.Entries);

    private async IAsyncEnumerable<StatementLine> ReadAsync(
        World world,
        AccountRow account,
        long after,
        long upTo
    )
    {
        while (after < upTo)
        {
            var entries = await store.ListAsync(
                LedgerTables.Entries,
                world,
                $"account_id = {account.Id} AND sequence > {after} AND sequence <= {upTo} ORDER BY sequence LIMIT {Chunk}"
            );
            if (entries.Count == 0)
            {
                yield break;
            }

            after = entries[^1].Sequence;
            foreach (var line in await queries.WithOriginsAsync(world, entries))
            {
                yield return line;
            }
        }
    }

    private ValueTask<EntryRow?> LastBeforeAsync(World world, AccountRow account, DateOnly day) =>
        store.FirstAsync(
            LedgerTables.Entries,
            world,
            $"account_id = {account.Id} AND created_at < {BusinessCalendar.StartOf(day)} ORDER BY sequence DESC LIMIT 1"
        );

    private static DateOnly MonthOf(DateTimeOffset instant) =>
        BusinessCalendar.DateOf(instant).AddDays(1 - BusinessCalendar.DateOf(instant).Day);
}
