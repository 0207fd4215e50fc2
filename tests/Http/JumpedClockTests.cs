using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Server.Applications;
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

    /// <summary>Whoever was sent a code, or applied, while it was ahead.</summary>
    [Fact]
    public async Task Codes_are_sent_and_applications_taken_as_soon_as_a_clock_is_set_right()
    {
        var clock = new ShiftedClock { Ahead = TimeSpan.FromDays(1) };
        await using var server = await TestServer.StartAsync(builder =>
            builder.Services.AddSingleton<TimeProvider>(clock)
        );
        var partner = await TestPartner.NewAsync(server.Address);
        await AskForCodeAsync();
        await ApplyAsync("ahead");

        clock.Ahead = TimeSpan.Zero;
        await AskForCodeAsync();
        for (var made = 0; made < server.Get<ApplicationOptions>().MostInMinute; made++)
        {
            await ApplyAsync($"{made}");
        }

        async Task AskForCodeAsync()
        {
            using var browser = new Browser();
            await browser.GoAsync(new Uri(server.Address, $"/bank/{partner.SandboxNumber}/my/sign-in"));
            await browser.SubmitAsync(("Mobile", "13812345678"));
            Assert.EndsWith("/code", browser.Address.AbsolutePath);
        }

        async Task ApplyAsync(string order) =>
            await new OpenBankingClient(
                new OpenBankingOptions
                {
                    Authority = server.Address,
                    ClientId = partner.ClientId,
                    Key = partner.Key,
                    TimeProvider = clock,
                    MaxRetries = 0,
                }
            ).AccountApplications.CreateAsync(
                new CreateAccountApplicationRequest
                {
                    Applicant = new Applicant
                    {
                        Name = "李明",
                        IdNumber = "110101198001010010",
                        Mobile = "13812345678",
                        CardNumber = "6222020200112230004",
                    },
                },
                IdempotencyKey.FromOrder(order, "open"),
                TestContext.Current.CancellationToken
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
