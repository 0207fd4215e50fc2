using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Payments that the bank finds too risky to go out without asking, or at all.</summary>
public sealed class RiskTests(SharedServer shared) : IAsyncLifetime
{
    private TestPartner partner = null!;
    private LinkedCustomer customer = null!;

    public async ValueTask InitializeAsync() =>
        (partner, customer) = await LinkAsync(await shared.NewPartnerAsync());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task What_the_risk_engine_declines_fails_also_where_the_customer_would_confirm_it()
    {
        var never = await PayAsync("order-1", MagicAmounts.RiskDeclined);
        var ifNeeded = await PayAsync("order-2", MagicAmounts.RiskDeclined, ConfirmationMode.IfNeeded);
        var confirmed = await PayAsync("order-3", MagicAmounts.RiskDeclined, agreement: false);

        Assert.All(
            [never, ifNeeded, confirmed],
            payment =>
                Assert.Equal(
                    (PaymentStatus.Failed, DeclineCodes.RiskDeclined),
                    (payment.Status, payment.DeclineCode)
                )
        );
        using var browser = new Browser();
        await browser.GoAsync(
            new Uri(shared.Server.Address, $"/bank/{partner.SandboxNumber}/pay/{confirmed.Id}")
        );
        Assert.Contains("does not let this payment go out", browser.Page.Body!.TextContent);

        // The order may be tried again.
        Assert.Equal(PaymentStatus.Captured, (await PayAsync("order-3", Money.Yuan(1))).Status);
        Assert.Equal(Money.Yuan(199), await partner.BalanceAsync(customer));
    }

    [Fact]
    public async Task What_is_to_be_confirmed_is_asked_of_the_customer_where_the_partner_allows_it()
    {
        foreach (var amount in (Money[])[MagicAmounts.RiskConfirmation, MagicAmounts.RiskUnanswered])
        {
            var never = await PayAsync($"never-{amount.Amount}", amount);
            Assert.Equal(
                (PaymentStatus.Failed, DeclineCodes.RiskConfirmationRequired),
                (never.Status, never.DeclineCode)
            );

            var asked = await PayAsync($"asked-{amount.Amount}", amount, ConfirmationMode.IfNeeded);
            Assert.Equal((PaymentStatus.RequiresAction, null), (asked.Status, asked.DeclineCode));
            Assert.Equal(customer.CustomerId, asked.CustomerId);
        }

        Assert.Equal(Money.Yuan(200), await partner.BalanceAsync(customer));
    }

    [Theory]
    [InlineData("with a space")]
    [InlineData("手机")]
    public async Task A_device_of_the_wrong_form_is_refused(string device)
    {
        var refused = await Assert.ThrowsAsync<OpenBankingException>(() =>
            PayAsync("order-1", Money.Yuan(1), device: device)
        );
        Assert.Equal("/device_id", Assert.Single(refused.Errors).Pointer);
    }

    [Fact]
    public async Task The_banks_own_rules_count_by_customer_and_device_on_every_way_to_pay_without_asking()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            file,
            """
            [{"effective":"2026-01-01","rules":[
              {"name":"customer","subject":"customer","window_seconds":86400,"most_payments":3,"then":"confirm"},
              {"name":"device","subject":"device","window_seconds":86400,"most_amount":1000,"then":"decline"}]}]
            """
        );
        await using var server = await TestServer.StartAsync(settings: $"Risk:VelocityRules={file}");
        (partner, customer) = await LinkAsync(await TestPartner.NewAsync(server.Address));

        Assert.Null((await PayAsync("order-1", Money.Yuan(10), device: "phone-1")).DeclineCode);
        Assert.Equal(
            DeclineCodes.RiskDeclined,
            (await PayAsync("order-2", Money.Yuan(1), device: "phone-1")).DeclineCode
        );
        Assert.Null((await PayAsync("order-3", Money.Yuan(10), device: "phone-2")).DeclineCode);
        Assert.Null((await PayAsync("order-4", Money.Yuan(20))).DeclineCode);
        Assert.Equal(
            DeclineCodes.RiskConfirmationRequired,
            (await PayAsync("order-5", Money.Yuan(1))).DeclineCode
        );
        Assert.Equal(
            PaymentStatus.RequiresAction,
            (await PayAsync("order-6", Money.Yuan(1), ConfirmationMode.IfNeeded)).Status
        );
        File.Delete(file);
    }

    private static async Task<(TestPartner, LinkedCustomer)> LinkAsync(TestPartner partner)
    {
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(200));
        return (partner, customer);
    }

    private Task<Payment> PayAsync(
        string orderNo,
        Money amount,
        ConfirmationMode? confirmation = null,
        bool agreement = true,
        string? device = null
    ) =>
        partner.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = orderNo,
                Amount = amount,
                AgreementId = agreement ? customer.AgreementId : null,
                Confirmation = confirmation,
                DeviceId = device,
            },
            IdempotencyKey.FromOrder(orderNo, $"payment-{amount.Amount}")
        );
}
