using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;

namespace OpenBanking.Tests.Rules.Payments;

public class HoldRulesTests
{
    private static readonly DateTimeOffset until = Rows.Noon.AddDays(7);

    private static readonly CreatePayment hold = new(
        Rows.World,
        Rows.Noon,
        Rows.Payment.Id,
        Rows.Agreement,
        "order-1",
        Amount: 20_00,
        CouponId: null,
        Description: null,
        until
    );

    [Fact]
    public void A_hold_takes_the_money_off_the_balance_and_gives_it_to_nobody_yet()
    {
        var bank = NewBank();

        var ran = bank.Run(hold);

        Assert.Equal((PaymentState.Authorized, until), (ran.Accepted.State, ran.Accepted.ExpiresAt));
        AssertMoney(bank, available: 80_00, held: 20_00, settled: 0);
        Assert.Equal((20_00, 20_00), CountedBy(bank));
        Assert.True(bank.Get(PaymentTables.Orders, hold.Order).Paid);
        Assert.Equal([EventTypes.PaymentAuthorized], ran.Told);
    }

    [Fact]
    public void What_is_held_cannot_be_spent_and_its_order_has_a_live_payment()
    {
        var bank = NewBank(account: Rows.Account with { Available = 30_00 });
        bank.Run(hold);
        var other = hold with { PaymentId = Rows.Id<PaymentRow>(2) };

        Assert.Equal(ProblemCodes.OrderAlreadyPaid, bank.Run(other).Rejected.Code);
        Assert.Equal(
            DeclineCodes.InsufficientFunds,
            bank.Run(other with { OrderNo = "order-2" }).Declined.DeclineCode
        );
    }

    [Fact]
    public void The_whole_is_captured_and_nothing_is_left_held()
    {
        var (bank, payment) = Held();

        var ran = bank.Run(Capture(payment));

        Assert.Equal((PaymentState.Captured, 20_00, null), StateOf(ran.Accepted));
        AssertMoney(bank, available: 80_00, held: 0, settled: 20_00);
        Assert.Equal((20_00, 20_00), CountedBy(bank));
        var told = Assert.Single(ran.Events);
        Assert.Equal((EventTypes.PaymentCaptured, "captured", 2), (told.Type, told.Status, told.Sequence));
        Assert.Contains(EventSubject.Of("captured_amount", Money.Yuan(20)), told.Subjects);
    }

    [Fact]
    public void A_part_that_is_the_last_gives_back_the_rest_and_the_limits()
    {
        var (bank, payment) = Held();

        var captured = bank.Run(Capture(payment, 12_00)).Accepted;

        Assert.Equal((PaymentState.Captured, 12_00, null), StateOf(captured));
        Assert.Equal((12_00, 20_00), (captured.Amount, captured.Authorized));
        AssertMoney(bank, available: 88_00, held: 0, settled: 12_00);
        Assert.Equal((12_00, 12_00), CountedBy(bank));
    }

    [Fact]
    public void Several_captures_take_what_is_held_bit_by_bit_and_each_is_told()
    {
        var (bank, payment) = Held();

        var first = bank.Run(Capture(payment, 5_00, final: false));
        AssertMoney(bank, available: 80_00, held: 15_00, settled: 5_00);
        var second = bank.Run(Capture(payment, 15_00, final: false));

        Assert.Equal((PaymentState.Authorized, 5_00, 15_00), StateOf(first.Accepted));
        Assert.Equal((PaymentState.Captured, 20_00, null), StateOf(second.Accepted));
        AssertMoney(bank, available: 80_00, held: 0, settled: 20_00);
        var told = first.Events.Concat(second.Events).ToList();
        Assert.Equal(["authorized", "captured"], told.Select(happened => happened.Status));
        Assert.Equal([2, 3], told.Select(happened => happened.Sequence));
        Assert.Contains(EventSubject.Of("captured_amount", Money.Yuan(5)), told[0].Subjects);
        Assert.Contains(EventSubject.Of("captured_amount", Money.Yuan(20)), told[1].Subjects);
    }

    [Fact]
    public void No_more_is_captured_than_is_left()
    {
        var (bank, payment) = Held();
        bank.Run(Capture(payment, 5_00, final: false));

        var refusal = bank.Run(Capture(payment, 15_01)).Rejected;

        Assert.Equal((ProblemCodes.CaptureExceedsAuthorization, "/amount"), (refusal.Code, refusal.Pointer));
        Assert.Contains("15.00 CNY", refusal.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20_00, 5_00, 15_00, 85_00)]
    [InlineData(15_00, 5_00, 10_00, 90_00)]
    public void At_or_above_the_threshold_the_coupon_pays_its_whole_discount(
        long captured,
        long discount,
        long customer,
        long available
    )
    {
        var (bank, payment) = Held(coupon: Rows.Coupon);

        var ran = bank.Run(Capture(payment, captured));

        Assert.Equal((discount, customer), (ran.Accepted.Discount, ran.Accepted.CustomerAmount));
        AssertMoney(bank, available, held: 0, settled: captured);
        Assert.Equal(
            Rows.Campaign.Budget - discount,
            bank.Get(LedgerTables.InternalAccounts, Rows.Budget).Balance
        );
        var coupon = bank.Get(CouponTables.Coupons, Rows.Coupon.Id);
        Assert.Equal((CouponState.Redeemed, false), (coupon.State, coupon.Held));
        Assert.Equal([EventTypes.PaymentCaptured, EventTypes.CouponRedeemed], ran.Told);
    }

    [Fact]
    public void Below_the_threshold_the_coupon_is_released_and_the_customer_pays_what_was_captured()
    {
        var (bank, payment) = Held(coupon: Rows.Coupon);

        var ran = bank.Run(Capture(payment, 14_99));

        Assert.Equal(
            (0, 14_99, null),
            (ran.Accepted.Discount, ran.Accepted.CustomerAmount, ran.Accepted.CampaignId)
        );
        AssertMoney(bank, available: 85_01, held: 0, settled: 14_99);
        Assert.Equal(Rows.Campaign.Budget, bank.Get(LedgerTables.InternalAccounts, Rows.Budget).Balance);
        Assert.Equal(Rows.Coupon with { Version = 3 }, bank.Get(CouponTables.Coupons, Rows.Coupon.Id));
        Assert.Equal([EventTypes.PaymentCaptured, EventTypes.CouponReleased], ran.Told);
    }

    [Fact]
    public void A_price_at_the_threshold_holds_what_may_come_to_be_paid_just_below_it()
    {
        var bank = NewBank();

        var payment = bank.Run(hold with { Amount = 15_00, CouponId = Rows.Coupon.Id }).Accepted;

        Assert.Equal((10_00, 14_99), (payment.CustomerAmount, payment.Held));
        Assert.Equal((14_99, 14_99), CountedBy(bank));
        bank.Run(Capture(payment, 14_99));
        AssertMoney(bank, available: 85_01, held: 0, settled: 14_99);
        Assert.Equal((14_99, 14_99), CountedBy(bank));
    }

    [Fact]
    public void Captures_below_the_threshold_that_reach_it_together_keep_the_discount()
    {
        var (bank, payment) = Held(coupon: Rows.Coupon);

        bank.Run(Capture(payment, 14_00, final: false));
        AssertMoney(bank, available: 85_00, held: 6_00, settled: 14_00);
        bank.Run(Capture(payment, 2_00));

        AssertMoney(bank, available: 89_00, held: 0, settled: 16_00);
    }

    [Fact]
    public void A_held_coupon_is_used_by_nobody_else()
    {
        var (bank, _) = Held(coupon: Rows.Coupon);

        var other = bank.Run(
            hold with
            {
                PaymentId = Rows.Id<PaymentRow>(2),
                OrderNo = "order-2",
                CouponId = Rows.Coupon.Id,
                HoldUntil = null,
            }
        );

        Assert.Equal(DeclineCodes.CouponHeld, other.Declined.DeclineCode);
    }

    [Fact]
    public void A_coupon_that_expires_while_it_is_held_still_pays_and_stays_expired_when_it_is_freed()
    {
        var expiring = Rows.Coupon with { ValidUntil = Rows.Noon.AddDays(1) };
        var later = Rows.Noon.AddDays(2);

        var (paying, payment) = Held(expiring);
        Assert.Equal(5_00, paying.Run(Capture(payment) with { Now = later }).Accepted.Discount);

        var (freeing, canceled) = Held(expiring);
        var told = freeing.Run(Cancel(canceled) with { Now = later }).Events;
        Assert.Equal((EventTypes.CouponReleased, "expired"), (told[1].Type, told[1].Status));
    }

    [Fact]
    public void A_cancellation_gives_everything_back()
    {
        var (bank, payment) = Held(coupon: Rows.Coupon);

        var ran = bank.Run(Cancel(payment));

        Assert.Equal((PaymentState.Canceled, 0, null), StateOf(ran.Accepted));
        AssertMoney(bank, available: 100_00, held: 0, settled: 0);
        Assert.Equal((0, 0), CountedBy(bank));
        Assert.Equal(Rows.Campaign.Budget, bank.Get(LedgerTables.InternalAccounts, Rows.Budget).Balance);
        Assert.Equal([EventTypes.PaymentCanceled, EventTypes.CouponReleased], ran.Told);
        var again = hold with { PaymentId = Rows.Id<PaymentRow>(2), CouponId = Rows.Coupon.Id };
        Assert.Equal(PaymentState.Authorized, bank.Run(again).Accepted.State);
    }

    [Fact]
    public void What_was_captured_before_a_cancellation_stays_captured()
    {
        var (bank, payment) = Held();
        bank.Run(Capture(payment, 5_00, final: false));

        var ran = bank.Run(Cancel(payment));

        Assert.Equal((PaymentState.Captured, 5_00, null), StateOf(ran.Accepted));
        AssertMoney(bank, available: 95_00, held: 0, settled: 5_00);
        Assert.Equal([EventTypes.PaymentCaptured], ran.Told);
        Assert.True(bank.Get(PaymentTables.Orders, hold.Order).Paid);
    }

    [Fact]
    public void A_hold_ends_by_itself_when_its_time_is_over_and_once()
    {
        var (bank, payment) = Held();
        var early = new ExpirePayment(Rows.World, until.AddTicks(-10), payment);

        Assert.NotNull(bank.Run(early).Rejected);
        var ran = bank.Run(early with { Now = until });

        Assert.Equal((PaymentState.Expired, 0, null), StateOf(ran.Accepted));
        Assert.Equal([EventTypes.PaymentExpired], ran.Told);
        AssertMoney(bank, available: 100_00, held: 0, settled: 0);
        Assert.NotNull(bank.Run(early with { Now = until }).Rejected);
        Assert.False(bank.Get(PaymentTables.Orders, hold.Order).Paid);
    }

    [Fact]
    public void What_holds_nothing_is_neither_captured_nor_canceled()
    {
        var (bank, canceled) = Held();
        bank.Run(Cancel(canceled));
        var direct = bank.Run(
            hold with
            {
                PaymentId = Rows.Id<PaymentRow>(2),
                OrderNo = "order-2",
                HoldUntil = null,
            }
        ).Accepted;
        var failed = bank.Run(
            hold with
            {
                PaymentId = Rows.Id<PaymentRow>(3),
                OrderNo = "order-3",
                Amount = 50_01,
            }
        ).Declined;

        foreach (var payment in new[] { canceled, direct, failed })
        {
            Assert.Equal(ProblemCodes.PaymentNotCapturable, bank.Run(Capture(payment)).Rejected.Code);
            Assert.Equal(ProblemCodes.PaymentNotCancelable, bank.Run(Cancel(payment)).Rejected.Code);
        }
    }

    [Fact]
    public void A_revoked_agreement_and_an_account_out_of_use_still_pay_what_was_held()
    {
        var (bank, payment) = Held();
        var account = bank.Get(AccountTables.Accounts, Rows.Account.Id);
        var agreement = bank.Get(ConsentTables.Agreements, Rows.Agreement.Id);
        bank.Put(AccountTables.Accounts, account with { State = AccountState.PendingActivation })
            .Put(ConsentTables.Agreements, agreement with { State = ConsentState.Revoked });

        Assert.Equal(PaymentState.Captured, bank.Run(Capture(payment, 12_00)).Accepted.State);
    }

    [Fact]
    public void A_frozen_account_pays_what_was_held_and_holds_nothing_more()
    {
        var (bank, payment) = Held();
        Freeze(bank);

        var ran = bank.Run(Capture(payment, 12_00));

        Assert.Equal(PaymentState.Captured, ran.Accepted.State);
        AssertMoney(bank, available: 88_00, held: 0, settled: 12_00);
        Assert.Equal(AccountState.Frozen, bank.Get(AccountTables.Accounts, Rows.Account.Id).State);
        var more = hold with { PaymentId = Rows.Id<PaymentRow>(2), OrderNo = "order-2" };
        Assert.Equal(DeclineCodes.AccountFrozen, bank.Run(more).Declined.DeclineCode);
    }

    [Fact]
    public void What_a_frozen_account_holds_comes_back_to_it()
    {
        var (canceled, payment) = Held();
        Freeze(canceled);
        var (expired, other) = Held();
        Freeze(expired);

        Assert.Equal(PaymentState.Canceled, canceled.Run(Cancel(payment)).Accepted.State);
        Assert.Equal(
            PaymentState.Expired,
            expired.Run(new ExpirePayment(Rows.World, until, other)).Accepted.State
        );
        AssertMoney(canceled, available: 100_00, held: 0, settled: 0);
        AssertMoney(expired, available: 100_00, held: 0, settled: 0);
    }

    [Fact]
    public void Limits_come_back_to_the_year_of_the_hold_and_to_its_day_if_that_is_not_over()
    {
        var newYearsEve = new DateTimeOffset(2026, 12, 31, 23, 0, 0, Rows.Shanghai);
        var bank = NewBank();
        bank.Put(AccountTables.Accounts, Rows.Account with { IdleSince = newYearsEve });
        var payment = bank.Run(hold with { Now = newYearsEve, HoldUntil = newYearsEve.AddDays(7) }).Accepted;
        var nextYear = newYearsEve.AddHours(2);
        bank.Run(
            hold with
            {
                Now = nextYear,
                PaymentId = Rows.Id<PaymentRow>(2),
                OrderNo = "order-2",
                Amount = 3_00,
                HoldUntil = null,
            }
        );

        bank.Run(Cancel(payment) with { Now = nextYear });

        var account = bank.Get(AccountTables.Accounts, Rows.Account.Id);
        var agreement = bank.Get(ConsentTables.Agreements, Rows.Agreement.Id);
        Assert.Equal((3_00, 3_00), (account.DayOutflow, account.YearOutflow));
        Assert.Equal((3_00, 3_00), (agreement.DayPaid, agreement.TotalPaid));
    }

    /// <summary>Commands are not decided in the order of their clocks.</summary>
    [Fact]
    public void A_hold_that_comes_late_is_of_the_day_that_counted_it_and_is_given_back_to_it()
    {
        var tomorrow = Rows.Today.AddDays(1);
        var bank = NewBank(account: Rows.Account with { OutflowDay = tomorrow });

        var payment = bank.Run(hold).Accepted;
        Assert.Equal(tomorrow, payment.BusinessDate);
        Assert.Equal(20_00, bank.Get(AccountTables.Accounts, Rows.Account.Id).DayOutflow);

        bank.Run(Cancel(payment));
        var account = bank.Get(AccountTables.Accounts, Rows.Account.Id);
        var agreement = bank.Get(ConsentTables.Agreements, Rows.Agreement.Id);
        Assert.Equal((tomorrow, 0, 0), (account.OutflowDay, account.DayOutflow, account.YearOutflow));
        Assert.Equal((tomorrow, 0, 0), (agreement.Day, agreement.DayPaid, agreement.TotalPaid));
    }

    [Fact]
    public void A_refund_gives_back_what_was_captured_and_no_more()
    {
        var (bank, payment) = Held(coupon: Rows.Coupon);
        Assert.Equal(ProblemCodes.PaymentNotRefundable, bank.Run(Refund(payment, 1)).Rejected.Code);
        bank.Run(Capture(payment, 16_00));

        Assert.Equal(ProblemCodes.RefundExceedsPayment, bank.Run(Refund(payment, 16_01)).Rejected.Code);
        var refund = bank.Run(Refund(payment, 16_00)).Accepted;

        Assert.Equal(
            (11_00, 5_00, true),
            (refund.CustomerAmount, refund.DiscountAmount, refund.CouponReturned)
        );
        AssertMoney(bank, available: 100_00, held: 0, settled: 0);
        Assert.Equal((0, 0), CountedBy(bank));
    }

    [Fact]
    public void A_refund_of_what_was_captured_without_the_coupon_leaves_the_coupon_alone()
    {
        var (bank, payment) = Held(coupon: Rows.Coupon);
        bank.Run(Capture(payment, 10_00));

        var refund = bank.Run(Refund(payment, 10_00)).Accepted;

        Assert.Equal(
            (10_00, 0, false),
            (refund.CustomerAmount, refund.DiscountAmount, refund.CouponReturned)
        );
    }

    private static void Freeze(MemoryBank bank)
    {
        var account = bank.Get(AccountTables.Accounts, Rows.Account.Id);
        bank.Put(AccountTables.Accounts, account with { State = AccountState.Frozen });
    }

    private static CapturePayment Capture(PaymentRow payment, long? amount = null, bool final = true) =>
        new(Rows.World, Rows.Noon, payment, amount, final);

    private static CancelPayment Cancel(PaymentRow payment) => new(Rows.World, Rows.Noon, payment);

    private static CreateRefund Refund(PaymentRow payment, long amount) =>
        new(Rows.World, Rows.Noon, Rows.Id<RefundRow>(1), payment, amount, Reason: null);

    private static (MemoryBank Bank, PaymentRow Payment) Held(CouponRow? coupon = null)
    {
        var bank = NewBank(coupon: coupon);
        return (bank, bank.Run(hold with { CouponId = coupon?.Id }).Accepted);
    }

    private static MemoryBank NewBank(AccountRow? account = null, CouponRow? coupon = null) =>
        new MemoryBank()
            .Put(AccountTables.Accounts, account ?? Rows.Account)
            .Put(ConsentTables.Agreements, Rows.Agreement)
            .Put(CouponTables.Coupons, coupon ?? Rows.Coupon)
            .Put(LedgerTables.InternalAccounts, Rows.Holds(Rows.Budget, Rows.Campaign.Budget));

    private static (PaymentState, long?, long?) StateOf(PaymentRow payment) =>
        (payment.State, payment.Captured, payment.Held);

    /// <summary>What counts for the account's year and for the agreement.</summary>
    private static (long, long) CountedBy(MemoryBank bank) =>
        (
            bank.Get(AccountTables.Accounts, Rows.Account.Id).YearOutflow,
            bank.Get(ConsentTables.Agreements, Rows.Agreement.Id).TotalPaid
        );

    private static void AssertMoney(MemoryBank bank, long available, long held, long settled)
    {
        var account = bank.Get(AccountTables.Accounts, Rows.Account.Id);
        Assert.Equal((available, held), (account.Available, account.Held));
        Assert.Equal(settled, bank.Find(LedgerTables.InternalAccounts, Rows.Settlement)?.Balance ?? 0);
    }
}
