using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;

namespace OpenBanking.Tests.Rules.Refunds;

public class RefundRulesTests
{
    private static readonly CreatePayment pay = new(
        Rows.World,
        Rows.Noon,
        Rows.Payment.Id,
        Rows.Agreement,
        "order-1",
        Amount: 20_00,
        Rows.Coupon.Id,
        Description: null
    );

    [Fact]
    public void A_full_refund_gives_each_one_back_what_they_paid()
    {
        var (bank, payment) = Paid();

        var refund = bank.Run(Refund(payment)).Accepted;

        Assert.Equal((20_00, 15_00, 5_00), (refund.Amount, refund.CustomerAmount, refund.DiscountAmount));
        Assert.Equal(100_00, bank.Get(AccountTables.Accounts, Rows.Account.Id).Available);
        Assert.Equal(Rows.Campaign.Budget, bank.Get(LedgerTables.InternalAccounts, Rows.Budget).Balance);
        Assert.Equal(0, bank.Get(LedgerTables.InternalAccounts, Rows.Settlement).Balance);
        Assert.Equal(PaymentState.Refunded, bank.Get(PaymentTables.Payments, payment.Id).State);
    }

    [Fact]
    public void A_part_is_split_as_the_price_was_and_the_rest_follows()
    {
        var (bank, payment) = Paid();

        var first = bank.Run(Refund(payment, 10_01)).Accepted;
        var rest = bank.Run(Refund(payment, number: 2)).Accepted;

        Assert.Equal((10_01, 7_50, 2_51), (first.Amount, first.CustomerAmount, first.DiscountAmount));
        Assert.Equal((9_99, 7_50, 2_49), (rest.Amount, rest.CustomerAmount, rest.DiscountAmount));
    }

    [Fact]
    public void A_part_leaves_the_coupon_used_and_the_whole_gives_it_back()
    {
        var (bank, payment) = Paid();

        var first = bank.Run(Refund(payment, 19_99));
        Assert.False(first.Accepted.CouponReturned);
        Assert.Equal(CouponState.Redeemed, bank.Get(CouponTables.Coupons, Rows.Coupon.Id).State);
        Assert.Equal([EventTypes.RefundSucceeded, EventTypes.PaymentPartiallyRefunded], first.Told);

        var rest = bank.Run(Refund(payment, 1, number: 2));
        Assert.True(rest.Accepted.CouponReturned);
        var coupon = bank.Get(CouponTables.Coupons, Rows.Coupon.Id);
        Assert.Equal((CouponState.Issued, (object?)null), (coupon.State, coupon.PaymentId));
        Assert.Equal(
            [EventTypes.CouponReturned, EventTypes.RefundSucceeded, EventTypes.PaymentRefunded],
            rest.Told
        );
    }

    [Fact]
    public void A_coupon_that_expired_in_the_meantime_is_not_given_back()
    {
        var (bank, payment) = Paid();

        var refund = bank.Run(Refund(payment) with { Now = Rows.Coupon.ValidUntil }).Accepted;

        Assert.False(refund.CouponReturned);
        Assert.Equal(payment.Id, bank.Get(CouponTables.Coupons, Rows.Coupon.Id).PaymentId);
    }

    [Fact]
    public void A_coupon_that_never_went_through_is_not_touched()
    {
        var (bank, _) = Paid();
        var other = Rows.Payment with { Id = Rows.Id<PaymentRow>(2), CouponId = Rows.Coupon.Id };
        bank.Put(PaymentTables.Payments, other)
            .Put(LedgerTables.InternalAccounts, Rows.Holds(Rows.Settlement, 100_00));

        var refund = bank.Run(Refund(other)).Accepted;

        Assert.False(refund.CouponReturned);
        Assert.Equal(Rows.Payment.Id, bank.Get(CouponTables.Coupons, Rows.Coupon.Id).PaymentId);
    }

    [Fact]
    public void The_events_name_the_refund_the_payment_the_order_and_the_customer()
    {
        var (bank, payment) = Paid();

        var told = bank.Run(Refund(payment, 1)).Events;

        Assert.Equal(
            [
                EventSubject.Of("refund_id", Rows.Id<RefundRow>(1)),
                EventSubject.Of("payment_id", payment.Id),
                EventSubject.Of("order_no", "order-1"),
                EventSubject.Of("customer_id", Rows.Customer.Id),
            ],
            told[0].Subjects
        );
        Assert.Equal((1, "succeeded"), (told[0].Sequence, told[0].Status));
        Assert.Equal((2, "partially_refunded"), (told[1].Sequence, told[1].Status));
    }

    [Fact]
    public void A_payment_that_failed_or_was_given_back_has_nothing_to_give()
    {
        var (bank, payment) = Paid();
        bank.Run(Refund(payment));
        var failed = Rows.Payment with { Id = Rows.Id<PaymentRow>(2), State = PaymentState.Failed };
        bank.Put(PaymentTables.Payments, failed);

        Assert.Equal(ProblemCodes.PaymentNotRefundable, bank.Run(Refund(payment, 1)).Rejected.Code);
        Assert.Equal(ProblemCodes.PaymentNotRefundable, bank.Run(Refund(payment)).Rejected.Code);
        Assert.Equal(ProblemCodes.PaymentNotRefundable, bank.Run(Refund(failed, 1)).Rejected.Code);
    }

    [Fact]
    public void No_more_is_given_back_than_is_left()
    {
        var (bank, payment) = Paid();
        bank.Run(Refund(payment, 12_00));

        var refusal = bank.Run(Refund(payment, 8_01, number: 2)).Rejected;

        Assert.Equal((ProblemCodes.RefundExceedsPayment, "/amount"), (refusal.Code, refusal.Pointer));
        Assert.Contains("8.00 CNY", refusal.Detail, StringComparison.Ordinal);
        Assert.NotNull(bank.Run(Refund(payment, 8_00, number: 2)).Accepted);
    }

    [Fact]
    public void The_partner_gives_back_no_more_than_it_has()
    {
        var (bank, payment) = Paid();
        bank.Put(LedgerTables.InternalAccounts, Rows.Holds(Rows.Settlement, 19_99));

        Assert.Equal(ProblemCodes.InsufficientPartnerBalance, bank.Run(Refund(payment)).Rejected.Code);
        Assert.NotNull(bank.Run(Refund(payment, 19_99)).Accepted);
    }

    [Fact]
    public void What_was_paid_out_is_given_back_as_far_as_the_partner_may_owe()
    {
        var (bank, payment) = Paid();
        bank.Put(LedgerTables.InternalAccounts, Rows.Holds(Rows.Settlement, 0));
        var refund = Refund(payment, 10_00) with { MostOwed = 10_00 };

        Assert.NotNull(bank.Run(refund).Accepted);
        Assert.Equal(-10_00, bank.Get(LedgerTables.InternalAccounts, Rows.Settlement).Balance);
        Assert.Equal(
            ProblemCodes.InsufficientPartnerBalance,
            bank.Run(refund with { RefundId = Rows.Id<RefundRow>(2), Amount = 1 }).Rejected.Code
        );
    }

    /// <summary>A server that knows no parts has captured the other half.</summary>
    [Fact]
    public void Two_parts_of_one_settlement_account_give_back_no_more_together_than_it_has()
    {
        var (bank, payment) = Paid();
        payment = payment with
        {
            Splits = PaymentShares.Write([new PaymentShare(null, 20_00, Captured: 10_00)]),
        };
        bank.Put(PaymentTables.Payments, payment)
            .Put(LedgerTables.InternalAccounts, Rows.Holds(Rows.Settlement, 19_99));

        Assert.Equal(ProblemCodes.InsufficientPartnerBalance, bank.Run(Refund(payment)).Rejected.Code);
        Assert.NotNull(bank.Run(Refund(payment, 19_99)).Accepted);
    }

    [Fact]
    public void A_partner_that_never_had_anything_gives_nothing_back()
    {
        var bank = new MemoryBank()
            .Put(PaymentTables.Payments, Rows.Payment)
            .Put(AccountTables.Accounts, Rows.Account)
            .Put(ConsentTables.Agreements, Rows.Agreement);

        Assert.Equal(
            ProblemCodes.InsufficientPartnerBalance,
            bank.Run(Refund(Rows.Payment, 1)).Rejected.Code
        );
    }

    [Fact]
    public void What_is_given_back_counts_as_it_stands_now_not_as_it_was_read_before()
    {
        var (bank, payment) = Paid();
        bank.Run(Refund(payment, 12_00));

        Assert.Equal(8_00, bank.Run(Refund(payment, number: 2)).Accepted.Amount);
    }

    [Fact]
    public void The_limits_get_back_the_customers_share_alone()
    {
        var (bank, payment) = Paid();

        bank.Run(Refund(payment, 10_00));

        var account = bank.Get(AccountTables.Accounts, Rows.Account.Id);
        var agreement = bank.Get(ConsentTables.Agreements, Rows.Agreement.Id);
        Assert.Equal((7_50, 7_50), (account.DayOutflow, account.YearOutflow));
        Assert.Equal((7_50, 7_50), (agreement.DayPaid, agreement.TotalPaid));
    }

    [Fact]
    public void A_revoked_agreement_and_a_pending_account_still_get_their_money_back()
    {
        var (bank, payment) = Paid();
        var account = bank.Get(AccountTables.Accounts, Rows.Account.Id);
        var agreement = bank.Get(ConsentTables.Agreements, Rows.Agreement.Id);
        bank.Put(AccountTables.Accounts, account with { State = AccountState.PendingActivation })
            .Put(ConsentTables.Agreements, agreement with { State = ConsentState.Revoked });

        Assert.Equal(20_00, bank.Run(Refund(payment)).Accepted.Amount);
    }

    private static CreateRefund Refund(PaymentRow payment, long? amount = null, int number = 1) =>
        new(Rows.World, Rows.Noon, Rows.Id<RefundRow>(number), payment, amount, Reason: null);

    /// <summary>20.00 were paid, 5.00 of them by the campaign.</summary>
    private static (MemoryBank Bank, PaymentRow Payment) Paid()
    {
        var bank = new MemoryBank()
            .Put(AccountTables.Accounts, Rows.Account)
            .Put(ConsentTables.Agreements, Rows.Agreement)
            .Put(CouponTables.Coupons, Rows.Coupon)
            .Put(LedgerTables.InternalAccounts, Rows.Holds(Rows.Budget, Rows.Campaign.Budget));
        return (bank, bank.Run(pay).Accepted);
    }
}
