using System.Globalization;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Payouts;

/// <summary>A line of a settlement account.</summary>
public sealed record SettlementLine(
    long Sequence,
    Guid PostingId,
    PostingKind Kind,
    long Amount,
    string Currency,
    DateOnly BusinessDate,
    DateTimeOffset CreatedAt
)
{
    public LinePlace Place => new(LinePlace.MicrosecondsOf(CreatedAt), Sequence, PostingId);
}

/// <summary>Where a line stands among those of its account: by its time; of one moment, those that are alone come before
/// steps.</summary>
/// <param name="At">Microseconds since 1970.</param>
public readonly record struct LinePlace(long At, long Sequence, Guid PostingId)
{
    /// <summary>Before all lines of a moment and those after.</summary>
    public static LinePlace Before(long at) => new(at, long.MinValue, Guid.Empty);

    public static long MicrosecondsOf(DateTimeOffset instant) =>
        (instant - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, out LinePlace place)
    {
        place = default;
        if (
            text.Split('/') is not [var at, var sequence, var posting]
            || !long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            || !long.TryParse(
                sequence,
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var number
            )
            || !Guid.TryParseExact(posting, "N", out var id)
            || time >= BankLines.SinglesEnd
            || (BankLines.TimeOf(number) ?? time) != time
        )
        {
            return false;
        }

        place = new(time, number, id);
        return true;
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{At}/{Sequence}/{PostingId:N}");

    /// <summary>Beyond it are the postings of this or a later moment that are alone.</summary>
    internal (long Sequence, Guid PostingId) AmongSingles =>
        Sequence < BankLines.MostOfOlder ? (Math.Max(At, BankLines.MostOfOlder), Guid.Empty)
        : Sequence < BankLines.SinglesEnd ? (Sequence, PostingId)
        : (At, Guid.AllBitsSet);

    /// <summary>Beyond it are the steps of this or a later moment.</summary>
    internal (long Sequence, Guid PostingId) AmongSteps =>
        Sequence < BankLines.SinglesEnd
            ? (Math.Max(At << 10, BankLines.SinglesEnd), Guid.Empty)
            : (Sequence, PostingId);
}

/// <summary>The lines of one settlement account, and the payments and refunds they are of.</summary>
public sealed class SettlementLineQueries(Store store)
{
    /// <summary>No line is of a day outside these years.</summary>
    private const int FirstYear = 1973;
    private const int LastYear = 2254;

    /// <summary>By time, the oldest first. Both ranges of numbers are read by the key, from the place on, and no more of either than
    /// is asked for; so are all of the few lines that older servers have numbered by steps.</summary>
    /// <param name="from">The first business day; null for all there were.</param>
    /// <param name="through">The last business day; null for all there are.</param>
    public ValueTask<IReadOnlyList<SettlementLine>> ListAsync(
        World world,
        InternalAccountKey settlement,
        DateOnly? from,
        DateOnly? through,
        LinePlace? after,
        int count
    ) =>
        store.QueryAsync(
            world,
            QueryOf(settlement.EntryAccountId(), from, through, after, count),
            row => new SettlementLine(
                row.Int64()!.Value,
                row.Uuid()!.Value,
                (PostingKind)row.Int64()!.Value,
                row.Int64()!.Value,
                row.Text()!,
                row.Date()!.Value,
                row.Instant()!.Value
            ),
            isBrief: true
        );

    internal static Sql QueryOf(Guid account, DateOnly? from, DateOnly? through, LinePlace? after, int count)
    {
        var start = LinePlace.Before(from is { } first ? StartOf(first) : 0);
        var place = after is { } seen && seen.At >= start.At ? seen : start;
        var end = through is { Year: <= LastYear } last ? StartOf(last.AddDays(1)) : BankLines.SinglesEnd - 1;
        var (single, singleId) = place.AmongSingles;
        var (step, stepId) = place.AmongSteps;
        return $"""
            SELECT sequence, posting_id, kind, amount, currency, business_date, created_at FROM (
                SELECT * FROM (
                    SELECT sequence, posting_id, kind, amount, currency, business_date, created_at FROM entry
                    WHERE world = ?1 AND account_id = {account}
                    AND (sequence, posting_id) > ({single}, {singleId}) AND sequence < {end}
                    ORDER BY sequence, posting_id LIMIT {count}
                ) AS single
                UNION ALL
                SELECT * FROM (
                    SELECT sequence, posting_id, kind, amount, currency, business_date, created_at FROM entry
                    WHERE world = ?1 AND account_id = {account}
                    AND (sequence, posting_id) > ({step}, {stepId}) AND sequence < {end << 10}
                    ORDER BY sequence, posting_id LIMIT {count}
                ) AS step
                UNION ALL
                SELECT * FROM (
                    SELECT sequence, posting_id, kind, amount, currency, business_date, created_at FROM entry
                    WHERE world = ?1 AND account_id = {account}
                    AND sequence > {-BankLines.MostOfOlder} AND sequence < {BankLines.MostOfOlder}
                    AND (created_at, sequence, posting_id) > ({InstantOf(
                place.At
            )}, {place.Sequence}, {place.PostingId})
                    AND created_at < {InstantOf(end)}
                    ORDER BY created_at, sequence, posting_id LIMIT {count}
                ) AS older
            ) AS line
            ORDER BY created_at, sequence, posting_id LIMIT {count}
            """;
    }

    /// <summary>The payments and refunds that lines are of, by their ids; for a refund its payment as well.</summary>
    public async ValueTask<SettlementSources> FindSourcesAsync(
        World world,
        IReadOnlyCollection<SettlementLine> lines
    )
    {
        Guid[] PostedAs(params PostingKind[] kinds) =>
            [.. lines.Where(line => kinds.Contains(line.Kind)).Select(line => line.PostingId).Distinct()];
        // A fee is of the payment, or given back with the refund.
        var refunds = (
            await store.ListByKeysAsync(
                RefundTables.Refunds,
                world,
                [.. PostedAs(PostingKind.Refund, PostingKind.Fee).Select(id => new Id<RefundRow>(id))]
            )
        ).ToDictionary(refund => refund.Id.Value);
        var payments = await store.ListByKeysAsync(
            PaymentTables.Payments,
            world,
            [
                .. PostedAs(PostingKind.Payment, PostingKind.Fee)
                    .Where(id => !refunds.ContainsKey(id))
                    .Select(id => new Id<PaymentRow>(id))
                    .Concat(refunds.Values.Select(refund => refund.PaymentId))
                    .Distinct(),
            ]
        );
        return new(payments.ToDictionary(payment => payment.Id.Value), refunds);
    }

    private static long StartOf(DateOnly day) =>
        LinePlace.MicrosecondsOf(
            BusinessCalendar.StartOf(
                day.Year < FirstYear ? new(FirstYear, 1, 1)
                : day.Year > LastYear ? new(LastYear + 1, 1, 1)
                : day
            )
        );

    private static DateTimeOffset InstantOf(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}

/// <summary>What lines of settlement accounts are of.</summary>
public sealed record SettlementSources(
    IReadOnlyDictionary<Guid, PaymentRow> Payments,
    IReadOnlyDictionary<Guid, RefundRow> Refunds
)
{
    /// <summary>The refund of a line; null when it is of none.</summary>
    public RefundRow? RefundOf(SettlementLine line) => Refunds.GetValueOrDefault(line.PostingId);

    /// <summary>The payment of a line, for a refund the one it gave back; null when it is of none.</summary>
    public PaymentRow? PaymentOf(SettlementLine line) =>
        Payments.GetValueOrDefault(RefundOf(line)?.PaymentId.Value ?? line.PostingId);
}
