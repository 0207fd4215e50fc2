using OpenBanking.Server.Accounts;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;

namespace OpenBanking.Tests.Rules.Confirmations;

public class ConfirmRulesTests
{
    private static readonly ConfirmationRow asked = ConfirmationBank.Asked;
    private static readonly byte[] code = [7, 8, 9];

    [Fact]
    public void With_the_right_PIN_it_is_paid_from_the_account_that_was_chosen()
    {
        var bank = ConfirmationBank.New();
        var row = bank.Ask();

        var ran = bank.Run(ConfirmationBank.Confirm(row));

        Assert.Equal(ConfirmOutcome.Paid, ran.Accepted.Outcome);
        var payment = bank.Get(PaymentTables.Payments, row.PaymentId);
        Assert.Equal(
            (PaymentState.Captured, Rows.Customer.Id, true),
            (payment.State, payment.CustomerId, payment.Confirmed)
        );
        Assert.Equal(80_00, bank.Get(AccountTables.Accounts, Rows.Account.Id).Available);
        Assert.Equal(20_00, bank.Get(LedgerTables.InternalAccounts, Rows.Settlement).Balance);
        Assert.Equal([EventTypes.PaymentCaptured], ran.Told);
        Assert.Equal(2, ran.Events[0].Sequence);
        Assert.Equal(1, bank.Get(PaymentTables.Orders, new(asked.AppId, asked.OrderNo)).Attempts);
    }

    [Fact]
    public void It_is_paid_once_however_often_it_is_confirmed()
    {
        var bank = ConfirmationBank.New();
        var row = bank.Ask();
        bank.Run(ConfirmationBank.Confirm(row));

        Assert.Equal(ConfirmationRules.Refusals.Over, bank.Run(ConfirmationBank.Confirm(row)).Rejected.Code);
        Assert.Equal(
            ProblemCodes.PaymentNotCancelable,
            bank.Run(new CancelConfirmation(Rows.World, Rows.Noon, row)).Rejected.Code
        );
        Assert.Equal(80_00, bank.Get(AccountTables.Accounts, Rows.Account.Id).Available);
    }

    [Fact]
    public void What_was_taken_back_or_has_expired_is_not_paid()
    {
        var bank = ConfirmationBank.New();
        var row = bank.Ask();

        Assert.Equal(
            ConfirmationRules.Refusals.Over,
            bank.Run(ConfirmationBank.Confirm(row) with { Now = row.ExpiresAt }).Rejected.Code
        );
        bank.Run(new CancelConfirmation(Rows.World, Rows.Noon, row));
        Assert.Equal(ConfirmationRules.Refusals.Over, bank.Run(ConfirmationBank.Confirm(row)).Rejected.Code);
    }

    [Fact]
    public void What_is_not_what_the_customer_saw_is_not_paid()
    {
        var bank = ConfirmationBank.New();
        var row = bank.Ask();
        var seen = ConfirmationRules.DigestOf(row with { Amount = 2_00 }, Rows.App.Name);

        Assert.Equal(
            ConfirmationRules.Refusals.Changed,
            bank.Run(ConfirmationBank.Confirm(row) with { Digest = seen }).Rejected.Code
        );
    }

    [Fact]
    public void Nobody_pays_for_another_customer_or_from_anothers_account()
    {
        var bank = ConfirmationBank.New();
        var row = bank.Ask(asked with { CustomerId = Rows.Id<CustomerRow>(2) });
        Assert.Equal(
            ConfirmationRules.Refusals.OfAnother,
            bank.Run(ConfirmationBank.Confirm(row)).Rejected.Code
        );

        bank = ConfirmationBank.New(Rows.Account with { CustomerId = Rows.Id<CustomerRow>(2) });
        row = bank.Ask();
        Assert.Equal(
            ConfirmationRules.Refusals.OfAnother,
            bank.Run(ConfirmationBank.Confirm(row)).Rejected.Code
        );
    }

    [Fact]
    public void A_wrong_PIN_is_counted_and_the_fifth_locks_it()
    {
        var bank = ConfirmationBank.New();
        var wrong = ConfirmationBank.Confirm(bank.Ask()) with { PinHash = ConfirmationBank.WrongPin };

        for (var i = 1; i < PinRules.MostFailures; i++)
        {
            Assert.Equal(ConfirmOutcome.PinWrong, bank.Run(wrong).Declined.Outcome);
        }

        Assert.Equal(ConfirmOutcome.PinLocked, bank.Run(wrong).Declined.Outcome);
        Assert.Equal(
            ConfirmOutcome.PinLocked,
            bank.Run(wrong with { PinHash = ConfirmationBank.Pin }).Declined.Outcome
        );
        Assert.Empty(bank.All(PaymentTables.Payments));
    }

    [Theory]
    [InlineData(19_99, DeclineCodes.InsufficientFunds)]
    [InlineData(100_00, DeclineCodes.AccountPerPaymentLimit)]
    public void An_account_that_cannot_pay_leaves_it_waiting_for_another_one(long available, string decline)
    {
        var bank = ConfirmationBank.New(
            Rows.Account with
            {
                Available = available,
                PaymentLimit = decline == DeclineCodes.AccountPerPaymentLimit ? 10_00 : null,
            }
        );
        var row = bank.Ask();

        var ran = bank.Run(ConfirmationBank.Confirm(row));

        Assert.Equal(new ConfirmResult(ConfirmOutcome.NotFromHere, decline), ran.Declined);
        Assert.Empty(ran.Events);
        var other = Rows.Account with { Id = Rows.Id<AccountRow>(2) };
        bank.Put(AccountTables.Accounts, other);
        Assert.Equal(
            ConfirmOutcome.Paid,
            bank.Run(ConfirmationBank.Confirm(row) with { Account = other }).Accepted.Outcome
        );
    }

    [Fact]
    public void A_coupon_that_was_used_meanwhile_makes_it_fail()
    {
        var bank = ConfirmationBank.New();
        var row = bank.Ask(asked with { CouponId = Rows.Coupon.Id });
        bank.Put(CouponTables.Coupons, Rows.Coupon with { State = CouponState.Redeemed });

        var ran = bank.Run(ConfirmationBank.Confirm(row));

        Assert.Equal(
            new ConfirmResult(ConfirmOutcome.Failed, DeclineCodes.CouponAlreadyRedeemed),
            ran.Declined
        );
        Assert.Equal([EventTypes.PaymentFailed], ran.Told);
        Assert.Equal(100_00, bank.Get(AccountTables.Accounts, Rows.Account.Id).Available);
    }

    [Fact]
    public void A_payment_to_be_held_is_held_and_then_is_a_hold_like_any_other()
    {
        var bank = ConfirmationBank.New();
        var row = bank.Ask(asked with { Manual = true, CouponId = Rows.Coupon.Id });

        var ran = bank.Run(ConfirmationBank.Confirm(row));

        Assert.Equal([EventTypes.PaymentAuthorized, EventTypes.CouponHeld], ran.Told);
        var held = bank.Get(PaymentTables.Payments, row.PaymentId);
        Assert.Equal((PaymentState.Authorized, Rows.Noon.AddDays(7)), (held.State, held.ExpiresAt));
        var captured = bank.Run(
            new CapturePayment(Rows.World, Rows.Noon, held, Amount: 16_00, Final: true)
        ).Accepted;
        Assert.Equal((16_00, 5_00), (captured.Amount, captured.Discount));
        bank.Run(new CreateRefund(Rows.World, Rows.Noon, Rows.Id<RefundRow>(1), captured, null, null));
        var agreement = bank.Get(ConsentTables.Agreements, held.AgreementId);
        Assert.Equal((0, 0), (agreement.DayPaid, agreement.TotalPaid));
        Assert.Equal(100_00, bank.Get(AccountTables.Accounts, Rows.Account.Id).Available);
    }

    [Fact]
    public void Nothing_else_is_paid_under_what_was_confirmed()
    {
        var bank = ConfirmationBank.New();
        var row = bank.Ask();
        bank.Run(ConfirmationBank.Confirm(row));
        var agreement = bank.Get(ConsentTables.Agreements, new(row.PaymentId.Value));

        Assert.Equal(
            ProblemCodes.AgreementNotActive,
            bank.Run(
                new CreatePayment(
                    Rows.World,
                    Rows.Noon,
                    Rows.Id<PaymentRow>(2),
                    agreement,
                    "order-2",
                    1_00,
                    CouponId: null,
                    Description: null
                )
            ).Rejected.Code
        );
    }

    [Theory]
    [InlineData(1_000_00, false)]
    [InlineData(1_000_01, true)]
    public void Above_a_thousand_yuan_a_code_is_needed(long amount, bool needed)
    {
        var bank = ConfirmationBank.New(Rows.Account with { Available = 5_000_00 });
        var row = bank.Ask(asked with { Amount = amount, CustomerAmount = amount });

        var ran = bank.Run(ConfirmationBank.Confirm(row));

        Assert.Equal(
            needed ? ConfirmationRules.Refusals.CodeNeeded : null,
            (ran.Decision as Rejected<ConfirmResult>)?.Refusal.Code
        );
    }

    [Fact]
    public void The_right_code_pays_and_a_wrong_one_is_counted()
    {
        var (bank, row) = WithCode();
        var confirm = ConfirmationBank.Confirm(row);

        Assert.Equal(
            ConfirmOutcome.CodeWrong,
            bank.Run(confirm with { Code = new(row.CodeId!.Value, "mobile", [0]) }).Declined.Outcome
        );
        Assert.Equal(1, bank.Get(CustomerTables.OneTimeCodes, row.CodeId.Value).Failures);
        Assert.Equal(
            ConfirmOutcome.Paid,
            bank.Run(confirm with { Code = new(row.CodeId.Value, "mobile", code) }).Accepted.Outcome
        );
    }

    [Fact]
    public void A_code_is_not_looked_at_before_the_PIN_is_right()
    {
        var (bank, row) = WithCode();

        var ran = bank.Run(
            ConfirmationBank.Confirm(row) with
            {
                PinHash = ConfirmationBank.WrongPin,
                Code = new(row.CodeId!.Value, "mobile", code),
            }
        );

        Assert.Equal(ConfirmOutcome.PinWrong, ran.Declined.Outcome);
        Assert.False(bank.Get(CustomerTables.OneTimeCodes, row.CodeId.Value).Used);
    }

    [Fact]
    public void Only_the_newest_code_counts_and_only_for_the_number_it_went_to()
    {
        var (bank, first) = WithCode();
        var confirm = ConfirmationBank.Confirm(first);
        var entered = new EnteredCode(first.CodeId!.Value, "another", code);
        Assert.Equal(ConfirmOutcome.CodeOver, bank.Run(confirm with { Code = entered }).Declined.Outcome);

        SendCode(bank, first, 2, Rows.Noon.AddMinutes(1));

        Assert.Equal(
            ConfirmOutcome.CodeOver,
            bank.Run(confirm with { Code = entered with { MobileIndex = "mobile" } }).Declined.Outcome
        );
    }

    [Fact]
    public void No_code_is_sent_for_what_is_over_or_anothers()
    {
        var bank = ConfirmationBank.New();
        var row = bank.Ask(asked with { CustomerId = Rows.Id<CustomerRow>(2) });

        Assert.Equal(
            ConfirmationRules.Refusals.OfAnother,
            bank.Run(NewCode(row, 1, Rows.Noon)).Rejected.Code
        );
        Assert.Equal(ConfirmationRules.Refusals.Over, bank.Run(NewCode(row, 1, row.ExpiresAt)).Rejected.Code);
    }

    private static (MemoryBank Bank, ConfirmationRow Row) WithCode()
    {
        var bank = ConfirmationBank.New(Rows.Account with { Available = 5_000_00 });
        var row = bank.Ask(asked with { Amount = 2_000_00, CustomerAmount = 2_000_00 });
        return (bank, SendCode(bank, row, 1, Rows.Noon));
    }

    private static ConfirmationRow SendCode(
        MemoryBank bank,
        ConfirmationRow row,
        int number,
        DateTimeOffset now
    )
    {
        _ = bank.Run(NewCode(row, number, now)).Accepted;
        return bank.Get(ConfirmationTables.Confirmations, new(row.PaymentId));
    }

    private static SendConfirmationCode NewCode(ConfirmationRow row, int number, DateTimeOffset now) =>
        new(
            Rows.World,
            now,
            row,
            Rows.Customer.Id,
            new(Rows.Id<OneTimeCodeRow>(number), Rows.Id<IntentRow>(number), "mobile", code, Rows.Sealed, now)
        );
}
