using OpenBanking.Server;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Payouts;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What partners and merchants are paid out, against the real server: 100.00 are on the account.</summary>
[Collection(nameof(PayoutRuns))]
public sealed class PayoutTests(SharedServer shared) : PayingCustomerTests(shared)
{
    private TestPartner Partner => Client.Partner;

    private World World => new(Partner.SandboxNumber);

    [Fact]
    public async Task A_day_that_is_over_is_paid_out_once_to_partner_and_merchant_with_a_statement()
    {
        var noodles = await Partner.Client.SubMerchants.CreateAsync(
            new CreateSubMerchantRequest { Name = "Noodles" },
            Key("noodles")
        );
        await FeeTests.SetFeesAsync(Shared, Partner, "rate=100");
        var paid = await PayAsync("order-1", 40, merchant: null);
        await PayAsync("order-2", 20, noodles.Id);
        await RefundAsync(paid, 10);
        await RunAsync();
        Assert.Empty(await PayoutsAsync());

        await ADayPassesAsync();
        await Task.WhenAll(RunAsync(), RunAsync());

        var payouts = await PayoutsAsync();
        var own = Assert.Single(payouts, payout => payout.SubMerchantId is null);
        Assert.Equal(
            (40m, 10m, 0.30m, 29.70m, 0m, 0m),
            (
                Yuan(own.CapturedAmount),
                Yuan(own.RefundedAmount),
                Yuan(own.FeeAmount),
                Yuan(own.Amount),
                Yuan(own.BroughtForward),
                Yuan(own.CarriedForward)
            )
        );
        var theirs = Assert.Single(payouts, payout => payout.SubMerchantId == noodles.Id);
        Assert.Equal((19.80m, PayoutStatus.Succeeded), (Yuan(theirs.Amount), theirs.Status));
        Assert.Equal(2, payouts.Count);
        Assert.Equal(own.Id, (await Partner.Client.Payouts.GetAsync(own.Id)).Id);
        var stranger = await Shared.NewPartnerAsync();
        Assert.Empty(await stranger.Client.Payouts.ListAsync().ToListAsync());
        Assert.Equal(
            ProblemCodes.NotFound,
            (
                await Assert.ThrowsAsync<OpenBankingException>(() => stranger.Client.Payouts.GetAsync(own.Id))
            ).Code
        );
    }

    [Fact]
    public async Task Apps_that_may_know_are_told_of_each_payout_and_a_failed_one_says_why()
    {
        var other = await Partner.NewAppAsync();
        var refused = SandboxAmounts.PayoutRefused;
        var stranger = await Shared.NewPartnerAsync();
        await Partner.PayAsync(Customer, "order-1", Money.Cny(refused));
        await ADayPassesAsync();
        await RunAsync();

        var failed = Assert.Single(await PayoutsAsync());
        Assert.Equal(
            (PayoutStatus.Failed, PayoutDeclineCodes.PayeeAccountUnknown),
            (failed.Status, failed.DeclineCode)
        );
        await PayAsync("order-2", 10, merchant: null);
        await ADayPassesAsync();
        await RunAsync();

        var next = (await PayoutsAsync())[1];
        Assert.Equal((Money.Cny(refused), Money.Cny(refused + 10_00)), (next.BroughtForward, next.Amount));
        Assert.Null(next.DeclineCode);
        (string, string, string?, string?, long)[] expected =
        [
            (EventTypes.PayoutProcessing, "processing", failed.Id, null, 1),
            (EventTypes.PayoutFailed, "failed", failed.Id, failed.DeclineCode, 2),
            (EventTypes.PayoutProcessing, "processing", next.Id, null, 1),
            (EventTypes.PayoutSucceeded, "succeeded", next.Id, null, 2),
        ];
        Assert.Equal(expected, await ToldAsync(Partner, expected.Length));
        Assert.Equal(expected, await ToldAsync(other, expected.Length));
        Assert.Empty(await ToldAsync(stranger, 0));
    }

    [Fact]
    public async Task What_was_paid_out_is_given_back_only_as_far_as_the_bank_gives_credit()
    {
        var paid = await PayAsync("order-1", 40, merchant: null);
        await ADayPassesAsync();
        await RunAsync();
        Assert.Equal(Money.Yuan(40), Assert.Single(await PayoutsAsync()).Amount);

        Assert.Equal(
            ProblemCodes.InsufficientPartnerBalance,
            (await Assert.ThrowsAsync<OpenBankingException>(() => RefundAsync(paid, 1))).Code
        );
    }

    [Fact]
    public async Task A_campaign_is_settled_when_its_last_coupon_has_run_out()
    {
        await Partner.IssueCouponAsync(Customer);
        var store = Shared.Server.Get<Store>();
        var campaign = (await store.FirstAsync(CouponTables.Campaigns, World, $"1 = {1}"))!;
        var coupon = (await store.FirstAsync(CouponTables.Coupons, World, $"1 = {1}"))!;

        Assert.Contains("issues coupons until", (await SettleAsync(campaign)).Line);
        await AdvanceAsync(campaign.EndsAt - await NowAsync() + TimeSpan.FromMinutes(1));
        await Shared.Server.Get<Engine>().SubmitAsync(new Prolong(World, await NowAsync(), coupon.Id));
        Assert.Contains("is good until", (await SettleAsync(campaign)).Line);
        await AdvanceAsync(TimeSpan.FromDays(2));
        var (done, line) = await SettleAsync(campaign);

        Assert.True(done);
        Assert.Contains($"{new Money(campaign.Currency, campaign.Budget)} went back", line);
        Assert.Contains("nothing was left", (await SettleAsync(campaign)).Line);
        Assert.False((await CampaignCommands.SettleAsync(Shared.Server.Services, "cmp_1")).Done);
    }

    private Task<(bool Done, string Line)> SettleAsync(CampaignRow campaign) =>
        CampaignCommands.SettleAsync(Shared.Server.Services, campaign.Id.ToString());

    private Task<int> RunAsync() => Shared.Server.Get<PayoutRuns>().RunAsync();

    /// <summary>Nothing is paid out yet: <see cref="RunAsync"/> does that.</summary>
    private async Task ADayPassesAsync()
    {
        var by = TimeSpan.FromDays(1) + PayoutRuns.Grace;
        await Shared
            .Server.Get<Engine>()
            .SubmitAsync(new AdvanceClock(DateTimeOffset.UtcNow, World, (long)by.TotalSeconds));
        await Shared.Server.Get<WorldClocks>().ReadAsync(World);
    }

    private Task AdvanceAsync(TimeSpan by) => Shared.Server.Get<SandboxClock>().AdvanceAsync(World, by);

    private Task<DateTimeOffset> NowAsync() => Shared.Server.Get<WorldClocks>().NowAsync(World).AsTask();

    /// <summary>When the last one was answered.</summary>
    private async Task<IReadOnlyList<Payout>> PayoutsAsync()
    {
        for (var wait = 0; ; wait++)
        {
            var payouts = await Partner.Client.Payouts.ListAsync().ToListAsync();
            if (payouts.All(payout => payout.Status != PayoutStatus.Processing) || wait == 200)
            {
                return payouts;
            }

            await Task.Delay(25);
        }
    }

    /// <summary>The events of payouts that an app sees, once there are so many: they appear when they are sealed.</summary>
    private static async Task<
        IReadOnlyList<(string Type, string Status, string? PayoutId, string? DeclineCode, long Sequence)>
    > ToldAsync(TestPartner app, int count)
    {
        for (var wait = 0; ; wait++)
        {
            var told = (await app.Client.Events.ListAsync().ToListAsync())
                .Where(happened => happened.Type.StartsWith("payout.", StringComparison.Ordinal))
                .Select(happened =>
                    (
                        happened.Type,
                        happened.Data.Status,
                        happened.Data.PayoutId,
                        happened.Data.DeclineCode,
                        happened.Sequence
                    )
                )
                .ToList();
            if (told.Count >= count || wait == 200)
            {
                return told;
            }

            await Task.Delay(25);
        }
    }

    private Task<Payment> PayAsync(string orderNo, int yuan, string? merchant) =>
        Partner.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = orderNo,
                Amount = Money.Yuan(yuan),
                AgreementId = Customer.AgreementId!,
                SubMerchantId = merchant,
            },
            Key(orderNo)
        );

    private Task<Refund> RefundAsync(Payment payment, int yuan) =>
        Partner.Client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = payment.Id, Amount = Money.Yuan(yuan) },
            Key("refund")
        );

    /// <summary>As if the coupon had been issued late.</summary>
    private sealed record Prolong(World World, DateTimeOffset Now, Id<CouponRow> CouponId)
        : Command<Done>(World, Now)
    {
        public override void Keys(IKeySet keys) => keys.Want(CouponTables.Coupons, CouponId);

        public override Decision<Done> Decide(Book book)
        {
            var coupon = book.Get(CouponTables.Coupons, CouponId);
            book.Update(CouponTables.Coupons, coupon with { ValidUntil = Now.AddDays(1) });
            return Decision.Accept(default(Done));
        }
    }

    private static decimal Yuan(Money money) => money.Amount / 100m;

    private static IdempotencyKey Key(string operation) => IdempotencyKey.FromOrder("order", operation);
}
