using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;

namespace OpenBanking.Tests.Rules.Payments;

/// <summary>Captures that come once the time of a hold is over.</summary>
public class LateCaptureTests
{
    private static readonly DateTimeOffset until = Rows.Noon.AddDays(7);

    private readonly MemoryBank bank = new MemoryBank()
        .Put(AccountTables.Accounts, Rows.Account)
        .Put(ConsentTables.Agreements, Rows.Agreement);

    [Fact]
    public void What_comes_too_late_is_refused_whether_or_not_the_hold_was_ended_yet()
    {
        var payment = bank.Run(Hold(1)).Accepted;

        Assert.Equal(ProblemCodes.AuthorizationExpired, CaptureLate(payment));
        bank.Run(new ExpirePayment(Rows.World, until, payment));
        Assert.Equal(ProblemCodes.AuthorizationExpired, CaptureLate(payment));
        Assert.Equal(ProblemCodes.PaymentNotCancelable, bank.Run(Cancel(payment)).Rejected.Code);
    }

    [Fact]
    public void So_is_what_would_be_one_more_part()
    {
        var payment = bank.Run(Hold(1)).Accepted;
        bank.Run(Capture(payment) with { Amount = 5_00, Final = false });

        Assert.Equal(ProblemCodes.AuthorizationExpired, CaptureLate(payment));
        bank.Run(new ExpirePayment(Rows.World, until, payment));
        Assert.Equal(ProblemCodes.AuthorizationExpired, CaptureLate(payment));
    }

    /// <summary>Only an order of which nothing was captured may be tried again.</summary>
    [Fact]
    public void It_is_said_what_the_customer_has_again_and_whether_the_order_may_be_tried_again()
    {
        var whole = bank.Run(Hold(1)).Accepted;
        var part = bank.Run(Hold(2)).Accepted;
        bank.Run(Capture(part) with { Amount = 5_00, Final = false });

        AssertDetails();
        bank.Run(new ExpirePayment(Rows.World, until, whole));
        bank.Run(new ExpirePayment(Rows.World, until, part));
        AssertDetails();

        void AssertDetails()
        {
            Assert.Contains("Try the order with a new attempt", Late(whole).Detail);
            var detail = Late(part).Detail!;
            Assert.Contains("5.00 CNY was captured and stays yours", detail);
            Assert.Contains("no new attempt", detail);
        }
    }

    [Fact]
    public void What_was_captured_and_refunded_since_is_not_said_to_stay()
    {
        var payment = bank.Run(Hold(1)).Accepted;
        bank.Run(Capture(payment) with { Amount = 5_00, Final = false });
        bank.Run(new ExpirePayment(Rows.World, until, payment));

        Refund(1, 2_00);
        Assert.Contains("5.00 CNY was captured, of which 2.00 CNY was refunded since", Late(payment).Detail);
        Refund(2, 3_00);
        Assert.Contains("5.00 CNY was captured, and was refunded since", Late(payment).Detail);

        void Refund(int number, long amount) =>
            Assert.Equal(
                amount,
                bank.Run(
                    new CreateRefund(
                        Rows.World,
                        until,
                        Rows.Id<RefundRow>(number),
                        bank.Get(PaymentTables.Payments, payment.Id),
                        amount,
                        Reason: null
                    )
                ).Accepted.Amount
            );
    }

    [Fact]
    public void What_was_captured_whole_canceled_or_never_held_is_not_said_to_have_expired()
    {
        var captured = bank.Run(Hold(1)).Accepted;
        bank.Run(Capture(captured));
        var canceled = bank.Run(Hold(2)).Accepted;
        bank.Run(Cancel(canceled));
        var failed = bank.Run(Hold(3) with { Amount = 50_01 }).Declined;

        foreach (var payment in new[] { captured, canceled, failed })
        {
            Assert.Equal(ProblemCodes.PaymentNotCapturable, CaptureLate(payment));
        }
    }

    private string CaptureLate(PaymentRow payment) => Late(payment).Code;

    private Refusal Late(PaymentRow payment) => bank.Run(Capture(payment) with { Now = until }).Rejected;

    private static CreatePayment Hold(int number) =>
        new(
            Rows.World,
            Rows.Noon,
            Rows.Id<PaymentRow>(number),
            Rows.Agreement,
            $"order-{number}",
            Amount: 20_00,
            CouponId: null,
            Description: null,
            until
        );

    private static CapturePayment Capture(PaymentRow payment) =>
        new(Rows.World, Rows.Noon, payment, Amount: null, Final: true);

    private static CancelPayment Cancel(PaymentRow payment) => new(Rows.World, Rows.Noon, payment);
}
