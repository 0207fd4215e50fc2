using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>A clock that was wrong for a moment ends nothing that could not be begun again.</summary>
public sealed class JumpedClockTests
{
    [Fact]
    public async Task Holds_and_coupons_outlive_a_clock_that_was_set_ahead_by_mistake()
    {
        var clock = new HastyClock();
        await using var server = await TestServer.StartAsync(builder =>
            builder.Services.AddSingleton<TimeProvider>(clock)
        );
        var partner = await TestPartner.NewAsync(server.Address);
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(100));
        var coupon = await partner.IssueCouponAsync(customer);
        var held = await partner.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-1",
                Amount = Money.Yuan(50),
                AgreementId = customer.AgreementId!,
                CaptureMethod = CaptureMethod.Manual,
            },
            IdempotencyKey.FromOrder("order-1", "payment")
        );

        clock.Ahead = TimeSpan.FromDays(400);
        await HastyClock.TicksAsync(40);
        clock.Ahead = TimeSpan.Zero;
        await HastyClock.TicksAsync(4);

        Assert.Equal(
            CouponStatus.Issued,
            (await partner.Client.Coupons.GetAsync(customer.CustomerId, coupon.Id)).Status
        );
        Assert.Equal(
            PaymentStatus.Captured,
            (
                await partner.Client.Payments.CaptureAsync(
                    held.Id,
                    new CapturePaymentRequest(),
                    IdempotencyKey.FromOrder("order-1", "capture")
                )
            ).Status
        );
    }

    /// <summary>What is done now and then is done all the time.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private static readonly TimeSpan period = TimeSpan.FromMilliseconds(50);

        private long ahead;

        public TimeSpan Ahead
        {
            set => Volatile.Write(ref ahead, value.Ticks);
        }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Volatile.Read(ref ahead));

        /// <summary>Lets the loops of the server run so many times, unless they take longer.</summary>
        public static Task TicksAsync(int count) =>
            Task.Delay(count * period, TestContext.Current.CancellationToken);

        /// <summary>Deadlines are as long as they are.</summary>
        public override ITimer CreateTimer(
            TimerCallback callback,
            object? state,
            TimeSpan dueTime,
            TimeSpan period
        ) =>
            period == Timeout.InfiniteTimeSpan
                ? base.CreateTimer(callback, state, dueTime, period)
                : base.CreateTimer(callback, state, HastyClock.period, HastyClock.period);
    }
}
