using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Testing;

/// <summary>A bank for tests pays out, and gives no credit, as a sandbox does.</summary>
public sealed class SandboxBankDaysTests
{
    private static readonly TimeSpan aDay = TimeSpan.FromHours(25);

    [Fact]
    public async Task A_day_that_the_clock_has_passed_is_paid_out_when_the_call_returns()
    {
        await using var bank = await SandboxBank.StartAsync();
        var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(1_000));
        var shares = new List<Split>();
        foreach (var name in Enumerable.Range(1, 8).Select(number => $"merchant-{number}"))
        {
            var merchant = await bank.Client.SubMerchants.CreateAsync(
                new CreateSubMerchantRequest { Name = name, Reference = name },
                IdempotencyKey.FromOrder(name, "merchant")
            );
            shares.Add(new() { SubMerchantId = merchant.Id, Amount = Money.Yuan(10) });
        }

        shares.Add(new() { Amount = Money.Yuan(20) });

        await bank.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-1",
                Amount = Money.Yuan(100),
                AgreementId = customer.AgreementId,
                Splits = shares,
            },
            IdempotencyKey.FromOrder("order-1", "payment")
        );

        await bank.Clock.AdvanceAsync(aDay);

        var payouts = await bank.Client.Payouts.ListAsync().ToListAsync();
        Assert.Equal(shares.Count, payouts.Count);
        Assert.All(payouts, payout => Assert.Equal(PayoutStatus.Succeeded, payout.Status));
    }

    [Fact]
    public async Task A_payout_that_is_refused_is_not_waited_for()
    {
        await using var bank = await SandboxBank.StartAsync();
        var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(1_000));
        await bank.PayAsync(customer, "order-1", MagicAmounts.PayoutRefused);

        await bank.Clock.AdvanceAsync(aDay);

        var payout = Assert.Single(await bank.Client.Payouts.ListAsync().ToListAsync());
        Assert.Equal(PayoutStatus.Failed, payout.Status);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(4_000, true)]
    public async Task What_was_paid_out_is_given_back_on_credit_only_where_a_setting_says_so(
        int most,
        bool given
    )
    {
        await using var bank = await SandboxBank.StartAsync(
            new() { Settings = most == 0 ? [] : [$"Settlement:MostOwed={most}"] }
        );
        var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(100));
        var payment = await bank.PayAsync(customer, "order-1", Money.Yuan(40));
        await bank.Clock.AdvanceAsync(aDay);

        var refund = () =>
            bank.Client.Refunds.CreateAsync(
                new CreateRefundRequest { PaymentId = payment.Id },
                IdempotencyKey.FromOrder("order-1", "refund")
            );

        if (given)
        {
            Assert.Equal(RefundStatus.Succeeded, (await refund()).Status);
        }
        else
        {
            var refused = await Assert.ThrowsAsync<OpenBankingException>(refund);
            Assert.Equal(ProblemCodes.InsufficientPartnerBalance, refused.Code);
        }
    }

    /// <summary>It slept half a year before its consent was over.</summary>
    [Fact]
    public async Task An_app_is_told_that_an_account_sleeps_also_when_a_year_goes_by_at_once()
    {
        await using var bank = await SandboxBank.StartAsync();
        await bank.Webhooks.SubscribeAsync();
        await bank.LinkCustomerAsync();

        await bank.Clock.AdvanceAsync(TimeSpan.FromDays(399));

        await bank.Webhooks.WaitForAsync(EventTypes.AccountDormant);
        await bank.Webhooks.WaitForAsync(EventTypes.ConsentExpired);
    }

    [Fact]
    public async Task A_payment_that_waits_no_more_is_not_confirmed_and_it_is_said_what_it_is()
    {
        await using var bank = await SandboxBank.StartAsync();
        var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(100));
        var declined = await bank.Client.Payments.CreateAsync(
            new CreatePaymentRequest { OrderNo = "order-1", Amount = MagicAmounts.RiskDeclined },
            IdempotencyKey.FromOrder("order-1", "payment")
        );

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            bank.Customers.ConfirmPaymentAsync(customer, declined)
        );

        Assert.Equal(
            "The customer cannot confirm any more: the payment is failed (risk_declined).",
            failure.Message
        );
    }

    [Fact]
    public async Task A_payment_of_another_customer_is_neither_confirmed_nor_declined_and_waits_on()
    {
        await using var bank = await SandboxBank.StartAsync();
        var his = await bank.LinkCustomerAsync();
        var hers = await bank.LinkCustomerAsync(MagicPersons.All[4].Person);
        var payment = await bank.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-1",
                Amount = Money.Yuan(10),
                CustomerId = his.CustomerId,
            },
            IdempotencyKey.FromOrder("order-1", "payment")
        );

        foreach (
            var act in (Func<Task>[])
                [
                    () => bank.Customers.ConfirmPaymentAsync(hers, payment),
                    () => bank.Customers.DeclinePaymentAsync(hers, payment),
                ]
        )
        {
            var failure = await Assert.ThrowsAsync<InvalidOperationException>(act);
            Assert.Equal("The payment waits for another customer.", failure.Message);
        }

        Assert.Equal(PaymentStatus.RequiresAction, (await bank.Client.Payments.GetAsync(payment.Id)).Status);
    }

    /// <summary>A test that goes to an instant arrives there.</summary>
    [Fact]
    public async Task A_part_of_a_second_counts_as_a_whole_one()
    {
        await using var bank = await SandboxBank.StartAsync();
        var before = await bank.Clock.NowAsync();

        await bank.Clock.AdvanceAsync(TimeSpan.FromSeconds(1_000_000.001));

        Assert.True(await bank.Clock.NowAsync() - before >= TimeSpan.FromSeconds(1_000_001));
        var ahead = (await bank.Client.Sandbox.GetClockAsync()).AheadSeconds;
        await bank.Client.Sandbox.AdvanceClockAsync(TimeSpan.FromSeconds(1.5));
        Assert.Equal(ahead + 2, (await bank.Client.Sandbox.GetClockAsync()).AheadSeconds);
    }

    [Fact]
    public async Task A_test_reads_what_came_to_a_customers_phone()
    {
        await using var bank = await SandboxBank.StartAsync();
        var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(100));
        await bank.LinkCustomerAsync(MagicPersons.All[1].Person);

        await bank.PayAsync(customer, "order-1", Money.Yuan(19.90m));

        // A notice of a payment is sent after it.
        IReadOnlyList<SandboxMessage> messages;
        do
        {
            messages = await bank.Customers.ListMessagesAsync(customer);
        } while (!messages[0].Text.Contains("19.90"));

        Assert.Contains("Test app", messages[0].Text);
        Assert.Single(messages.Select(message => message.Mobile).Distinct());
        Assert.Equal(messages.OrderByDescending(message => message.SentAt), messages);
    }
}
