using OpenBanking.Server;
using OpenBanking.Server.Payouts;
using OpenBanking.Server.Sandbox;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>The clock of a sandbox over HTTP, against the real server: 100.00 are on the account.</summary>
public sealed class SandboxClockTests(SharedServer shared) : PayingCustomerTests(shared)
{
    private const string Route = "/v1/sandbox/clock";
    private const long Hour = 60 * 60;
    private const long Day = 24 * Hour;

    private TestPartner Partner => Client.Partner;

    [Fact]
    public async Task It_is_on_real_time_until_it_is_moved_and_moves_for_this_partner_alone()
    {
        using var stranger = await Shared.NewRawClientAsync();
        var app = await Partner.NewAppAsync();
        var before = await Client.CallAsync(HttpMethod.Get, Route, Token);
        Assert.Equal((200, 0), (before.Status, AheadOf(before)));
        AssertNear(DateTimeOffset.UtcNow, NowOf(before));

        var moved = await MoveAsync(3 * Day);
        var more = await MoveAsync(1);

        Assert.Equal((200, 3 * Day), (moved.Status, AheadOf(moved)));
        AssertNear(DateTimeOffset.UtcNow.AddDays(3), NowOf(moved));
        Assert.Equal(3 * Day + 1, AheadOf(more));
        Assert.Equal(3 * Day + 1, AheadOf(await Client.CallAsync(HttpMethod.Get, Route, Token)));
        Assert.Equal(3 * Day + 1, (await app.Client.Sandbox.GetClockAsync()).AheadSeconds);
        Assert.Equal(
            0,
            AheadOf(await stranger.CallAsync(HttpMethod.Get, Route, await stranger.AppTokenAsync()))
        );
        AssertNear(
            DateTimeOffset.UtcNow.AddDays(3),
            (await Partner.PayAsync(Customer, "order-1", Money.Yuan(1))).CreatedAt
        );
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("34560001")]
    [InlineData("9223372036854775807")]
    public async Task A_step_is_a_second_at_least_and_400_days_at_the_most(string seconds)
    {
        var refused = await SendAsync($$"""{"advance_seconds":{{seconds}}}""", "move-1");

        AssertOutOfRange(refused);
        Assert.Equal(0, AheadOf(await Client.CallAsync(HttpMethod.Get, Route, Token)));
    }

    [Fact]
    public async Task It_is_ten_years_ahead_at_the_most_and_a_step_beyond_leaves_it_where_it_was()
    {
        for (var step = 0; step < 9; step++)
        {
            Assert.Equal(200, (await MoveAsync(400 * Day)).Status);
        }

        AssertOutOfRange(await MoveAsync(51 * Day, "last"));

        Assert.Equal(3_600 * Day, AheadOf(await Client.CallAsync(HttpMethod.Get, Route, Token)));
        // A refusal leaves its key unused.
        Assert.Equal(3_650 * Day, AheadOf(await MoveAsync(50 * Day, "last")));
        AssertOutOfRange(await MoveAsync(1));
    }

    [Fact]
    public async Task A_repeated_request_moves_it_once_and_its_key_is_of_no_other_request()
    {
        var first = await MoveAsync(Day, "move-1");
        var second = await MoveAsync(Day, "move-1");

        Assert.Equal((200, 200), (first.Status, second.Status));
        Assert.Equal(first.Bytes, second.Bytes);
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal("true", second.Headers.GetValues("Idempotency-Replayed").Single());
        await Partner.PayAsync(Customer, "order-1", Money.Yuan(1));
        foreach (var key in new[] { "move-1", IdempotencyKey.FromOrder("order-1", "payment").Value })
        {
            var other = await MoveAsync(2 * Day, key);
            Assert.Equal((422, ProblemCodes.IdempotencyKeyReused), (other.Status, other.Code));
        }

        var without = await Client.CallAsync(HttpMethod.Post, Route, Token, """{"advance_seconds":1}""");
        Assert.Equal(ProblemCodes.IdempotencyKeyRequired, without.Code);
        Assert.Equal(Day, AheadOf(await Client.CallAsync(HttpMethod.Get, Route, Token)));
    }

    [Theory]
    [InlineData(Scopes.Payments, 200)]
    [InlineData(Scopes.Settlement, 200)]
    [InlineData(Scopes.PaymentsRead, 403)]
    public async Task Whoever_pays_or_is_paid_out_may_move_it(string scope, int status)
    {
        var token = await Client.AppTokenAsync(scope);

        var answer = await Client.CallAsync(
            HttpMethod.Post,
            Route,
            token,
            """{"advance_seconds":1}""",
            "move-1"
        );

        Assert.Equal(status, answer.Status);
        Assert.Equal(status, (await Client.CallAsync(HttpMethod.Get, Route, token)).Status);
    }

    [Fact]
    public async Task A_hold_and_a_payment_that_waits_have_ended_when_it_is_answered()
    {
        var held = await Partner.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "hold-1",
                Amount = Money.Yuan(40),
                AgreementId = Customer.AgreementId,
                CaptureMethod = CaptureMethod.Manual,
            },
            IdempotencyKey.FromOrder("hold-1", "payment")
        );
        var waiting = await Partner.Client.Payments.CreateAsync(
            new CreatePaymentRequest { OrderNo = "order-1", Amount = Money.Yuan(1) },
            IdempotencyKey.FromOrder("order-1", "payment")
        );
        Assert.Equal(Money.Yuan(60), await Partner.BalanceAsync(Customer));

        await MoveAsync(Hour);
        Assert.Equal(PaymentStatus.Expired, (await Partner.Client.Payments.GetAsync(waiting.Id)).Status);
        Assert.Equal(PaymentStatus.Authorized, (await Partner.Client.Payments.GetAsync(held.Id)).Status);

        await MoveAsync(8 * Day);
        Assert.Equal(PaymentStatus.Expired, (await Partner.Client.Payments.GetAsync(held.Id)).Status);
        Assert.Equal(Money.Yuan(100), await Partner.BalanceAsync(Customer));
    }

    [Fact]
    public async Task The_day_of_an_agreement_begins_anew()
    {
        var customer = await Partner.LinkAsync(
            person: 1,
            details:
            [
                new AccountOpening(),
                new PaymentAgreementTerms
                {
                    PerPaymentLimit = Money.Yuan(10),
                    DailyLimit = Money.Yuan(10),
                    TotalLimit = Money.Yuan(100),
                    TopUpAllowed = true,
                },
            ]
        );
        await Partner.TopUpAsync(customer, Money.Yuan(10), "top-up-2");
        await Partner.PayAsync(customer, "order-1", Money.Yuan(6));
        var over = await Partner.PayAsync(customer, "order-2", Money.Yuan(5));
        Assert.Equal(DeclineCodes.AgreementDailyLimit, over.DeclineCode);

        await MoveAsync(Day);

        var paid = await Partner.PayAsync(customer, "order-3", Money.Yuan(4));
        Assert.Equal(PaymentStatus.Captured, paid.Status);
    }

    [Fact]
    public async Task A_coupon_has_run_out()
    {
        var coupon = await Partner.IssueCouponAsync(Customer);

        await MoveAsync((long)(coupon.ValidUntil - DateTimeOffset.UtcNow).TotalSeconds + Hour);

        Assert.Equal(
            CouponStatus.Expired,
            (await Partner.Client.Coupons.GetAsync(Customer.CustomerId, coupon.Id)).Status
        );
    }

    [Fact]
    public async Task A_day_that_is_over_is_paid_out_and_a_payout_of_88_31_fails()
    {
        await Partner.PayAsync(Customer, "order-1", Money.Yuan(10));
        await MoveAsync(25 * Hour);
        await PaidOutAsync(1);
        await Partner.PayAsync(Customer, "order-2", Money.Cny(SandboxAmounts.PayoutRefused));

        await MoveAsync(25 * Hour);

        var payouts = await PaidOutAsync(2);
        Assert.Equal(
            [
                (Money.Yuan(10), PayoutStatus.Succeeded, null),
                (Money.Yuan(88.31m), PayoutStatus.Failed, PayoutDeclineCodes.PayeeAccountUnknown),
            ],
            payouts.Select(payout => (payout.Amount, payout.Status, payout.DeclineCode))
        );
    }

    /// <summary>What a server is set to, it keeps to.</summary>
    [Fact]
    public async Task Nothing_is_paid_out_where_the_server_is_to_pay_nothing_out_by_itself()
    {
        await using var server = await TestServer.StartAsync(settings: "Settlement:DailyPayouts=false");
        var partner = await TestPartner.NewAsync(server.Address);
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(10));
        await partner.PayAsync(customer, "order-1", Money.Yuan(10));

        await partner.Client.Sandbox.AdvanceClockAsync(TimeSpan.FromDays(2));

        Assert.Empty(await partner.Client.Payouts.ListAsync().ToListAsync());
        Assert.Equal(1, await server.Get<PayoutRuns>().RunAsync());
    }

    [Fact]
    public async Task The_sdk_moves_it_by_each_call()
    {
        var sandbox = Partner.Client.Sandbox;

        await sandbox.AdvanceClockAsync(TimeSpan.FromHours(1));
        var moved = await sandbox.AdvanceClockAsync(TimeSpan.FromSeconds(1.9));

        Assert.Equal(Hour + 2, moved.AheadSeconds);
        Assert.Equal(Hour + 2, (await sandbox.GetClockAsync()).AheadSeconds);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            sandbox.AdvanceClockAsync(TimeSpan.FromSeconds(0.9))
        );
        var refused = await Assert.ThrowsAsync<OpenBankingException>(() =>
            sandbox.AdvanceClockAsync(TimeSpan.FromDays(401))
        );
        Assert.Equal("/advance_seconds", Assert.Single(refused.Errors).Pointer);
    }

    private Task<RawAnswer> MoveAsync(long seconds, string? key = null) =>
        SendAsync($$"""{"advance_seconds":{{seconds}}}""", key ?? $"{Guid.NewGuid():N}");

    private Task<RawAnswer> SendAsync(string body, string key) =>
        Client.CallAsync(HttpMethod.Post, Route, Token, body, key);

    /// <summary>The payouts, once there are so many and the last was answered.</summary>
    private async Task<IReadOnlyList<Payout>> PaidOutAsync(int count)
    {
        for (var wait = 0; ; wait++)
        {
            var payouts = await Partner.Client.Payouts.ListAsync().ToListAsync();
            if (
                wait == 200
                || (payouts.Count == count && payouts.All(payout => payout.Status != PayoutStatus.Processing))
            )
            {
                return payouts;
            }

            await Task.Delay(25);
        }
    }

    private static long AheadOf(RawAnswer answer) => answer.Json["ahead_seconds"]!.GetValue<long>();

    private static DateTimeOffset NowOf(RawAnswer answer) => answer.Json["now"]!.GetValue<DateTimeOffset>();

    private static void AssertNear(DateTimeOffset expected, DateTimeOffset actual) =>
        Assert.InRange(actual, expected.AddMinutes(-1), expected.AddMinutes(1));

    private static void AssertOutOfRange(RawAnswer refused)
    {
        Assert.Equal((400, ProblemCodes.InvalidRequest), (refused.Status, refused.Code));
        var error = refused.Json["errors"]!.AsArray().Single()!;
        Assert.Equal("/advance_seconds", error["pointer"]!.GetValue<string>());
        Assert.Equal("out_of_range", error["code"]!.GetValue<string>());
    }
}
