using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Ledger;

/// <summary>What went out of an account on one business day, and how much of that came back since.</summary>
/// <param name="CountedOn">The day that counted it, as its payments say; null where they were not asked.</param>
public sealed record OutflowOfDay(DateOnly Day, long Paid, long GivenBack, DateOnly? CountedOn = null)
{
    /// <summary>One for each day, and day that counted it.</summary>
    public static IReadOnlyList<OutflowOfDay> Sum(IEnumerable<OutflowOfDay> moved) =>
        [
            .. moved
                .GroupBy(of => (of.Day, of.CountedOn))
                .Select(of => new OutflowOfDay(
                    of.Key.Day,
                    of.Sum(some => some.Paid),
                    of.Sum(some => some.GivenBack),
                    of.Key.CountedOn
                )),
        ];

    /// <summary>The last columns of the queries of <see cref="OutflowCounters"/>; null where an account has no such line.</summary>
    internal static OutflowOfDay? Read(RowReader row)
    {
        var (day, paid, givenBack, countedOn) = (row.Date(), row.Int64(), row.Int64(), row.Date());
        return day is { } known ? new(known, paid ?? 0, givenBack ?? 0, countedOn) : null;
    }
}

/// <summary>The counters of an account as they stand.</summary>
public sealed record OutflowCounters(DateOnly Day, long DayOutflow, long YearOutflow)
{
    public const string Rule = "what counts against an account's limits is what went out";

    /// <summary>Where the counters come from: payments taken at once and holds, less refunds and what was released.</summary>
    public const string Query = Before + " WHEN 6 THEN entry.posting_id ELSE refund.payment_id END" + After;

    /// <summary>The same, where the payments of all lines are asked, too, for the day that counted them: a look at one more row for
    /// each payment there was, and so for accounts alone whose counters seem wrong.</summary>
    public const string LateQuery =
        Before + " WHEN 2 THEN refund.payment_id ELSE entry.posting_id END" + After;

    private const string Before = """
        SELECT account.world, account.id, account.outflow_day, account.day_outflow, account.year_outflow,
            moved.day, moved.paid, moved.given_back, moved.counted_on
        FROM account
        LEFT JOIN (
            SELECT entry.world, entry.account_id,
                CASE WHEN entry.kind IN (1, 5) THEN entry.business_date ELSE payment.business_date END AS day,
                payment.business_date AS counted_on,
                CAST(SUM(CASE WHEN entry.kind IN (1, 5) THEN -entry.amount ELSE 0 END) AS bigint) AS paid,
                CAST(SUM(CASE WHEN entry.kind IN (1, 5) THEN 0 ELSE entry.amount END) AS bigint) AS given_back
            FROM entry
            LEFT JOIN refund
            ON entry.kind = 2 AND refund.world = entry.world AND refund.id = entry.posting_id
            LEFT JOIN payment ON payment.world = entry.world
            AND payment.id = CASE entry.kind
        """;

    private const string After = """

            WHERE entry.kind IN (1, 2, 5, 6) AND {entry.account_id}
            GROUP BY entry.world, entry.account_id,
                CASE WHEN entry.kind IN (1, 5) THEN entry.business_date ELSE payment.business_date END,
                payment.business_date
        ) moved
        ON moved.world = account.world AND moved.account_id = account.id
        WHERE {account.id}
        """;

    /// <summary>The same of some lines alone: behind a table <c>line (account_id, sequence, since)</c>, those of each account that come
    /// after a line or, when that is negative, after the last one of before a day.</summary>
    public const string LinesSince = """
        SELECT line.account_id,
            CASE WHEN entry.kind IN (1, 5) THEN entry.business_date ELSE payment.business_date END AS day,
            CAST(SUM(CASE WHEN entry.kind IN (1, 5) THEN -entry.amount ELSE 0 END) AS bigint) AS paid,
            CAST(SUM(CASE WHEN entry.kind IN (2, 6) THEN entry.amount ELSE 0 END) AS bigint) AS given_back,
            payment.business_date AS counted_on
        FROM line
        CROSS JOIN entry
        LEFT JOIN refund
        ON entry.kind = 2 AND refund.world = entry.world AND refund.id = entry.posting_id
        LEFT JOIN payment ON payment.world = entry.world
        AND payment.id = CASE entry.kind WHEN 6 THEN entry.posting_id ELSE refund.payment_id END
        WHERE entry.world = ?1 AND entry.account_id = line.account_id AND entry.kind IN (1, 2, 5, 6)
        AND entry.sequence > CASE WHEN line.sequence >= 0 THEN line.sequence ELSE COALESCE((
            SELECT early.sequence FROM entry early
            WHERE early.world = ?1 AND early.account_id = line.account_id AND early.business_date < line.since
            ORDER BY early.sequence DESC LIMIT 1
        ), 0) END
        GROUP BY line.account_id,
            CASE WHEN entry.kind IN (1, 5) THEN entry.business_date ELSE payment.business_date END,
            payment.business_date
        """;

    /// <summary>By how much a counter is off; 0 when both can be right. A payment that was decided late counts for the day
    /// that had begun, though its line is of one before, which is the day before or what its payment bears out: so much more
    /// may be counted, and never less.</summary>
    public long OffBy(IReadOnlyList<OutflowOfDay> moved)
    {
        var off = DayOffBy(moved);
        return off != 0
            ? off
            : OffBy(
                YearOutflow,
                [.. moved.Where(of => of.Day.Year == Day.Year)],
                [
                    .. moved.Where(of =>
                        of.Day == new DateOnly(Day.Year, 1, 1).AddDays(-1)
                        || (of.Day.Year < Day.Year && of.CountedOn?.Year == Day.Year)
                    ),
                ]
            );
    }

    /// <summary>The same of the day's alone. Nothing went out on a later day: it would be counted for that.</summary>
    public long DayOffBy(IReadOnlyList<OutflowOfDay> moved) =>
        moved.Where(of => of.Day > Day).Sum(of => of.Paid) is var uncounted and > 0
            ? -uncounted
            : OffBy(
                DayOutflow,
                [.. moved.Where(of => of.Day == Day)],
                [.. moved.Where(of => of.Day == Day.AddDays(-1) || (of.Day < Day && of.CountedOn == Day))]
            );

    private static long OffBy(
        long counted,
        IReadOnlyList<OutflowOfDay> moved,
        IReadOnlyList<OutflowOfDay> perhapsLate
    )
    {
        var off = counted - moved.Sum(of => of.Paid - of.GivenBack);
        return off >= 0 && off <= perhapsLate.Sum(of => of.Paid) ? 0 : off;
    }
}
