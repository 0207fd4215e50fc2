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

    /// <summary>What moved on a settlement account on the days after one, up to another. Its lines are numbered by their time,
    /// so only those of these days are read, and the few that older servers have numbered by steps.</summary>
    public async ValueTask<SettledDays> AddUpAsync(
        World world,
        InternalAccountKey settlement,
        DateOnly? after,
        DateOnly through
    )
    {
        var account = settlement.EntryAccountId();
        var first = after is { } day ? BusinessCalendar.StartOf(day.AddDays(1)) : DateTimeOffset.UnixEpoch;
        var end = BusinessCalendar.StartOf(through.AddDays(1));
        var sums = (
            await store.QueryAsync(
                world,
                $"""
                SELECT kind, CAST(SUM(amount) AS bigint) FROM (
                    SELECT kind, amount, business_date FROM entry WHERE world = ?1 AND account_id = {account}
                    AND sequence >= {BankLines.Single(first)} AND sequence < {BankLines.Single(end)}
                    UNION ALL
                    SELECT kind, amount, business_date FROM entry WHERE world = ?1 AND account_id = {account}
                    AND sequence >= {BankLines.FirstStep(first)} AND sequence < {BankLines.FirstStep(end)}
                    UNION ALL
                    SELECT kind, amount, business_date FROM entry WHERE world = ?1 AND account_id = {account}
                    AND sequence > {-BankLines.MostOfOlder} AND sequence < {BankLines.MostOfOlder}
                ) AS line
                WHERE business_date > {after
                    ?? DateOnly.MinValue} AND business_date <= {through} GROUP BY kind
                """,
                row => (Kind: (PostingKind)row.Int64()!.Value, Sum: row.Int64()!.Value)
            )
        ).ToDictionary(sum => sum.Kind, sum => sum.Sum);
        return new(
            after,
            through,
            sums.GetValueOrDefault(PostingKind.Payment),
            -sums.GetValueOrDefault(PostingKind.Refund),
            -sums.GetValueOrDefault(PostingKind.Fee)
        );
    }
}
