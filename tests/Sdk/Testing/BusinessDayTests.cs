using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Testing;

/// <summary>Days and years are those of Asia/Shanghai, eight hours ahead of UTC, whatever the server's own time zone.</summary>
public sealed class BusinessDayTests : IAsyncLifetime
{
    private static readonly TimeSpan midnight = TimeSpan.FromHours(16);

    private SandboxBank bank = null!;
    private LinkedCustomer customer = null!;

    public async ValueTask InitializeAsync()
    {
        bank = await SandboxBank.StartAsync();
        // A month before a year's end, whatever day it is: who is linked before then may be asked anew by then, or asleep.
        var now = await bank.Clock.NowAsync();
        var year = now.Month == 12 ? now.Year + 1 : now.Year;
        await ToAsync(new DateTimeOffset(year, 12, 1, 4, 0, 0, TimeSpan.Zero));
        customer = await bank.LinkCustomerAsync(balance: Money.Yuan(10_100));
    }

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    [Fact]
    public async Task The_limit_of_a_day_is_whole_again_at_midnight_in_Shanghai_and_keeps_what_is_given_back_of_the_day_before()
    {
        var end = DayOf(await bank.Clock.NowAsync()).AddDays(2) + midnight;
        await ToAsync(end.AddMinutes(-2));
        var yesterday = await bank.PayAsync(customer, "order-1", Money.Yuan(10_000));
        var tooMuch = await bank.PayAsync(customer, "order-2", Money.Cny(1));
        var day = (await LimitsAsync()).Day;
        Assert.Equal(
            (PaymentStatus.Captured, DeclineCodes.AccountDailyLimit),
            (yesterday.Status, tooMuch.DeclineCode)
        );
        Assert.Equal((Money.Cny(0), end), (day.Left, day.ResetsAt));

        await ToAsync(end.AddSeconds(1));
        var today = await bank.PayAsync(customer, "order-3", Money.Yuan(100));
        await RefundAsync(yesterday);

        Assert.Equal(PaymentStatus.Captured, today.Status);
        var next = (await LimitsAsync()).Day;
        Assert.Equal((Money.Yuan(100), end.AddDays(1)), (next.Used, next.ResetsAt));
        Assert.Equal(Money.Yuan(100), (await LimitsAsync()).Year.Used);
    }

    [Fact]
    public async Task The_limit_of_a_year_is_whole_again_at_new_year_in_Shanghai_and_keeps_what_is_given_back_of_the_year_before()
    {
        var year = (await bank.Clock.NowAsync()).Year;
        var end = new DateTimeOffset(year, 12, 31, 0, 0, 0, TimeSpan.Zero) + midnight;
        var ofTheOldYear = await bank.PayAsync(customer, "order-1", Money.Yuan(5));
        await bank.Customers.UseUpYearAsync(customer);

        await ToAsync(end.AddMinutes(-2));
        var tooMuch = await bank.PayAsync(customer, "order-2", Money.Cny(1));
        var limit = (await LimitsAsync()).Year;
        Assert.Equal(DeclineCodes.AccountYearlyLimit, tooMuch.DeclineCode);
        Assert.Equal((Money.Cny(0), end), (limit.Left, limit.ResetsAt));

        await ToAsync(end.AddSeconds(1));
        await bank.TopUpAsync(customer, Money.Yuan(10));
        // What was paid out is given back of what has come in since.
        var ofTheNewYear = await bank.PayAsync(customer, "order-3", Money.Yuan(6));
        await RefundAsync(ofTheOldYear);

        Assert.Equal(PaymentStatus.Captured, ofTheNewYear.Status);
        var next = (await LimitsAsync()).Year;
        Assert.Equal((Money.Yuan(6), end.AddYears(1)), (next.Used, next.ResetsAt));
    }

    [Fact]
    public async Task However_much_has_come_due_has_ended_when_the_clock_is_ahead()
    {
        const int MoreThanIsEndedAtOnce = 257;
        var waiting = await Task.WhenAll(
            Enumerable
                .Range(0, MoreThanIsEndedAtOnce)
                .Select(number =>
                    bank.Client.Payments.CreateAsync(
                        new CreatePaymentRequest { OrderNo = $"order-{number}", Amount = Money.Cny(1) },
                        IdempotencyKey.FromOrder($"order-{number}", "payment")
                    )
                )
        );

        await bank.Clock.AdvanceAsync(TimeSpan.FromMinutes(31));

        var ended = await Task.WhenAll(waiting.Select(payment => bank.Client.Payments.GetAsync(payment.Id)));
        Assert.All(ended, payment => Assert.Equal(PaymentStatus.Expired, payment.Status));
    }

    private Task<Refund> RefundAsync(Payment payment) =>
        bank.Client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = payment.Id },
            IdempotencyKey.FromOrder(payment.OrderNo, "refund")
        );

    private async Task<SpendingLimits> LimitsAsync() =>
        await bank.Client.Accounts.GetLimitsAsync(customer.CustomerId, customer.AccountId!);

    private async Task ToAsync(DateTimeOffset instant) =>
        await bank.Clock.AdvanceAsync(instant - await bank.Clock.NowAsync());

    private static DateTimeOffset DayOf(DateTimeOffset instant) =>
        new(instant.UtcDateTime.Date, TimeSpan.Zero);
}
