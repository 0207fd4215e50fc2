using System.Text.Json;
using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Testing;

/// <summary>A partner's test has a bank of its own.</summary>
public sealed class SandboxBankTests
{
    [Fact]
    public async Task A_test_takes_a_payment_and_hears_of_it()
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
        Assert.Equal((payment.Id, "order-1"), (happened.Data.PaymentId, happened.Data.OrderNo));
        Assert.Single(bank.Webhooks.Events);
        // What did not come is said with what did.
        var missing = await Assert.ThrowsAsync<TimeoutException>(() =>
            bank.Webhooks.WaitForAsync(EventTypes.PaymentRefunded, timeout: TimeSpan.FromMilliseconds(1))
        );
        Assert.Contains(EventTypes.PaymentCaptured, missing.Message);
    }

    [Theory]
    [InlineData("Confirmations:Lasts=00:10:00")]
    [InlineData("--Confirmations:Lasts=00:10:00")]
    public async Task A_setting_of_the_server_counts_as_on_its_command_line_or_without_the_dashes(
        string setting
    )
    {
        await using var bank = await SandboxBank.StartAsync(new() { Settings = [setting] });

        var payment = await bank.Client.Payments.CreateAsync(
            new CreatePaymentRequest { OrderNo = "order-1", Amount = Money.Yuan(1) },
            IdempotencyKey.FromOrder("order-1", "payment")
        );

        Assert.Equal(TimeSpan.FromMinutes(10), payment.NextAction!.ExpiresAt - payment.CreatedAt);
    }

    [Fact]
    public async Task The_code_of_a_payment_comes_with_the_message_that_the_banks_page_sends()
    {
        await using var bank = await SandboxBank.StartAsync();
        var person = MagicPersons.All[0].Person;
        var customer = await bank.LinkCustomerAsync(person, balance: Money.Yuan(2_000));
        var payment = await bank.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-1",
                Amount = Money.Yuan(1_195.01m),
                CustomerId = customer.CustomerId,
            },
            IdempotencyKey.FromOrder("order-1", "payment")
        );

        await bank.Customers.ConfirmPaymentAsync(customer, payment);

        using var browser = new HttpClient(SandboxBank.CreateHttpHandler());
        var box = await browser.GetStringAsync($"{bank.MessagesUrl}.json?mobile={person.Mobile}");
        var newest = JsonSerializer.Deserialize(box, ResponseJson.Default.PageSandboxMessage)!.Data[0];
        Assert.Matches(
            @"^\[.+\] \d{6} is your code to pay ¥1,195\.01 to .+\. Never tell it to anyone\.$",
            newest.Text
        );
    }

    [Fact]
    public async Task A_person_who_is_linked_several_times_at_once_has_one_account_and_agrees_each_time()
    {
        await using var bank = await SandboxBank.StartAsync();

        var links = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => bank.LinkCustomerAsync()));

        Assert.Single(links.Select(link => (link.CustomerId, link.AccountId)).Distinct());
        Assert.Equal(4, links.Select(link => link.ConsentId).Distinct().Count());
        Assert.Single((await bank.Client.Accounts.ListAsync(links[0].CustomerId)).Data);
    }

    [Fact]
    public async Task A_balance_that_does_not_come_is_said_where_it_was_asked_for()
    {
        await using var bank = await SandboxBank.StartAsync();

        var declined = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            bank.LinkCustomerAsync(balance: MagicAmounts.CardRefused)
        );
        var without = await Assert.ThrowsAsync<ArgumentException>(() =>
            bank.LinkCustomerAsync(details: [new AccountInformation()], balance: Money.Yuan(1))
        );

        Assert.Contains(DeclineCodes.CardRefused, declined.Message, StringComparison.Ordinal);
        Assert.Equal("details", without.ParamName);
    }

    [Fact]
    public async Task Twenty_banks_side_by_side_do_not_disturb_each_other()
    {
        var banks = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SandboxBank.StartAsync()));
        try
        {
            Assert.Equal(20, banks.Select(bank => bank.Address).Distinct().Count());
            // The same person pays the same order at each, and each hears of its own.
            var payments = await Task.WhenAll(banks.Select(PayAsync));
            Assert.Equal(20, payments.Select(payment => payment.Id).Distinct().Count());
            foreach (var (bank, payment) in banks.Zip(payments))
            {
                await bank.Webhooks.WaitForAsync(EventTypes.PaymentCaptured);
                Assert.Equal(payment.Id, Assert.Single(bank.Webhooks.Events).Data.PaymentId);
            }

            // What is one's is nobody else's, nor known there.
            await Assert.ThrowsAsync<OpenBankingException>(() =>
                banks[1].Client.Payments.GetAsync(payments[0].Id)
            );
            // The clock of one and the stock of another are nobody else's.
            await banks[0].Clock.AdvanceAsync(TimeSpan.FromDays(1));
            Assert.True(
                await banks[0].Clock.NowAsync() > await banks[1].Clock.NowAsync() + TimeSpan.FromHours(23)
            );
            Assert.All(
                await Task.WhenAll(
                    banks.Select(bank => bank.Client.Coupons.ListStocksAsync().CountAsync().AsTask())
                ),
                stocks => Assert.Equal(1, stocks)
            );
        }
        finally
        {
            await Task.WhenAll(banks.Select(bank => bank.DisposeAsync().AsTask()));
        }
    }

    private static async Task<Payment> PayAsync(SandboxBank bank)
    {
        await bank.Webhooks.SubscribeAsync(EventTypes.PaymentCaptured);
        var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(100));
        var payment = await bank.PayAsync(customer, "order-1", Money.Yuan(60));
        var account = await bank.Client.Accounts.GetAsync(customer.CustomerId, customer.AccountId!);
        Assert.Equal((PaymentStatus.Captured, Money.Yuan(40)), (payment.Status, account.Balance!.Available));
        return payment;
    }

    [Fact]
    public async Task What_comes_due_has_happened_when_the_clock_was_set_ahead()
    {
        await using var bank = await SandboxBank.StartAsync();
        var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(100));
        var held = await bank.PayAsync(customer, "order-1", Money.Yuan(60), CaptureMethod.Manual);
        Assert.Equal(PaymentStatus.Authorized, held.Status);

        // <bank_clock>
        await bank.Clock.AdvanceAsync(TimeSpan.FromDays(8));
        // </bank_clock>

        Assert.Equal(PaymentStatus.Expired, (await bank.Client.Payments.GetAsync(held.Id)).Status);
        var account = await bank.Client.Accounts.GetAsync(customer.CustomerId, customer.AccountId!);
        Assert.Equal(Money.Yuan(100), account.Balance!.Available);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => bank.Clock.AdvanceAsync(TimeSpan.Zero));
    }

    [Fact]
    public async Task Persons_are_let_in_or_refused_as_the_table_says()
    {
        await using var bank = await SandboxBank.StartAsync();

        var little = await bank.LinkCustomerAsync(MagicPersons.WithLittleOnTheCard.Person);
        var topUp = await bank.TopUpAsync(little, MagicPersons.WithLittleOnTheCard.OnTheCard + Money.Cny(1));
        Assert.Equal(DeclineCodes.CardInsufficientFunds, topUp.DeclineCode);
        MagicPerson[] all =
        [
            MagicPersons.WithAnotherName,
            MagicPersons.WithAnothersCard,
            MagicPersons.TooYoung,
            MagicPersons.DeclinedByBank,
        ];
        foreach (var refused in all)
        {
            var why = await Assert.ThrowsAsync<PersonUnavailableException>(() =>
                bank.LinkCustomerAsync(refused.Person)
            );
            Assert.StartsWith("The bank opens no account: ", why.Message);
        }
    }
}
