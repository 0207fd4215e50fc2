using OpenBanking.Testing;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk.Testing;

/// <summary>A bank that has been stopped, and clocks that are set far ahead.</summary>
public sealed class SandboxBankEndTests
{
    [Fact]
    public async Task A_bank_that_is_stopped_twice_is_stopped_once_and_says_that_it_is()
    {
        var bank = await SandboxBank.StartAsync(
            new SandboxBankOptions { ConfigureClient = options => options.MaxRetries = 0 }
        );

        var nobody = new LinkedCustomer
        {
            CustomerId = Samples.Customer,
            AccountId = Samples.AccountId,
            ConsentId = Samples.ConsentId,
            AuthorizationDetails = [],
        };

        await bank.DisposeAsync();
        await Task.WhenAll(bank.DisposeAsync().AsTask(), bank.DisposeAsync().AsTask());

        await EndedAsync(() => bank.Clock.NowAsync());
        await EndedAsync(() => bank.Clock.AdvanceAsync(TimeSpan.FromDays(1)));
        await EndedAsync(() => bank.LinkCustomerAsync());
        await EndedAsync(() => bank.Webhooks.SubscribeAsync());
        await EndedAsync(() => bank.Webhooks.WaitForAsync(EventTypes.PaymentCaptured));
        await EndedAsync(() => bank.Customers.UseUpYearAsync(nobody));
        await EndedAsync(() => Task.Run(() => bank.RefuseNext(ProblemCodes.RateLimited)));
        Assert.Empty(bank.Webhooks.Events);
        var unreachable = await Assert.ThrowsAsync<OpenBankingException>(() =>
            bank.Client.Payments.GetAsync("pay_1")
        );
        Assert.Equal(ClientErrorCodes.ConnectionFailed, unreachable.Code);
    }

    [Fact]
    public async Task A_wait_for_an_event_ends_with_the_bank()
    {
        var bank = await SandboxBank.StartAsync();
        var waiting = bank.Webhooks.WaitForAsync(
            EventTypes.PaymentCaptured,
            timeout: TimeSpan.FromMinutes(5)
        );

        await bank.DisposeAsync();

        await EndedAsync(() => waiting);
    }

    [Fact]
    public async Task A_wait_for_an_event_ends_with_the_test()
    {
        await using var bank = await SandboxBank.StartAsync();
        using var test = new CancellationTokenSource();
        var waiting = bank.Webhooks.WaitForAsync(
            EventTypes.PaymentCaptured,
            matches: null,
            TimeSpan.FromMinutes(5),
            test.Token
        );

        await test.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_wait_in_vain_says_what_came_or_that_nothing_is_caught()
    {
        await using var bank = await SandboxBank.StartAsync();

        var early = await WaitAsync();
        await bank.Webhooks.SubscribeAsync();
        var without = await WaitAsync();

        Assert.Contains("nothing is caught before SubscribeAsync", early, StringComparison.Ordinal);
        Assert.Contains("nothing came", without, StringComparison.Ordinal);

        async Task<string> WaitAsync() =>
            (
                await Assert.ThrowsAsync<TimeoutException>(() =>
                    bank.Webhooks.WaitForAsync(
                        EventTypes.PaymentRefunded,
                        timeout: TimeSpan.FromMilliseconds(50)
                    )
                )
            ).Message;
    }

    [Theory]
    [InlineData(20)]
    [InlineData(6_900)]
    public async Task A_clock_goes_ahead_for_years_and_the_bank_goes_on(int years)
    {
        await using var bank = await SandboxBank.StartAsync();
        var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(100));
        var held = await bank.PayAsync(customer, "order-1", Money.Yuan(60), CaptureMethod.Manual);
        var before = await bank.Clock.NowAsync();

        await bank.Clock.AdvanceAsync(TimeSpan.FromDays(years * 365L));

        Assert.True(await bank.Clock.NowAsync() >= before.AddDays(years * 365L));
        Assert.Equal(PaymentStatus.Expired, (await bank.Client.Payments.GetAsync(held.Id)).Status);
        // Consent and agreement ended long ago; the next person is let in, on the day that it is now.
        var next = await bank.LinkCustomerAsync(MagicPersons.All[1].Person, balance: Money.Yuan(10));
        var paid = await bank.PayAsync(next, "order-2", Money.Yuan(5));
        Assert.Equal(PaymentStatus.Captured, paid.Status);
    }

    [Fact]
    public async Task A_clock_goes_neither_back_nor_out_of_the_calendar()
    {
        await using var bank = await SandboxBank.StartAsync();
        var before = await bank.Clock.NowAsync();

        foreach (var by in new[] { TimeSpan.Zero, new(-1), TimeSpan.MinValue, TimeSpan.MaxValue })
        {
            var refusal = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
                bank.Clock.AdvanceAsync(by)
            );
            Assert.Equal("by", refusal.ParamName);
        }

        Assert.InRange(await bank.Clock.NowAsync(), before, before.AddMinutes(5));
    }

    private static async Task EndedAsync(Func<Task> use)
    {
        var ended = await Assert.ThrowsAsync<ObjectDisposedException>(use);
        Assert.Equal(nameof(SandboxBank), ended.ObjectName);
    }
}
