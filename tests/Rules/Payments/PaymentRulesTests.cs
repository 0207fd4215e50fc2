using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Rules.Payments;

public class PaymentRulesTests
{
    private const long Price = 20_00;

    private static readonly CreatePayment pay = new(
        Rows.World,
        Rows.Noon,
        Rows.Payment.Id,
        Rows.Agreement,
        "order-1",
        Price,
        CouponId: null,
        Description: "One month"
    );

    private static readonly CreatePayment payWithCoupon = pay with { CouponId = Rows.Coupon.Id };

    [Fact]
    public void A_payment_moves_the_price_from_the_customer_to_the_partner()
    {
        var bank = BankWithMoney();

        var ran = bank.Run(pay);

        Assert.Equal(Rows.Payment with { Description = "One month" }, ran.Accepted);
        Assert.Equal(80_00, bank.Get(AccountTables.Accounts, Rows.Account.Id).Available);
        Assert.Equal(Price, bank.Get(LedgerTables.InternalAccounts, Rows.Settlement).Balance);
        Assert.Equal([EventTypes.PaymentCaptured], ran.Told);
    }

    [Fact]
    public void With_a_coupon_the_campaign_pays_its_part_and_the_coupon_is_used_up()
    {
        var bank = BankWithMoney();

        var ran = bank.Run(payWithCoupon);

        Assert.Equal((5_00, 15_00), (ran.Accepted.Discount, ran.Accepted.CustomerAmount));
        Assert.Equal(85_00, bank.Get(AccountTables.Accounts, Rows.Account.Id).Available);
        Assert.Equal(495_00, bank.Get(LedgerTables.InternalAccounts, Rows.Budget).Balance);
        Assert.Equal(Price, bank.Get(LedgerTables.InternalAccounts, Rows.Settlement).Balance);
        Assert.Equal(Rows.Payment.Id, bank.Get(CouponTables.Coupons, Rows.Coupon.Id).PaymentId);
        Assert.Equal([EventTypes.PaymentCaptured, EventTypes.CouponRedeemed], ran.Told);
    }

    /// <summary>Commands are not decided in the order of their clocks.</summary>
    [Fact]
    public void A_payment_that_comes_late_is_of_the_day_that_counted_it_and_is_given_back_to_it()
    {
        var tomorrow = Rows.Today.AddDays(1);
        var bank = BankWithMoney(Rows.Account with { OutflowDay = tomorrow });

        var payment = bank.Run(pay).Accepted;
        Assert.Equal(tomorrow, payment.BusinessDate);
        Assert.Equal(Price, bank.Get(AccountTables.Accounts, Rows.Account.Id).DayOutflow);

        bank.Run(
            new CreateRefund(
                Rows.World,
                Rows.Noon,
                Rows.Id<RefundRow>(1),
                payment,
                Amount: null,
                Reason: null
            )
        );
        var account = bank.Get(AccountTables.Accounts, Rows.Account.Id);
        var agreement = bank.Get(ConsentTables.Agreements, Rows.Agreement.Id);
        Assert.Equal((tomorrow, 0, 0), (account.OutflowDay, account.DayOutflow, account.YearOutflow));
        Assert.Equal((tomorrow, 0, 0), (agreement.Day, agreement.DayPaid, agreement.TotalPaid));
    }

    /// <summary>What it counts for is of the day that has begun; whether the account sleeps is of its own clock.</summary>
    [Fact]
    public void A_payment_that_comes_late_finds_an_account_awake_that_was_not_due_yet()
    {
        var midnight = BusinessCalendar.StartOf(Rows.Today);
        var bank = BankWithMoney(
            Rows.Account with
            {
                OpenedAt = midnight.AddYears(-1),
                MovedAt = AccountFreezeRules.IdleBefore(midnight),
                OutflowDay = Rows.Today,
            }
        );

        var payment = bank.Run(pay with { Now = midnight.AddTicks(-1) }).Accepted;

        Assert.Equal((null, Rows.Today), (payment.DeclineCode, payment.BusinessDate));
    }

    [Fact]
    public void The_event_names_the_payment_its_order_and_the_customer()
    {
        var told = Assert.Single(BankWithMoney().Run(pay).Events);

        Assert.Equal(
            [
                EventSubject.Of("payment_id", Rows.Payment.Id),
                EventSubject.Of("order_no", "order-1"),
                EventSubject.Of("customer_id", Rows.Customer.Id),
            ],
            told.Subjects
        );
        Assert.Equal((Rows.App.Id.Value, 1, "captured"), (told.AppId, told.Sequence, told.Status));
    }

    [Fact]
    public void Only_the_customers_part_counts_for_the_limits()
    {
        var bank = BankWithMoney();

        bank.Run(payWithCoupon);

        var account = bank.Get(AccountTables.Accounts, Rows.Account.Id);
        var agreement = bank.Get(ConsentTables.Agreements, Rows.Agreement.Id);
        Assert.Equal((15_00, 15_00), (account.DayOutflow, account.YearOutflow));
        Assert.Equal((15_00, 15_00), (agreement.DayPaid, agreement.TotalPaid));
    }

    [Fact]
    public void A_coupon_that_covers_the_whole_price_leaves_the_customer_nothing_to_pay()
    {
        var bank = BankWithMoney(coupon: Rows.Coupon with { Threshold = 0 });

        var ran = bank.Run(payWithCoupon with { Amount = 4_00 });

        Assert.Equal((4_00, 0), (ran.Accepted.Discount, ran.Accepted.CustomerAmount));
        Assert.Equal(100_00, bank.Get(AccountTables.Accounts, Rows.Account.Id).Available);
        Assert.Equal(2, bank.All(LedgerTables.Entries).Count());
    }

    [Fact]
    public void An_agreement_that_was_revoked_or_has_expired_pays_nothing()
    {
        var revoked = BankWithMoney(agreement: Rows.Agreement with { State = ConsentState.Revoked });
        var expired = BankWithMoney(agreement: Rows.Agreement with { ExpiresAt = Rows.Noon });

        Assert.Equal(ProblemCodes.AgreementNotActive, revoked.Run(pay).Rejected.Code);
        Assert.Equal(ProblemCodes.AgreementNotActive, expired.Run(pay).Rejected.Code);
    }

    /// <summary>By hand, in the store: the account that it was read with is the only one at hand.</summary>
    [Fact]
    public void An_agreement_that_was_given_to_another_account_meanwhile_pays_nothing()
    {
        var bank = BankWithMoney(agreement: Rows.Agreement with { AccountId = Rows.Id<AccountRow>(2) });

        Assert.Equal(ProblemCodes.AgreementNotActive, bank.Run(pay).Rejected.Code);
    }

    [Fact]
    public void The_agreement_counts_as_it_is_now_not_as_it_was_read_before()
    {
        var bank = BankWithMoney(agreement: Rows.Agreement with { State = ConsentState.Revoked });

        Assert.Equal(
            ProblemCodes.AgreementNotActive,
            bank.Run(pay with { Agreement = Rows.Agreement }).Rejected.Code
        );
    }

    [Fact]
    public void An_order_is_paid_once()
    {
        var bank = BankWithMoney();
        bank.Run(pay);

        var again = pay with { PaymentId = Rows.Id<PaymentRow>(2) };

        Assert.Equal(ProblemCodes.OrderAlreadyPaid, bank.Run(again).Rejected.Code);
        Assert.NotNull(bank.Run(again with { OrderNo = "order-2" }).Accepted);
    }

    [Fact]
    public void A_declined_order_may_be_tried_again_and_counts_its_attempts()
    {
        var bank = BankWithMoney();

        bank.Run(pay with { Amount = 50_01 });
        bank.Run(pay with { PaymentId = Rows.Id<PaymentRow>(2) });

        var order = bank.Get(PaymentTables.Orders, pay.Order);
        Assert.Equal((2, Rows.Id<PaymentRow>(2), true), (order.Attempts, order.LastPaymentId, order.Paid));
    }

    public static TheoryData<string, MemoryBankRows, long> Declines =>
        new()
        {
            { DeclineCodes.AgreementPerPaymentLimit, new(), 50_01 },
            {
                DeclineCodes.AgreementDailyLimit,
                new() { Agreement = Rows.Agreement with { DayPaid = 180_01 } },
                Price
            },
            {
                DeclineCodes.AgreementTotalLimit,
                new() { Agreement = Rows.Agreement with { TotalPaid = 980_01 } },
                Price
            },
            {
                DeclineCodes.AccountNotActive,
                new() { Account = Rows.Account with { State = AccountState.PendingActivation } },
                Price
            },
            {
                DeclineCodes.AccountDailyLimit,
                new() { Account = Rows.Account with { DayOutflow = 9_980_01 } },
                Price
            },
            {
                DeclineCodes.AccountYearlyLimit,
                new() { Account = Rows.Account with { YearOutflow = 199_980_01 } },
                Price
            },
            {
                DeclineCodes.InsufficientFunds,
                new() { Account = Rows.Account with { Available = Price - 1 } },
                Price
            },
        };

    [Theory]
    [MemberData(nameof(Declines))]
    public void A_payment_that_is_declined_says_why_and_moves_nothing(
        string code,
        MemoryBankRows rows,
        long price
    )
    {
        var bank = rows.ToBank();

        var ran = bank.Run(pay with { Amount = price });

        Assert.Equal((PaymentState.Failed, code), (ran.Declined.State, ran.Declined.DeclineCode));
        AssertNothingMoved(bank, rows, ran);
    }

    public static TheoryData<string, MemoryBankRows, long> CouponDeclines =>
        new()
        {
            {
                DeclineCodes.CouponNotFound,
                new() { Coupon = Rows.Coupon with { CustomerId = Rows.Id<CustomerRow>(2) } },
                Price
            },
            {
                DeclineCodes.CouponAlreadyRedeemed,
                new()
                {
                    Coupon = Rows.Coupon with
                    {
                        State = CouponState.Redeemed,
                        PaymentId = Rows.Id<PaymentRow>(9),
                    },
                },
                Price
            },
            {
                DeclineCodes.CouponExpired,
                new() { Coupon = Rows.Coupon with { ValidUntil = Rows.Noon } },
                Price
            },
            { DeclineCodes.CouponBelowThreshold, new(), 14_99 },
        };

    [Theory]
    [MemberData(nameof(CouponDeclines))]
    public void A_coupon_that_cannot_be_used_declines_the_payment_and_stays_as_it_was(
        string code,
        MemoryBankRows rows,
        long price
    )
    {
        var bank = rows.ToBank();

        var ran = bank.Run(payWithCoupon with { Amount = price });

        Assert.Equal(code, ran.Declined.DeclineCode);
        Assert.Equal((0, null), (ran.Declined.Discount, ran.Declined.CampaignId));
        AssertNothingMoved(bank, rows, ran);
    }

    [Fact]
    public void A_coupon_nobody_has_declines_the_payment()
    {
        var ran = BankWithMoney().Run(pay with { CouponId = Rows.Id<CouponRow>(9) });

        Assert.Equal(DeclineCodes.CouponNotFound, ran.Declined.DeclineCode);
    }

    [Fact]
    public void The_discount_is_taken_off_before_limits_and_funds_are_looked_at()
    {
        var bank = BankWithMoney(account: Rows.Account with { Available = 15_00 });

        Assert.NotNull(bank.Run(payWithCoupon).Accepted);
    }

    [Fact]
    public void A_payment_counts_for_its_day_in_Shanghai()
    {
        var lateInUtc = new DateTimeOffset(2026, 6, 15, 16, 0, 0, TimeSpan.Zero);

        var ran = BankWithMoney().Run(pay with { Now = lateInUtc });

        Assert.Equal(new DateOnly(2026, 6, 16), ran.Accepted.BusinessDate);
    }

    internal static MemoryBank BankWithMoney(
        AccountRow? account = null,
        AgreementRow? agreement = null,
        CouponRow? coupon = null
    ) =>
        new MemoryBankRows
        {
            Account = account ?? Rows.Account,
            Agreement = agreement ?? Rows.Agreement,
            Coupon = coupon ?? Rows.Coupon,
        }.ToBank();

    private static void AssertNothingMoved(MemoryBank bank, MemoryBankRows rows, Ran<PaymentRow> ran)
    {
        Assert.Empty(bank.All(LedgerTables.Entries));
        Assert.Equal(rows.Account, bank.Get(AccountTables.Accounts, Rows.Account.Id));
        Assert.Equal(rows.Agreement, bank.Get(ConsentTables.Agreements, Rows.Agreement.Id));
        Assert.Equal(rows.Coupon, bank.Get(CouponTables.Coupons, Rows.Coupon.Id));
        Assert.Equal(
            (1, false),
            (
                bank.Get(PaymentTables.Orders, pay.Order).Attempts,
                bank.Get(PaymentTables.Orders, pay.Order).Paid
            )
        );
        var told = Assert.Single(ran.Events);
        Assert.Equal((EventTypes.PaymentFailed, "failed"), (told.Type, told.Status));
        Assert.Contains(EventSubject.Of("decline_code", ran.Declined.DeclineCode!), told.Subjects);
    }

    /// <summary>What a payment is decided on.</summary>
    public sealed record MemoryBankRows
    {
        public AccountRow Account { get; init; } = Rows.Account;

        public AgreementRow Agreement { get; init; } = Rows.Agreement;

        public CouponRow Coupon { get; init; } = Rows.Coupon;

        internal MemoryBank ToBank() =>
            new MemoryBank()
                .Put(AccountTables.Accounts, Account)
                .Put(ConsentTables.Agreements, Agreement)
                .Put(CouponTables.Coupons, Coupon)
                .Put(LedgerTables.InternalAccounts, Rows.Holds(Rows.Budget, Rows.Campaign.Budget));
    }
}
