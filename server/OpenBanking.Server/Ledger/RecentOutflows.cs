using OpenBanking.Server.Accounts;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Ledger;

/// <summary>What went out of accounts on their last days, as far as it was summed up: each line of a day is read once, however often its
/// account pays on that day. Of an account that is not remembered, the day is read anew.</summary>
public sealed class RecentOutflows
{
    private const int MostInGeneration = 20_000;

    /// <summary>For accounts of which nothing is remembered.</summary>
    private const long Nothing = -1;

    private readonly RecentlyUsed<SummedUp> remembered = new(MostInGeneration);

    /// <summary>The accounts whose counter of the day is not what went out on it. Lines of before the day before it are not
    /// read.</summary>
    /// <param name="accounts">As they are in the store that is asked.</param>
    internal async Task<IReadOnlyList<AccountRow>> FindWrongDaysAsync(
        Store store,
        World world,
        IReadOnlyList<AccountRow> accounts
    )
    {
        var known = accounts.ToDictionary(
            account => account.Id.Value,
            account => Remembered(world, account) ?? new(account.OutflowDay, Nothing, [])
        );
        var lines = await store.QueryAsync(
            world,
            LinesAfter(known),
            row => (Account: row.Uuid()!.Value, Moved: OutflowOfDay.Read(row))
        );
        var since = lines.ToLookup(line => line.Account, line => line.Moved);
        var wrong = new List<AccountRow>();
        foreach (var account in accounts)
        {
            // What came back of a payment that is not there is of no day: other rules tell of it.
            var moved = OutflowOfDay.Sum([
                .. known[account.Id.Value].Moved,
                .. since[account.Id.Value].OfType<OutflowOfDay>(),
            ]);
            var counters = new OutflowCounters(account.OutflowDay, account.DayOutflow, account.YearOutflow);
            if (counters.DayOffBy(moved) == 0)
            {
                remembered.Keep(NameOf(world, account), new(account.OutflowDay, account.Entries, moved));
            }
            else
            {
                wrong.Add(account);
            }
        }

        return wrong;
    }

    /// <summary>What was summed up of an account, if that goes on to what there is now.</summary>
    private SummedUp? Remembered(World world, AccountRow account) =>
        remembered.Find(NameOf(world, account)) is { } summed
        && summed.Day == account.OutflowDay
        && summed.Lines <= account.Entries
            ? summed
            : null;

    private static Sql LinesAfter(IReadOnlyDictionary<Guid, SummedUp> known)
    {
        var lines = known.Select(of => (Account: of.Key, After: of.Value.Lines, of.Value.Day)).ToList();
        // The one that is repeated must count for nothing.
        lines.Add(lines[^1] with { After = long.MaxValue });
        return BooksAudit.OfLines(
            "account_id, sequence, since",
            lines,
            line => [line.Account, line.After, line.Day.AddDays(-1)],
            OutflowCounters.LinesSince
        );
    }

    private static string NameOf(World world, AccountRow account) => $"{world.Number} {account.Id.Value}";

    /// <param name="Day">The day of the account's counter.</param>
    /// <param name="Lines">How many lines the account had.</param>
    /// <param name="Moved">What went out on that day and the day before, and what came back.</param>
    private sealed record SummedUp(DateOnly Day, long Lines, IReadOnlyList<OutflowOfDay> Moved);
}
