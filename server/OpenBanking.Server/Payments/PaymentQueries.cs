using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Payments;

/// <summary>Payments and orders of one app.</summary>
public sealed class PaymentQueries(Store store)
{
    public ValueTask<PaymentRow?> FindAsync(Caller caller, Id<PaymentRow> id) =>
        store.FirstAsync(PaymentTables.Payments, caller.World, $"id = {id} AND app_id = {caller.App.Id}");

    public ValueTask<OrderRow?> FindOrderAsync(Caller caller, string orderNo) =>
        store.FindAsync(PaymentTables.Orders, caller.World, new OrderKey(caller.App.Id, orderNo));
}
