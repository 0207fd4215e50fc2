using System.Text.RegularExpressions;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Ledger;

/// <summary>A rule that does not hold.</summary>
/// <param name="Subject">The row that breaks it.</param>
/// <param name="Account">The customer's account it concerns; null when it concerns none.</param>
/// <param name="Measure">By how much.</param>
public sealed record Violation(string Rule, Guid Subject, Guid? Account, long Measure);

/// <summary>Proves from the stored rows alone that the books balance, in every world.</summary>
public sealed partial class BooksAudit(Store store)
{
    /// <summary>How many rows a narrowed query is given; always as many, so that its text stays the same.</summary>
    public const int CheckedAtOnce = 64;

    /// <summary>How many places are given where some are asked for.</summary>
    public const int MostOfSome = 100;

    /// <summary>The rules that do not hold, with how often; empty when the books balance.</summary>
    public async Task<IReadOnlyList<(string Rule, long Violations)>> FindViolationsAsync()
    {
        var violations = new List<(string, long)>();
        foreach (var rule in BooksRule.All)
        {
            var query = new Sql(rule.Query.Length, 0);
            query.AppendLiteral("WITH violation (world, subject, account, measure) AS (");
            await FillAsync(query, rule.Query);
            query.AppendLiteral(
                ") SELECT COUNT(*) FROM (SELECT DISTINCT world, subject FROM violation) AS subjects"
            );
            var count = await store.QueryAsync(World.Live, query, row => row.Int64()!.Value);
            if (count[0] > 0)
            {
                violations.Add((rule.Rule, count[0]));
            }
        }

        var counters = await FindWrongCountersAsync(World.Live, []);
        return counters.Count == 0 ? violations : [.. violations, (OutflowCounters.Rule, counters.Count)];
    }

    /// <summary>Where a rule does not hold, anywhere; a limited number.</summary>
    public async Task<IReadOnlyList<(World World, Violation Violation)>> FindAsync(BooksRule rule, int limit)
    {
        var query = new Sql(rule.Query.Length, 0);
        await FillAsync(query, rule.Query);
        query.AppendLiteral($" LIMIT {limit}");
        return await ReadAsync(rule.Rule, World.Live, query);
    }

    /// <summary>Some of the places where a rule does not hold; a row may be among them several times.</summary>
    public async Task<IReadOnlyList<(World World, Violation Violation)>> FindSomeAsync(string rule)
    {
        var found =
            rule == OutflowCounters.Rule
                ? await FindWrongCountersAsync(World.Live, [])
                : await FindAsync(BooksRule.All.First(known => known.Rule == rule), MostOfSome);
        return [.. found.OrderBy(place => place.Violation.Account is null).Take(MostOfSome)];
    }

    /// <summary>Where the rules of a scope do not hold for some rows of a world.</summary>
    public async Task<IReadOnlyList<(World World, Violation Violation)>> FindAsync(
        BooksScope scope,
        World world,
        IEnumerable<Guid> rows
    )
    {
        var found = new List<(World, Violation)>();
        foreach (var some in rows.Chunk(CheckedAtOnce))
        {
            foreach (var rule in BooksRule.All.Where(rule => rule.Scope == scope))
            {
                found.AddRange(await ReadAsync(rule.Rule, world, NarrowTo(rule.Query, some)));
            }

            if (scope == BooksScope.Accounts)
            {
                found.AddRange(await FindWrongCountersAsync(world, some));
            }
        }

        return found;
    }

    /// <summary>How many payments and entries there are.</summary>
    public async Task<(long Payments, long Entries)> CountAsync()
    {
        var counts = await store.NumbersAsync(
            "SELECT (SELECT COUNT(*) FROM payment), (SELECT COUNT(*) FROM entry)",
            columns: 2
        );
        return (counts[0][0], counts[0][1]);
    }

    /// <summary>What a query finds in the form of a rule's.</summary>
    internal ValueTask<IReadOnlyList<(World World, Violation Violation)>> ReadAsync(
        string rule,
        World world,
        Sql query
    ) =>
        store.QueryAsync(
            world,
            query,
            row =>
                (
                    new World((int)row.Int64()!.Value),
                    new Violation(rule, row.Uuid()!.Value, row.Uuid(), row.Int64() ?? 0)
                )
        );

    /// <summary>The accounts whose counters are not what went out; of all accounts when none are named. Those that seem wrong are
    /// looked at again with what their payments say of the days that counted them.</summary>
    internal async Task<IReadOnlyList<(World World, Violation Violation)>> FindWrongCountersAsync(
        World world,
        IReadOnlyList<Guid> accounts
    )
    {
        var suspects = await FindWrongCountersAsync(world, OutflowCounters.Query, accounts);
        var found = new List<(World, Violation)>();
        foreach (var inWorld in suspects.GroupBy(found => found.World, found => found.Violation.Subject))
        {
            foreach (var some in inWorld.Chunk(CheckedAtOnce))
            {
                found.AddRange(await FindWrongCountersAsync(inWorld.Key, OutflowCounters.LateQuery, some));
            }
        }

        return found;
    }

    private async Task<IReadOnlyList<(World World, Violation Violation)>> FindWrongCountersAsync(
        World world,
        string query,
        IReadOnlyList<Guid> accounts
    )
    {
        var rows = await store.QueryAsync(
            world,
            NarrowTo(query, accounts),
            row =>
                (
                    World: new World((int)row.Int64()!.Value),
                    Account: row.Uuid()!.Value,
                    Counters: new OutflowCounters(row.Date()!.Value, row.Int64()!.Value, row.Int64()!.Value),
                    Moved: OutflowOfDay.Read(row)
                )
        );
        return
        [
            .. rows.GroupBy(row => (row.World, row.Account, row.Counters))
                .Select(of =>
                    (
                        of.Key.World,
                        new Violation(
                            OutflowCounters.Rule,
                            of.Key.Account,
                            of.Key.Account,
                            of.Key.Counters.OffBy([.. of.Select(row => row.Moved).OfType<OutflowOfDay>()])
                        )
                    )
                )
                .Where(found => found.Item2.Measure != 0),
        ];
    }

    /// <summary>Adds a rule's query about everything, with the months that agreements count where it asks for them.</summary>
    private async Task FillAsync(Sql sql, string query)
    {
        if (query.Split(AgreementBooks.Months) is not [var before, var after])
        {
            sql.AppendLiteral(NarrowTo(query, []).Text);
            return;
        }

        var days = await store.QueryAsync(
            World.Live,
            $"SELECT DISTINCT day FROM agreement WHERE monthly_limit IS NOT NULL",
            row => row.Date()!.Value
        );
        sql.AppendLiteral(before);
        AgreementBooks.AppendMonths(sql, days);
        sql.AppendLiteral(after);
    }

    /// <summary>The query with its holes filled: with the rows it is narrowed to, or with what is always true.</summary>
    internal static Sql NarrowTo(string query, IReadOnlyList<Guid> rows)
    {
        var sql = new Sql(query.Length, 0);
        var end = 0;
        foreach (Match hole in Holes().Matches(query))
        {
            sql.AppendLiteral(query[end..hole.Index]);
            Narrow(sql, hole.Groups["table"].Value, hole.Groups["column"].Value, rows);
            end = hole.Index + hole.Length;
        }

        sql.AppendLiteral(query[end..]);
        return sql;
    }

    /// <summary>A query behind a table <c>line</c> of what it is asked about, always of as many rows: the last one is repeated. SQLite
    /// takes a CROSS JOIN with it in the order in which it is written; in another it would go through all entries for these few.</summary>
    internal static Sql OfLines<T>(
        string columns,
        IReadOnlyList<T> lines,
        Func<T, object[]> valuesOf,
        string query
    )
    {
        var sql = new Sql(query.Length, 0);
        sql.AppendLiteral($"WITH line ({columns}) AS (VALUES ");
        for (var i = 0; i < CheckedAtOnce; i++)
        {
            var before = i == 0 ? "(" : ", (";
            foreach (var value in valuesOf(lines[Math.Min(i, lines.Count - 1)]))
            {
                sql.AppendLiteral(before);
                sql.AppendFormatted(value);
                before = ", ";
            }

            sql.AppendLiteral(")");
        }

        sql.AppendLiteral(") ");
        sql.AppendLiteral(query);
        return sql;
    }

    private static void Narrow(Sql sql, string table, string column, IReadOnlyList<Guid> rows)
    {
        if (rows.Count == 0)
        {
            sql.AppendLiteral("1 = 1");
            return;
        }

        sql.AppendLiteral($"{table}.world = ?1 AND {table}.{column} IN (");
        for (var i = 0; i < CheckedAtOnce; i++)
        {
            sql.AppendLiteral(i == 0 ? "" : ", ");
            sql.AppendFormatted(rows[Math.Min(i, rows.Count - 1)]);
        }

        sql.AppendLiteral(")");
    }

    [GeneratedRegex(@"\{(?<table>\w+)\.(?<column>\w+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Holes();
}
