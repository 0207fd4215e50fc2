using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Ledger;

/// <summary>Proves lines of customers' statements, and what their accounts say, from the lines around them: each line continues the one
/// before it, the last one is the balance, and what counts for the day is what went out on it. So a proof takes as long for an
/// account with a long history as for a new one; <see cref="BooksRule.All"/> goes through the history itself.</summary>
/// <param name="outflows">What the same caller has summed up before.</param>
public sealed class RecentBooks(Store store, RecentOutflows outflows)
{
    /// <summary>Where the account is not where its last line left it.</summary>
    private const string WrongBalances = """
        SELECT account.world, account.id, account.id, account.available - COALESCE(last.balance_after, 0)
        FROM account
        LEFT JOIN entry last
        ON last.world = account.world AND last.account_id = account.id AND last.sequence = account.entries
        WHERE {account.id} AND (
            account.available <> COALESCE(last.balance_after, 0) OR account.available < 0 OR account.held < 0
            OR (account.entries > 0 AND last.sequence IS NULL)
            OR EXISTS (
                SELECT 1 FROM entry beyond
                WHERE beyond.world = account.world AND beyond.account_id = account.id AND beyond.sequence > account.entries
            )
        )
        """;

    /// <summary>The lines that do not continue the one before, or that follow none.</summary>
    private const string BrokenLines = """
        SELECT DISTINCT entry.world, entry.account_id, entry.account_id, entry.sequence FROM line
        CROSS JOIN entry
        LEFT JOIN entry previous
        ON previous.world = entry.world AND previous.account_id = entry.account_id
        AND previous.sequence = entry.sequence - 1
        WHERE entry.world = ?1 AND entry.account_id = line.account_id AND entry.sequence = line.sequence
        AND entry.balance_after IS DISTINCT FROM
            entry.amount + CASE WHEN entry.sequence = 1 THEN 0 ELSE previous.balance_after END
        """;

    private readonly BooksAudit books = new(store);

    /// <summary>What does not hold of these lines and of the accounts they are on. Lines of the bank's own accounts, which every payment
    /// moves, say no balance: there is nothing to prove by themselves.</summary>
    /// <param name="more">Accounts to look at besides.</param>
    public async Task<IReadOnlyList<(World World, Violation Violation)>> FindAsync(
        World world,
        IReadOnlyList<EntryKey> lines,
        IEnumerable<Guid> more
    )
    {
        var ids = lines.Select(line => line.AccountId).Concat(more).Distinct();
        var accounts = await store.ListByKeysAsync(
            AccountTables.Accounts,
            world,
            [.. ids.Select(id => new Id<AccountRow>(id))]
        );
        var customers = accounts.Select(account => account.Id.Value).ToHashSet();
        var found = new List<(World, Violation)>();
        foreach (
            var some in lines
                .Where(line => customers.Contains(line.AccountId))
                .Chunk(BooksAudit.CheckedAtOnce)
        )
        {
            var broken = BooksAudit.OfLines(
                "account_id, sequence",
                some,
                line => [line.AccountId, line.Sequence],
                BrokenLines
            );
            found.AddRange(await books.ReadAsync(BooksRule.StatementHasNoGaps, world, broken));
        }

        foreach (var some in customers.Chunk(BooksAudit.CheckedAtOnce))
        {
            found.AddRange(
                await books.ReadAsync(
                    BooksRule.BalanceIsSumOfEntries,
                    world,
                    BooksAudit.NarrowTo(WrongBalances, some)
                )
            );
        }

        foreach (var some in accounts.Chunk(BooksAudit.CheckedAtOnce))
        {
            found.AddRange(await FindWrongCountersAsync(world, some));
        }

        return found;
    }

    /// <summary>What seems wrong is asked of the whole history before it is told: where a clock went back, lines are not in the order of
    /// their days.</summary>
    private async Task<IReadOnlyList<(World World, Violation Violation)>> FindWrongCountersAsync(
        World world,
        AccountRow[] accounts
    )
    {
        var suspects = await outflows.FindWrongDaysAsync(store, world, accounts);
        return suspects.Count == 0
            ? []
            : await books.FindWrongCountersAsync(world, [.. suspects.Select(suspect => suspect.Id.Value)]);
    }
}
