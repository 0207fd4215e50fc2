using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Refunds;

/// <summary>Refunds of one app.</summary>
public sealed class RefundQueries(Store store)
{
    public ValueTask<RefundRow?> FindAsync(Caller caller, Id<RefundRow> id) =>
        store.FirstAsync(RefundTables.Refunds, caller.World, $"id = {id} AND app_id = {caller.App.Id}");

    /// <summary>By id, the oldest first.</summary>
    public ValueTask<IReadOnlyList<RefundRow>> ListAsync(Caller caller, Id<RefundRow>? after, int count) =>
        store.ListAsync(
            RefundTables.Refunds,
            caller.World,
            $"app_id = {caller.App.Id} AND id > {after ?? default} ORDER BY id LIMIT {count}"
        );

    /// <summary>Those of one payment, by id, the oldest first.</summary>
    public ValueTask<IReadOnlyList<RefundRow>> ListAsync(
        Caller caller,
        Id<PaymentRow> payment,
        Id<RefundRow>? after,
        int count
    ) =>
        store.ListAsync(
            RefundTables.Refunds,
            caller.World,
            $"payment_id = {payment} AND app_id = {caller.App.Id} AND id > {after ?? default} ORDER BY id LIMIT {count}"
        );
}
