using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Coupons;

/// <summary>The stocks of the bank's campaigns, and the coupons it issued.</summary>
public sealed class CouponQueries(Store store)
{
    /// <summary>The stocks of the bank's campaigns in this world, by id.</summary>
    public ValueTask<IReadOnlyList<CouponStockRow>> ListStocksAsync(
        Caller caller,
        Id<CouponStockRow>? after,
        int count
    ) =>
        store.ListAsync(
            CouponTables.Stocks,
            caller.World,
            $"id > {after ?? default} ORDER BY id LIMIT {count}"
        );

    public ValueTask<CouponStockRow?> FindStockAsync(Caller caller, Id<CouponStockRow> id) =>
        store.FindAsync(CouponTables.Stocks, caller.World, id);

    public ValueTask<CouponRow?> FindIssuedAsync(Caller caller, Id<CouponRow> id) =>
        store.FirstAsync(CouponTables.Coupons, caller.World, $"id = {id} AND app_id = {caller.App.Id}");

    /// <summary>A coupon of the customer whose token this is, from this app.</summary>
    public ValueTask<CouponRow?> FindAsync(Caller caller, Id<CouponRow> id) =>
        store.FirstAsync(
            CouponTables.Coupons,
            caller.World,
            $"id = {id} AND app_id = {caller.App.Id} AND customer_id = {caller.Consent.CustomerId}"
        );

    /// <summary>The coupons of the customer whose token this is, from this app, by id.</summary>
    public ValueTask<IReadOnlyList<CouponRow>> ListAsync(Caller caller, Id<CouponRow>? after, int count) =>
        store.ListAsync(
            CouponTables.Coupons,
            caller.World,
            $"app_id = {caller.App.Id} AND customer_id = {caller.Consent.CustomerId} AND id > {after ?? default} ORDER BY id LIMIT {count}"
        );
}
