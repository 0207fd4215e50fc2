using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Payments;

namespace OpenBanking.Server.Confirmations;

/// <summary>Ends a payment whose time is over for somebody whom it stands in the way of, before <see cref="PaymentExpiry"/> comes by
/// it: a payment counts for nothing from the instant it runs out.</summary>
public sealed class PaymentEnd(PaymentQueries payments, Engine.Engine engine)
{
    /// <summary>Ends the last payment of an order; gives whether it did.</summary>
    public async Task<bool> TryOfOrderAsync(Caller caller, string orderNo) =>
        await payments.FindOrderAsync(caller, orderNo) is { Attempts: > 0 } order
        && await payments.FindEitherAsync(caller, order.LastPaymentId) switch
        {
            ({ } payment, _) => await TryAsync(caller, payment),
            (_, { } unconfirmed) => await TryAsync(caller, unconfirmed),
            _ => false,
        };

    /// <summary>Ends a hold; gives whether it did.</summary>
    public async Task<bool> TryAsync(Caller caller, PaymentRow payment) =>
        payment is { State: PaymentState.Authorized, ExpiresAt: { } end }
        && caller.Now >= end
        && await engine.SubmitAsync(new ExpirePayment(caller.World, caller.Now, payment))
            is Accepted<PaymentRow>;

    private async Task<bool> TryAsync(Caller caller, ConfirmationRow unconfirmed) =>
        unconfirmed.State == ConfirmationState.Waiting
        && caller.Now >= unconfirmed.ExpiresAt
        && await engine.SubmitAsync(new ExpireConfirmation(caller.World, caller.Now, unconfirmed))
            is Accepted<ConfirmationRow>;
}
