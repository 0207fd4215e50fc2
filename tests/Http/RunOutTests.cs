using OpenBanking.Server.Engine;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>From the instant a payment runs out it stands in nobody's way, though nothing that ends payments has come by
/// yet.</summary>
public sealed class RunOutTests(SharedServer shared) : PayingCustomerTests(shared)
{
    private TestPartner Partner => Client.Partner;

    private PaymentsClient Payments => Partner.Client.Payments;

    [Fact]
    public async Task The_order_of_a_hold_may_be_tried_again()
    {
        var held = await PayAsync(CaptureMethod.Manual, Customer.AgreementId);

        await RunOutAsync();

        var again = await PayAsync(CaptureMethod.Automatic, Customer.AgreementId, attempt: 2);
        Assert.Equal(PaymentStatus.Captured, again.Status);
        Assert.Equal(PaymentStatus.Expired, (await Payments.GetAsync(held.Id)).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task So_may_that_of_a_payment_which_nobody_confirmed(bool byAgreement)
    {
        var waiting = await PayAsync(CaptureMethod.Automatic, agreement: null);

        await RunOutAsync();

        var again = await PayAsync(
            CaptureMethod.Automatic,
            byAgreement ? Customer.AgreementId : null,
            attempt: 2
        );
        Assert.Equal(byAgreement ? PaymentStatus.Captured : PaymentStatus.RequiresAction, again.Status);
        Assert.Equal(PaymentStatus.Expired, (await Payments.GetAsync(waiting.Id)).Status);
    }

    [Fact]
    public async Task What_was_captured_of_a_hold_is_given_back()
    {
        var held = await PayAsync(CaptureMethod.Manual, Customer.AgreementId);
        await Payments.CaptureAsync(
            held.Id,
            new CapturePaymentRequest { Amount = Money.Yuan(3), Final = false },
            IdempotencyKey.FromOrder("order-1", "capture")
        );

        await RunOutAsync();

        var refund = await Partner.Client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = held.Id },
            IdempotencyKey.FromOrder("order-1", "refund")
        );
        Assert.Equal(Money.Yuan(3), refund.Amount);
        Assert.Equal(PaymentStatus.Refunded, (await Payments.GetAsync(held.Id)).Status);
    }

    [Fact]
    public async Task What_has_not_run_out_stays()
    {
        var held = await PayAsync(CaptureMethod.Manual, Customer.AgreementId);

        var refused = await Assert.ThrowsAsync<OpenBankingException>(() =>
            PayAsync(CaptureMethod.Automatic, Customer.AgreementId, attempt: 2)
        );

        Assert.Equal(ProblemCodes.OrderAlreadyPaid, refused.Code);
        Assert.Equal(PaymentStatus.Authorized, (await Payments.GetAsync(held.Id)).Status);
    }

    private Task<Payment> PayAsync(CaptureMethod method, string? agreement, int attempt = 1) =>
        Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-1",
                Amount = Money.Yuan(20),
                AgreementId = agreement,
                CaptureMethod = method,
            },
            IdempotencyKey.FromOrder("order-1", "payment", attempt)
        );

    /// <summary>Moves the sandbox's clock past all that waits, and has nobody look for it.</summary>
    private async Task RunOutAsync()
    {
        var clocks = Shared.Server.Get<WorldClocks>();
        var world = new World(Partner.SandboxNumber);
        await Shared
            .Server.Get<Engine>()
            .SubmitAsync(new AdvanceClock(clocks.RealNow, world, (long)TimeSpan.FromDays(8).TotalSeconds));
        await clocks.ReadAsync(world);
    }
}
