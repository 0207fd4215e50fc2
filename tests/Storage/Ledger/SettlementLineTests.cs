using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payouts;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Ledger;

/// <summary>The lines of a settlement account by time, out of their ranges of numbers.</summary>
public abstract class SettlementLineTests<TDatabase> : HouseSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private static readonly DateTimeOffset midnight = BusinessCalendar.StartOf(Rows.Today);

    /// <summary>A page in the middle of everything.</summary>
    internal static Sql Query =>
        SettlementLineQueries.QueryOf(
            Rows.Settlement.EntryAccountId(),
            Rows.Today,
            Rows.Today,
            LinePlace.Before(0),
            21
        );

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100)]
    public async Task Pages_of_any_size_walk_all_lines_once_by_time(int size)
    {
        var expected = PutLines();

        Assert.Equal(expected, await WalkAsync(null, null, size));
    }

    [Fact]
    public async Task Days_begin_and_end_at_midnight()
    {
        var lines = PutLines();
        var (yesterday, tomorrow) = (Rows.Today.AddDays(-1), Rows.Today.AddDays(1));
        foreach (
            var (from, through) in (IReadOnlyList<(DateOnly?, DateOnly?)>)
                [
                    (Rows.Today, Rows.Today),
                    (yesterday, yesterday),
                    (null, yesterday),
                    (tomorrow, null),
                    (yesterday, tomorrow),
                    (DateOnly.MinValue, DateOnly.MaxValue),
                    (DateOnly.MaxValue, DateOnly.MaxValue),
                    (DateOnly.MinValue, DateOnly.MinValue),
                ]
        )
        {
            var expected = lines.Where(line =>
                line.BusinessDate >= (from ?? DateOnly.MinValue)
                && line.BusinessDate <= (through ?? DateOnly.MaxValue)
            );
            Assert.Equal(expected, await WalkAsync(from, through, 2));
        }
    }

    [Fact]
    public async Task A_place_before_the_first_day_is_its_beginning()
    {
        var lines = PutLines();

        var page = await new SettlementLineQueries(Store).ListAsync(
            Rows.World,
            Rows.Settlement,
            Rows.Today,
            null,
            lines[0].Place,
            100
        );

        Assert.Equal(lines.Where(line => line.BusinessDate >= Rows.Today), page);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1/2")]
    [InlineData("1/2/3")]
    [InlineData("-1/1/00000000000000000000000000000001")]
    [InlineData("9007199254740992/1/00000000000000000000000000000001")]
    [InlineData("1/9007199254740991/00000000000000000000000000000001")]
    [InlineData("1/9223372036854775807/00000000000000000000000000000001")]
    [InlineData("1/99999999999999999999/00000000000000000000000000000001")]
    public void What_names_no_place_is_none(string text) => Assert.False(LinePlace.TryParse(text, out _));

    private async Task<List<SettlementLine>> WalkAsync(DateOnly? from, DateOnly? through, int size)
    {
        var queries = new SettlementLineQueries(Store);
        var walked = new List<SettlementLine>();
        while (true)
        {
            LinePlace? after = null;
            if (walked.Count > 0)
            {
                Assert.True(LinePlace.TryParse(walked[^1].Place.ToString(), out var place));
                after = place;
            }

            var page = await queries.ListAsync(Rows.World, Rows.Settlement, from, through, after, size);
            if (page.Count == 0)
            {
                return walked;
            }

            Assert.True(page.Count <= size);
            walked.AddRange(page);
        }
    }

    /// <summary>Around three midnights, and where numbers meet: alone and in steps, several at one moment, and some of older
    /// servers.</summary>
    private List<SettlementLine> PutLines()
    {
        var rows = new List<EntryRow>();
        void Line(DateTimeOffset at, Func<DateTimeOffset, long> number, params int[] postings) =>
            rows.AddRange(
                postings.Select(posting => new EntryRow
                {
                    AccountId = Rows.Settlement.EntryAccountId(),
                    Sequence = number(at),
                    PostingId = new Guid(posting, 0, 0, new byte[8]),
                    Kind = PostingKind.Payment,
                    Amount = 100 + rows.Count,
                    Currency = Money.Renminbi,
                    BusinessDate = BusinessCalendar.DateOf(at),
                    CreatedAt = at,
                })
            );
        foreach (var day in (int[])[1, -1, 0])
        {
            foreach (
                var late in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromDays(1) - TimeSpan.FromMicroseconds(1)]
            )
            {
                var at = midnight.AddDays(day) + late;
                Line(at, BankLines.Single, 3, -1, 1);
                Line(at, moment => BankLines.Step(moment, 2), 3, -1, 2);
                Line(at, moment => BankLines.Step(moment, -2), 3);
            }
        }

        Line(midnight.AddDays(-30), _ => 9, 1);
        Line(midnight, _ => 4, 1, 2);
        Line(midnight, _ => -2, 2);
        Line(midnight.AddHours(1), _ => 2, 7);
        Put(LedgerTables.Entries, [.. rows]);
        // Those of others are not among them.
        Put(
            LedgerTables.Entries,
            rows[0] with
            {
                AccountId = new InternalAccountKey(
                    InternalAccountKind.PartnerSettlement,
                    Guid.Empty,
                    Money.Renminbi
                ).EntryAccountId(),
            }
        );
        return
        [
            .. rows.Select(row => new SettlementLine(
                    row.Sequence,
                    row.PostingId,
                    row.Kind,
                    row.Amount,
                    row.Currency,
                    row.BusinessDate,
                    row.CreatedAt.ToUniversalTime()
                ))
                .OrderBy(line => line.CreatedAt)
                .ThenBy(line => line.Sequence)
                .ThenBy(line => line.PostingId),
        ];
    }
}
