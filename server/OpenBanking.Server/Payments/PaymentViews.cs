using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Pages;

namespace OpenBanking.Server.Payments;

/// <summary>What an app sees of its payments, confirmed or not.</summary>
public sealed class PaymentViews(PaymentQueries queries, ServerAddress address)
{
    public async ValueTask<Payment?> FindAsync(Caller caller, Id<PaymentRow> id) =>
        await queries.FindEitherAsync(caller, id) switch
        {
            ({ } payment, _) => Show(payment, caller),
            (_, { } unconfirmed) => Show(unconfirmed, caller),
            _ => null,
        };

    public Payment Show(PaymentRow payment, Caller caller)
    {
        var cameToNothing =
            payment.State is PaymentState.Failed or PaymentState.Canceled or PaymentState.Expired;
        return new()
        {
            Id = caller.Show(payment.Id),
            OrderNo = payment.OrderNo,
            Status = PaymentRules.StatusOf(payment.State),
            DeclineCode = payment.DeclineCode,
            Amount = new(payment.Currency, payment.Authorized ?? payment.Amount),
            DiscountAmount = new(payment.Currency, cameToNothing ? 0 : payment.Discount),
            CustomerAmount = new(payment.Currency, cameToNothing ? 0 : payment.CustomerAmount),
            CapturedAmount = new(
                payment.Currency,
                payment.Captured ?? (payment.State == PaymentState.Failed ? 0 : payment.Amount)
            ),
            RefundedAmount = new(payment.Currency, payment.Refunded),
            RefundableAmount = new(payment.Currency, payment.Refundable),
            FeeAmount = payment.FeeRuleId is null ? null : new(payment.Currency, payment.Fee ?? 0),
            FeeRefundedAmount = payment.FeeRuleId is null
                ? null
                : new(payment.Currency, payment.FeeRefunded ?? 0),
            Splits = PaymentSplits.Show(payment, caller),
            CaptureMethod = payment.Authorized is null ? null : CaptureMethod.Manual,
            HeldAmount = payment.Authorized is null ? null : new(payment.Currency, payment.Held ?? 0),
            ExpiresAt = payment.ExpiresAt,
            AgreementId = payment.Confirmed ? null : caller.Show(payment.AgreementId),
            AccountId = caller.Show(payment.AccountId),
            CustomerId = caller.Show(payment.CustomerId),
            CouponId = payment.CouponId is { } coupon ? caller.Show(coupon) : null,
            Description = payment.Description,
            Scene = payment.Scene,
            CreatedAt = payment.CreatedAt,
        };
    }

    public Payment Show(ConfirmationRow row, Caller caller)
    {
        var nothing = new Money(row.Currency, 0);
        var isOpen = row.State == ConfirmationState.Waiting;
        return new()
        {
            Id = caller.Show(row.PaymentId),
            OrderNo = row.OrderNo,
            Status = ConfirmationRules.StatusOf(row.State),
            DeclineCode = row.DeclineCode,
            NextAction = isOpen
                ? new()
                {
                    Type = NextActionType.Confirm,
                    ConfirmationUrl = address.Issuer + PageRoutes.Pay(caller.World, row.PaymentId),
                    ExpiresAt = row.ExpiresAt,
                }
                : null,
            Amount = new(row.Currency, row.Amount),
            DiscountAmount = isOpen ? new(row.Currency, row.Discount) : nothing,
            CustomerAmount = isOpen ? new(row.Currency, row.Amount - row.Discount) : nothing,
            CapturedAmount = nothing,
            RefundedAmount = nothing,
            RefundableAmount = nothing,
            Splits = PaymentSplits.Show(
                row.Splits is { } splits ? PaymentShares.Read(splits) : null,
                row.Currency,
                costsFee: false,
                caller
            ),
            CaptureMethod = row.Manual ? CaptureMethod.Manual : null,
            HeldAmount = row.Manual ? nothing : null,
            ExpiresAt = row.HoldUntil,
            CustomerId = row.CustomerId is { } customer ? caller.Show(customer) : null,
            CouponId = row.CouponId is { } coupon ? caller.Show(coupon) : null,
            Description = row.Description,
            Scene = row.Scene,
            CreatedAt = row.CreatedAt,
        };
    }
}
