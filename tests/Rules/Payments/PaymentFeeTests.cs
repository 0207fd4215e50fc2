using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;

namespace OpenBanking.Tests.Rules.Payments;

/// <summary>0.60 %, at least 0.10: what the bank takes when money is captured, and gives back.</summary>
public class PaymentFeeTests
{
    private static readonly CreatePayment pay = new(
        Rows.World,
        Rows.Noon,
        Rows.Payment.Id,
        Rows.Agreement,
        "order-1",
        Amount: 40_00,
        CouponId: null,
        Description: null
    )
    {
        FeeRuleId = Rows.FeeRule.Id,
    };

    private readonly MemoryBank bank = new MemoryBank()
        .Put(AccountTables.Accounts, Rows.Account)
        .Put(ConsentTables.Agreements, Rows.Agreement)
        .Put(FeeTables.Rules, Rows.FeeRule);

    [Fact]
    public void The_partner_gets_the_price_less_the_fee_and_the_customer_pays_the_price()
    {
        var payment = bank.Run(pay).Accepted;

        Assert.Equal((24, null), (payment.Fee, payment.FeeRefunded));
        Assert.Equal((39_76, 24), (Balance(Rows.Settlement), Balance(Rows.FeeIncome)));
        Assert.Equal(60_00, bank.Get(AccountTables.Accounts, Rows.Account.Id).Available);
    }

    [Fact]
    public void A_payment_that_fails_costs_nothing()
    {
        var payment = bank.Run(pay with { Amount = 60_00 }).Declined;

        Assert.Null(payment.Fee);
    }

    [Fact]
    public void Several_captures_pay_the_minimum_once()
    {
        var held = bank.Run(pay with { HoldUntil = Rows.Noon.AddDays(1) }).Accepted;
        Assert.Null(held.Fee);

        var fees = new List<long?>();
        foreach (var amount in (long[])[5, 9_95, 10_00])
        {
            fees.Add(bank.Run(Capture(held, amount)).Accepted.Fee);
        }

        Assert.Equal([5, 10, 12], fees);
        Assert.Equal((19_88, 12), (Balance(Rows.Settlement), Balance(Rows.FeeIncome)));
    }

    [Fact]
    public void A_hold_that_is_given_back_costs_what_was_captured_of_it()
    {
        var held = bank.Run(pay with { HoldUntil = Rows.Noon.AddDays(1) }).Accepted;
        bank.Run(Capture(held, 20_00));

        var ended = bank.Run(new CancelPayment(Rows.World, Rows.Noon, held)).Accepted;

        Assert.Equal((PaymentState.Captured, 12), (ended.State, ended.Fee));
        Assert.Equal(12, Balance(Rows.FeeIncome));
    }

    [Fact]
    public void A_refund_gives_the_fee_back_in_proportion_and_the_rest_with_the_last()
    {
        var payment = bank.Run(pay).Accepted;

        var first = bank.Run(Refund(payment, 10_01)).Accepted;
        Assert.Equal((6, 18), (first.Fee, Balance(Rows.FeeIncome)));
        Assert.Equal(29_81, Balance(Rows.Settlement));

        var rest = bank.Run(Refund(payment, null, number: 2)).Accepted;
        Assert.Equal((18, 0, 0), (rest.Fee, Balance(Rows.FeeIncome), Balance(Rows.Settlement)));
        Assert.Equal(24, bank.Get(PaymentTables.Payments, payment.Id).FeeRefunded);
    }

    [Fact]
    public void Where_the_fee_is_kept_the_partner_gives_back_more_than_it_got()
    {
        bank.Put(FeeTables.Rules, Rows.FeeRule with { Refunded = false });
        var payment = bank.Run(pay).Accepted;

        Assert.Equal(ProblemCodes.InsufficientPartnerBalance, bank.Run(Refund(payment, null)).Rejected.Code);
        var refund = bank.Run(Refund(payment, 39_76)).Accepted;

        Assert.Equal((0, 24, 0), (refund.Fee, Balance(Rows.FeeIncome), Balance(Rows.Settlement)));
    }

    private static CapturePayment Capture(PaymentRow held, long amount) =>
        new(Rows.World, Rows.Noon, held, amount, Final: false);

    private static CreateRefund Refund(PaymentRow payment, long? amount, int number = 1) =>
        new(Rows.World, Rows.Noon, Rows.Id<RefundRow>(number), payment, amount, Reason: null);

    private long Balance(InternalAccountKey account) =>
        bank.Find(LedgerTables.InternalAccounts, account)?.Balance ?? 0;
}
