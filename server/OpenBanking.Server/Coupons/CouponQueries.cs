using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Coupons;

/// <summary>The stocks an app can issue from, and the coupons it issued.</summary>
public sealed class CouponQueries(Store store)
{
    /// <summary>The stocks of the bank's campaigns in this world, by id.</summary>
    public IReadOnlyList<CouponStockRow> ListStocks(Caller caller, Id<CouponStockRow>? after, int count) =>
        store.List(CouponTables.Stocks, caller.World, $"id > {after ?? default} ORDER BY id LIMIT {count}");

    public CouponStockRow? FindStock(Caller caller, Id<CouponStockRow> id) =>
        store.Find(CouponTables.Stocks, caller.World, id);

    public CouponRow? FindIssued(Caller caller, Id<CouponRow> id) =>
        store.First(CouponTables.Coupons, caller.World, $"id = {id} AND app_id = {caller.App.Id}");

    /// <summary>A coupon of the customer whose token this is, from this app.</summary>
    public CouponRow? Find(Caller caller, Id<CouponRow> id) =>
        store.First(
            CouponTables.Coupons,
            caller.World,
            $"id = {id} AND app_id = {caller.App.Id} AND customer_id = {caller.Consent.CustomerId}"
        );

    /// <summary>The coupons of the customer whose token this is, from this app, by id.</summary>
    public IReadOnlyList<CouponRow> List(Caller caller, Id<CouponRow>? after, int count) =>
        store.List(
            CouponTables.Coupons,
            caller.World,
            $"app_id = {caller.App.Id} AND customer_id = {caller.Consent.CustomerId} AND id > {after ?? default} ORDER BY id LIMIT {count}"
        );
}
