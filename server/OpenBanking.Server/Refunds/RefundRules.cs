using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Refunds;

/// <summary>Gives back all or a part of a payment.</summary>
/// <param name="Payment">Read before the batch for what never changes in it: who paid what to whom.</param>
/// <param name="Amount">How much of the price; all that is left when null.</param>
public sealed record CreateRefund(
    World World,
    DateTimeOffset Now,
    Id<RefundRow> RefundId,
    PaymentRow Payment,
    long? Amount,
    string? Reason
) : Command<RefundRow>(World, Now)
{
    /// <summary>What each part of the payment gives back, in their order; by what each one got when null.</summary>
    public IReadOnlyList<long>? Named { get; init; }

    /// <summary>How much a settlement account may come to owe by it.</summary>
    public long MostOwed { get; init; }

    /// <summary>When what does not stay on the account is sent on to its card: real time, which the business clock of a sandbox may be
    /// ahead of.</summary>
    public DateTimeOffset RealNow { get; init; } = Now;

    public override Guid Lane => Payment.CustomerId.Value;

    public override Actor Actor => Actor.App(Payment.AppId);

    public override Subject Subject => Subject.Of(RefundId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(PaymentTables.Payments, Payment.Id);
        keys.Want(AccountTables.Accounts, Payment.AccountId);
        keys.Want(ConsentTables.Agreements, Payment.AgreementId);
        keys.Want(LedgerTables.InternalAccounts, PaymentRules.SettlementOf(Payment));
        foreach (var share in PaymentShares.Of(Payment))
        {
            keys.Want(LedgerTables.InternalAccounts, share.SettlementOf(Payment));
        }

        if (Payment.CouponId is { } coupon)
        {
            keys.Want(CouponTables.Coupons, coupon);
        }

        if (Payment.CampaignId is { } campaign)
        {
            keys.Want(CouponTables.Campaigns, campaign);
        }

        PaymentFeeRules.Want(keys, Payment.FeeRuleId);
    }

    public override Decision<RefundRow> Decide(Book book) => RefundRules.Create(this, book);
}

/// <summary>How a payment is given back.</summary>
public static class RefundRules
{
    /// <summary>Refuses: the payment was not captured, or was given back whole; more than is left of it, or of a part that
    /// was named; a settlement balance does not cover it.</summary>
    public static Decision<RefundRow> Create(CreateRefund command, Book book)
    {
        var payment = book.Get(PaymentTables.Payments, command.Payment.Id);
        var left = payment.Amount - payment.Refunded;
        var amount = command.Amount ?? left;

        if (payment.State is not (PaymentState.Captured or PaymentState.PartiallyRefunded))
        {
            return Decision.Reject(ProblemCodes.PaymentNotRefundable);
        }

        if (amount > left)
        {
            return Decision.Reject(
                ProblemCodes.RefundExceedsPayment,
                $"At most {new Money(payment.Currency, left)} is left of this payment.",
                "/amount"
            );
        }

        var before = PaymentShares.Of(payment);
        var named = command.Named is null
            ? null
            : before.Select((_, i) => command.Named.ElementAtOrDefault(i)).ToList();
        if (named is not null && before.Where((share, i) => named[i] > share.Captured - share.Refunded).Any())
        {
            return Decision.Reject(
                ProblemCodes.RefundExceedsPayment,
                "More than is left of a part that was named.",
                "/splits"
            );
        }

        var after = PaymentShareRules.Refund(book, payment, amount, named);
        return before
            .Select((share, i) => (Account: share.SettlementOf(payment), Taken: TakenOf(share, after[i])))
            .GroupBy(part => part.Account, part => part.Taken)
            .All(own => Covers(command, book, own.Key, own.Sum()))
            ? Decision.Accept(GiveBack(command, book, payment, amount, after))
            : Decision.Reject(ProblemCodes.InsufficientPartnerBalance);
    }

    /// <summary>The customer's share of what was given back so far: after R of a total T of which the customer paid
    /// P, that is floor(R × P ÷ T). A refund pays the difference to before, so no share is ever negative and the
    /// whole gives back exactly what each one paid.</summary>
    public static long CustomerShare(long refunded, long customerAmount, long total) =>
        (long)((Int128)refunded * customerAmount / total);

    /// <summary>What a part gives back, less what comes back of its fee.</summary>
    private static long TakenOf(PaymentShare before, PaymentShare after) =>
        after.Refunded - before.Refunded - (after.FeeRefunded - before.FeeRefunded);

    /// <summary>Whether a settlement account has what is taken from it. Others may take from it in the same moment, and do not wait
    /// for each other: so the refund relies on it.</summary>
    private static bool Covers(CreateRefund command, Book book, InternalAccountKey settlement, long taken)
    {
        if (taken <= 0)
        {
            return true;
        }

        var least = taken - command.MostOwed;
        if ((book.Find(LedgerTables.InternalAccounts, settlement)?.Balance ?? 0) < least)
        {
            return false;
        }

        book.RelyOn(LedgerTables.InternalAccounts, settlement, least);
        return true;
    }

    private static RefundRow GiveBack(
        CreateRefund command,
        Book book,
        PaymentRow payment,
        long amount,
        IReadOnlyList<PaymentShare> after
    )
    {
        var before = PaymentShares.Of(payment);
        var refunded = payment.Refunded + amount;
        var toCustomer =
            CustomerShare(refunded, payment.CustomerAmount, payment.Amount)
            - CustomerShare(payment.Refunded, payment.CustomerAmount, payment.Amount);
        var whole = refunded == payment.Amount;

        payment = book.Update(
            PaymentTables.Payments,
            PaymentShareRules.With(payment, after) with
            {
                Refunded = refunded,
                State = whole ? PaymentState.Refunded : PaymentState.PartiallyRefunded,
                FeeRefunded = payment.Fee is null ? null : after.Sum(share => share.FeeRefunded),
            }
        );
        var account = book.Get(AccountTables.Accounts, payment.AccountId);
        GiveBackLimits(command, book, payment, toCustomer);
        LedgerRules.Post(
            book,
            new(
                PostingKind.Refund,
                command.RefundId.Value,
                payment.AppId.Value,
                payment.Currency,
                command.Now,
                LedgerRules.RefundLegs(
                    WithdrawalRules.CreditLeg(book, account, toCustomer, command.Now),
                    FunderOf(book, payment),
                    amount - toCustomer,
                    PaymentShareRules.Legs(before, payment, share => -share.Refunded)
                )
            )
        );
        PaymentFeeRules.GiveBack(
            book,
            payment,
            command.RefundId.Value,
            [.. PaymentShareRules.Legs(before, payment, share => share.FeeRefunded)],
            command.Now
        );
        WithdrawalRules.SendOn(
            book,
            account,
            command.RefundId.Value,
            toCustomer,
            command.Now,
            command.RealNow
        );
        var returned = whole && ReturnCoupon(command, book, payment);
        var refund = book.Insert(
            RefundTables.Refunds,
            new RefundRow
            {
                Id = command.RefundId,
                AppId = payment.AppId,
                PaymentId = payment.Id,
                OrderNo = payment.OrderNo,
                Currency = payment.Currency,
                Amount = amount,
                CustomerAmount = toCustomer,
                DiscountAmount = amount - toCustomer,
                Fee = payment.FeeRuleId is null
                    ? null
                    : after.Sum(share => share.FeeRefunded) - before.Sum(share => share.FeeRefunded),
                Splits = payment.Splits is null ? null : PaymentShares.Write(SharesOf(before, after)),
                CouponReturned = returned,
                Reason = command.Reason,
                CreatedAt = command.Now,
            }
        );
        Emit(book, refund, payment);
        return refund;
    }

    private static InternalAccountKey? FunderOf(Book book, PaymentRow payment) =>
        PaymentRules.BudgetOf(payment) is { } budget
            ? CampaignRules.FunderOf(book.Find(CouponTables.Campaigns, payment.CampaignId!.Value), budget)
            : null;

    private static IReadOnlyList<RefundShare> SharesOf(
        IReadOnlyList<PaymentShare> before,
        IReadOnlyList<PaymentShare> after
    ) =>
        [
            .. after.Select(
                (share, i) =>
                    new RefundShare(
                        share.SubMerchant,
                        share.Refunded - before[i].Refunded,
                        share.FeeRefunded - before[i].FeeRefunded
                    )
            ),
        ];

    private static void GiveBackLimits(CreateRefund command, Book book, PaymentRow payment, long toCustomer)
    {
        var account = book.Get(AccountTables.Accounts, payment.AccountId);
        var agreement = book.Get(ConsentTables.Agreements, payment.AgreementId);
        if (WithdrawalRules.Takes(book, account, toCustomer, command.Now))
        {
            book.Update(
                AccountTables.Accounts,
                AccountRules.GiveBackOutflow(account, toCustomer, payment.BusinessDate, command.Now)
            );
        }

        book.Update(
            ConsentTables.Agreements,
            AgreementRules.GiveBackPayment(agreement, toCustomer, payment.BusinessDate, command.Now)
        );
    }

    private static bool ReturnCoupon(CreateRefund command, Book book, PaymentRow payment) =>
        payment.CouponId is { } couponId
        && book.Get(CouponTables.Coupons, couponId) is var coupon
        && coupon.PaymentId == payment.Id
        && CouponRules.Return(book, coupon, command.Now);

    private static void Emit(Book book, RefundRow refund, PaymentRow payment)
    {
        book.Emit(
            new(
                refund.AppId.Value,
                EventTypes.RefundSucceeded,
                1,
                RefundStatus.Succeeded.Value,
                EventSubject.Of("refund_id", refund.Id),
                EventSubject.Of("payment_id", payment.Id),
                EventSubject.Of("order_no", payment.OrderNo),
                EventSubject.Of("customer_id", payment.CustomerId)
            )
        );
        PaymentRules.Emit(
            book,
            payment.State == PaymentState.Refunded
                ? EventTypes.PaymentRefunded
                : EventTypes.PaymentPartiallyRefunded,
            payment
        );
    }
}
