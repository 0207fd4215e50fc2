using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Payouts;

/// <summary>The payouts of one partner and its merchants; and for the bank, what is to be paid out.</summary>
public sealed class PayoutQueries(Store store)
{
    /// <summary>What a sum is of that is of no kind of posting.</summary>
    private const long Balance = 0;
    private const long Carried = -1;

    public ValueTask<PayoutRow?> FindAsync(Caller caller, Id<PayoutRow> id) =>
        store.FirstAsync(
            PayoutTables.Payouts,
            caller.World,
            $"id = {id} AND partner_id = {caller.App.PartnerId}"
        );

    /// <summary>By id, the oldest first.</summary>
    public ValueTask<IReadOnlyList<PayoutRow>> ListAsync(Caller caller, Id<PayoutRow>? after, int count) =>
        store.ListAsync(
            PayoutTables.Payouts,
            caller.World,
            $"partner_id = {caller.App.PartnerId} AND id > {after ?? default} ORDER BY id LIMIT {count}"
        );

    /// <summary>The partner's apps that may know of its payouts.</summary>
    public async ValueTask<IReadOnlyList<Id<AppRow>>> ListAppsAsync(World world, Id<PartnerRow> partner) =>
        [
            .. (
                await store.ListAsync(
                    PartnerTables.Apps,
                    world,
                    $"partner_id = {partner} AND ended_at IS NULL ORDER BY id"
                )
            )
                .Where(app => app.Scope.Split(' ').Contains(Scopes.Settlement))
                .Select(app => app.Id),
        ];

    /// <summary>What moved on a settlement account on the days after one, up to another, and what came late to those before: what
    /// the account has beyond what was left of them and what moved since. All is of one instant. Lines are numbered by their
    /// time, so only those since then are read, and the few that older servers have numbered by steps.</summary>
    public async ValueTask<SettledDays> AddUpAsync(
        World world,
        InternalAccountKey settlement,
        DateOnly? after,
        DateOnly through
    )
    {
        var account = settlement.EntryAccountId();
        var first = after is { } day ? BusinessCalendar.StartOf(day.AddDays(1)) : DateTimeOffset.UnixEpoch;
        var sums = (
            await store.QueryAsync(
                world,
                $"""
                SELECT kind,
                    CAST(SUM(CASE WHEN business_date <= {through} THEN amount ELSE 0 END) AS bigint),
                    CAST(SUM(amount) AS bigint)
                FROM (
                    SELECT kind, amount, business_date FROM entry WHERE world = ?1 AND account_id = {account}
                    AND sequence >= {BankLines.Single(first)} AND sequence < {BankLines.SinglesEnd}
                    UNION ALL
                    SELECT kind, amount, business_date FROM entry WHERE world = ?1 AND account_id = {account}
                    AND sequence >= {BankLines.FirstStep(first)}
                    UNION ALL
                    SELECT kind, amount, business_date FROM entry WHERE world = ?1 AND account_id = {account}
                    AND sequence > {-BankLines.MostOfOlder} AND sequence < {BankLines.MostOfOlder}
                ) AS line
                WHERE business_date > {after ?? DateOnly.MinValue} GROUP BY kind
                UNION ALL
                SELECT {Balance}, 0, balance FROM internal_account
                WHERE world = ?1 AND kind = {settlement.Kind} AND owner_id = {settlement.OwnerId}
                AND currency = {settlement.Currency}
                UNION ALL
                SELECT {Carried}, 0, carried FROM payout_progress WHERE world = ?1 AND owner_id = {settlement.OwnerId}
                """,
                row => (Of: row.Int64()!.Value, Settled: row.Int64()!.Value, All: row.Int64()!.Value)
            )
        ).ToLookup(sum => sum.Of);
        long Settled(PostingKind kind) => sums[(long)kind].Sum(sum => sum.Settled);
        // Payouts are what was carried already.
        var moved = sums.Where(sum => sum.Key > 0 && sum.Key != (long)PostingKind.Payout)
            .Sum(kind => kind.Sum(sum => sum.All));
        return new(
            after,
            through,
            Settled(PostingKind.Payment),
            -Settled(PostingKind.Refund),
            -Settled(PostingKind.Fee)
        )
        {
            Late = after is null
                ? 0
                : sums[Balance].Sum(sum => sum.All) - sums[Carried].Sum(sum => sum.All) - moved,
        };
    }
}
