// <test_class>
using OpenBanking;
using OpenBanking.Testing;
using Xunit;

namespace Shop.Tests;

public sealed class PaymentTests
{
    [Fact]
    public async Task An_order_is_paid_and_the_webhook_says_so()
    {
        await using var bank = await SandboxBank.StartAsync();
        await bank.Webhooks.SubscribeAsync(EventTypes.PaymentCaptured);
        var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(100));

        var payment = await bank.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-1",
                Amount = Money.Yuan(19.90m),
                AgreementId = customer.AgreementId!,
            },
            IdempotencyKey.FromOrder("order-1", "payment")
        );

        Assert.Equal(PaymentStatus.Captured, payment.Status);
        var happened = await bank.Webhooks.WaitForAsync(EventTypes.PaymentCaptured);
        Assert.Equal(payment.Id, happened.Data.PaymentId);
    }
}
// </test_class>
