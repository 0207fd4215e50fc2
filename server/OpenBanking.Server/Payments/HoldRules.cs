using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Payments;

/// <summary>Does something with an authorized payment.</summary>
/// <param name="Payment">Read before the batch for what never changes in it: who holds what for whom.</param>
public abstract record HoldCommand(World World, DateTimeOffset Now, PaymentRow Payment)
    : Command<PaymentRow>(World, Now)
{
    public override Guid Lane => Payment.CustomerId.Value;

    public override Subject Subject => Subject.Of(Payment.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(PaymentTables.Payments, Payment.Id);
        keys.Want(AccountTables.Accounts, Payment.AccountId);
        if (Payment.CouponId is { } coupon)
        {
            keys.Want(CouponTables.Coupons, coupon);
        }

        PaymentFeeRules.Want(keys, Payment.FeeRuleId);
    }
}

/// <summary>Gives back what is held, so that the order may be tried again if nothing was paid of it.</summary>
public abstract record EndHold(World World, DateTimeOffset Now, PaymentRow Payment)
    : HoldCommand(World, Now, Payment)
{
    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        keys.Want(ConsentTables.Agreements, Payment.AgreementId);
        keys.Want(PaymentTables.Orders, new(Payment.AppId, Payment.OrderNo));
    }
}

/// <summary>Takes all or a part of what is held.</summary>
/// <param name="Amount">How much of the price; all that is left when null.</param>
/// <param name="Final">Whether the rest is given back.</param>
public sealed record CapturePayment(
    World World,
    DateTimeOffset Now,
    PaymentRow Payment,
    long? Amount,
    bool Final
) : HoldCommand(World, Now, Payment)
{
    public override Actor Actor => Actor.App(Payment.AppId);

    /// <summary>What comes back to the customer counts no longer. When all is taken that is left, nothing does but what was held
    /// lest the coupon fall away.</summary>
    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        if (Amount is not null || HoldShares.KeepsForFallenCoupon(Payment))
        {
            keys.Want(ConsentTables.Agreements, Payment.AgreementId);
        }
    }

    public override Decision<PaymentRow> Decide(Book book) => HoldRules.Capture(this, book);
}

/// <summary>Gives back what is held, since the partner wants no more of it.</summary>
public sealed record CancelPayment(World World, DateTimeOffset Now, PaymentRow Payment)
    : EndHold(World, Now, Payment)
{
    public override Actor Actor => Actor.App(Payment.AppId);

    public override Decision<PaymentRow> Decide(Book book) => HoldRules.Cancel(this, book);
}

/// <summary>Gives back what is held, since its time is over.</summary>
public sealed record ExpirePayment(World World, DateTimeOffset Now, PaymentRow Payment)
    : EndHold(World, Now, Payment)
{
    public override Decision<PaymentRow> Decide(Book book) => HoldRules.Expire(this, book);
}

/// <summary>When a hold (预授权) may be captured, canceled, and ended by its time.</summary>
public static class HoldRules
{
    /// <summary>Refuses: the hold has ended; the payment is not authorized; more than is left of the price. A revoked
    /// agreement or consent does not matter, nor an account that was frozen since: the money was set aside while they held,
    /// and is on the account no more.</summary>
    public static Decision<PaymentRow> Capture(CapturePayment command, Book book)
    {
        var payment = book.Get(PaymentTables.Payments, command.Payment.Id);
        if (HasRunOut(payment, command.Now))
        {
            return Decision.Reject(ProblemCodes.AuthorizationExpired, WhatItLeft(payment));
        }

        if (payment.State != PaymentState.Authorized)
        {
            return Decision.Reject(ProblemCodes.PaymentNotCapturable);
        }

        var left = payment.Amount - payment.Captured!.Value;
        var amount = command.Amount ?? left;
        if (amount > left)
        {
            return Decision.Reject(
                ProblemCodes.CaptureExceedsAuthorization,
                $"At most {new Money(payment.Currency, left)} is left of this payment.",
                "/amount"
            );
        }

        return Decision.Accept(
            command.Final || amount == left
                ? HoldMovementRules.End(book, payment, amount, PaymentState.Captured, command.Now)
                : HoldMovementRules.Take(book, payment, amount, command.Now)
        );
    }

    /// <summary>Whether the time to capture was over with something left of the hold. What never was held, or was taken whole or
    /// canceled before, stays that, however late somebody asks: nobody is to take it for money that the customer has
    /// again.</summary>
    private static bool HasRunOut(PaymentRow payment, DateTimeOffset now) =>
        payment.State == PaymentState.Expired
        || (
            now >= payment.ExpiresAt
            && payment.State is not (PaymentState.Canceled or PaymentState.Failed)
            && payment.Captured != payment.Authorized
        );

    /// <summary>What became of the money of a hold that has run out, and whether its order may be tried again.</summary>
    private static string WhatItLeft(PaymentRow payment) =>
        payment.Captured is { } captured and > 0
            ? $"{new Money(payment.Currency, captured)} was captured{SinceGivenBack(payment)}; the rest is the customer's again. The order "
                + "counts as paid: there is no new attempt for it."
            : "Nothing was captured, and the money is the customer's again. Try the order with a new attempt, and capture before "
                + "expires_at.";

    private static string SinceGivenBack(PaymentRow payment) =>
        payment.Refunded == 0 ? " and stays yours"
        : payment.Refunded == payment.Captured ? ", and was refunded since"
        : $", of which {new Money(payment.Currency, payment.Refunded)} was refunded since";

    /// <summary>Refuses: the payment is not authorized. If something was captured, that stays, and the payment is
    /// captured.</summary>
    public static Decision<PaymentRow> Cancel(CancelPayment command, Book book)
    {
        var payment = book.Get(PaymentTables.Payments, command.Payment.Id);
        return payment.State == PaymentState.Authorized
            ? Decision.Accept(HoldMovementRules.End(book, payment, 0, PaymentState.Canceled, command.Now))
            : Decision.Reject(ProblemCodes.PaymentNotCancelable);
    }

    /// <summary>Refuses: the payment is not authorized any more, or its time is not over. So it may be asked for by several
    /// nodes at once.</summary>
    public static Decision<PaymentRow> Expire(ExpirePayment command, Book book)
    {
        var payment = book.Get(PaymentTables.Payments, command.Payment.Id);
        return payment.State == PaymentState.Authorized && command.Now >= payment.ExpiresAt
            ? Decision.Accept(HoldMovementRules.End(book, payment, 0, PaymentState.Expired, command.Now))
            : Decision.Reject(ProblemCodes.PaymentNotCapturable);
    }
}
