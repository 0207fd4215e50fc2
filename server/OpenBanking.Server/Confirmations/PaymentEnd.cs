using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Payments;

namespace OpenBanking.Server.Confirmations;

/// <summary>Ends a payment whose time is over for somebody whom it stands in the way of, before <see cref="PaymentExpiry"/> comes by
/// it: a payment counts for nothing from the instant it runs out.</summary>
public sealed class PaymentEnd(PaymentQueries payments, Engine.Engine engine)
{
    /// <summary>Ends the last payment of an order; gives whether its time was over, so that it has ended now, by whomever.</summary>
    public async Task<bool> TryOfOrderAsync(Caller caller, string orderNo) =>
        await payments.FindOrderAsync(caller, orderNo) is { Attempts: > 0 } order
        && await payments.FindEitherAsync(caller, order.LastPaymentId) switch
        {
            ({ } payment, _) => await TryAsync(caller, payment),
            (_, { } unconfirmed) => await TryAsync(caller, unconfirmed),
            _ => false,
        };

    /// <summary>Ends a hold; gives whether its time was over.</summary>
    public async Task<bool> TryAsync(Caller caller, PaymentRow payment)
    {
        if (payment.State != PaymentState.Authorized || !(caller.Now >= payment.ExpiresAt))
        {
            return false;
        }

        await engine.SubmitAsync(new ExpirePayment(caller.World, caller.Now, payment));
        return true;
    }

    private async Task<bool> TryAsync(Caller caller, ConfirmationRow unconfirmed)
    {
        if (unconfirmed.State != ConfirmationState.Waiting || caller.Now < unconfirmed.ExpiresAt)
        {
            return false;
        }

        await engine.SubmitAsync(new ExpireConfirmation(caller.World, caller.Now, unconfirmed));
        return true;
    }
}
