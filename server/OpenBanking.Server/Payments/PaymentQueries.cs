using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Payments;

/// <summary>Payments and orders of one app.</summary>
public sealed class PaymentQueries(Store store, HeldPayments held)
{
    public ValueTask<PaymentRow?> FindAsync(Caller caller, Id<PaymentRow> id) =>
        store.FirstAsync(PaymentTables.Payments, caller.World, $"id = {id} AND app_id = {caller.App.Id}");

    /// <summary>A payment, or what is to become one or never did.</summary>
    public async ValueTask<(PaymentRow? Payment, ConfirmationRow? Unconfirmed)> FindEitherAsync(
        Caller caller,
        Id<PaymentRow> id
    ) =>
        await FindAsync(caller, id) is { } payment ? (payment, null)
        : await FindUnconfirmedAsync(caller, id) is { } unconfirmed ? (null, unconfirmed)
        // Confirmed between the two reads.
        : (await FindAsync(caller, id), null);

    /// <summary>The same, for a command that needs only what never changes in a payment.</summary>
    public async ValueTask<(PaymentRow? Payment, ConfirmationRow? Unconfirmed)> FindUnchangingAsync(
        Caller caller,
        Id<PaymentRow> id
    ) => held.Find(caller.App.Id, id) is { } payment ? (payment, null) : await FindEitherAsync(caller, id);

    private ValueTask<ConfirmationRow?> FindUnconfirmedAsync(Caller caller, Id<PaymentRow> id) =>
        store.FirstAsync(
            ConfirmationTables.Confirmations,
            caller.World,
            $"payment_id = {id} AND app_id = {caller.App.Id} AND state <> {ConfirmationState.Confirmed}"
        );

    public ValueTask<OrderRow?> FindOrderAsync(Caller caller, string orderNo) =>
        store.FindAsync(PaymentTables.Orders, caller.World, new OrderKey(caller.App.Id, orderNo));
}
