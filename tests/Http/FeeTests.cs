using OpenBanking.Server;
using OpenBanking.Server.CommandLine;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What payments cost their partner, against the real server: 100.00 are on the account.</summary>
public sealed class FeeTests(SharedServer shared) : PayingCustomerTests(shared)
{
    private TestPartner Partner => Client.Partner;

    [Fact]
    public async Task A_payment_shows_its_fee_and_a_refund_what_came_back_of_it()
    {
        await SetFeesAsync("rate=60", "minimum=10", "cap=2000");

        var paid = await Partner.PayAsync(Customer, "order-1", Money.Yuan(40));
        var refund = await RefundAsync(paid, Money.Yuan(10.01m));

        Assert.Equal((Money.Yuan(0.24m), Money.Yuan(0)), (paid.FeeAmount, paid.FeeRefundedAmount));
        Assert.Equal(Money.Yuan(0.06m), refund.FeeAmount);
        var shown = await Partner.Client.Payments.GetAsync(paid.Id);
        Assert.Equal((Money.Yuan(0.24m), Money.Yuan(0.06m)), (shown.FeeAmount, shown.FeeRefundedAmount));
        Assert.Equal(refund.FeeAmount, (await Partner.Client.Refunds.GetAsync(refund.Id)).FeeAmount);
        Assert.Equal(Money.Yuan(70.01m), await Partner.BalanceAsync(Customer));
    }

    [Fact]
    public async Task Where_the_fee_is_kept_the_settlement_does_not_cover_the_whole()
    {
        await SetFeesAsync("rate=60", "refunded=no");
        var paid = await Partner.PayAsync(Customer, "order-1", Money.Yuan(40));

        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() => RefundAsync(paid, null));
        var refund = await RefundAsync(paid, Money.Yuan(39.76m));

        Assert.Equal(ProblemCodes.InsufficientPartnerBalance, refusal.Code);
        Assert.Equal(Money.Yuan(0), refund.FeeAmount);
    }

    [Fact]
    public async Task A_hold_costs_by_what_is_captured_and_the_minimum_once()
    {
        await SetFeesAsync("rate=60", "minimum=10");
        var held = await Partner.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-1",
                Amount = Money.Yuan(40),
                AgreementId = Customer.AgreementId!,
                CaptureMethod = CaptureMethod.Manual,
            },
            Key("payment")
        );
        Assert.Equal(Money.Yuan(0), held.FeeAmount);

        var fees = new List<Money?>();
        foreach (var yuan in (decimal[])[1, 1, 18])
        {
            var captured = await Partner.Client.Payments.CaptureAsync(
                held.Id,
                new CapturePaymentRequest { Amount = Money.Yuan(yuan), Final = false },
                Key($"capture-{fees.Count}")
            );
            fees.Add(captured.FeeAmount);
        }

        Assert.Equal([Money.Yuan(0.10m), Money.Yuan(0.10m), Money.Yuan(0.12m)], fees);
    }

    [Fact]
    public async Task Without_terms_a_payment_costs_nothing_and_its_terms_do_not_change_later()
    {
        var free = await Partner.PayAsync(Customer, "order-1", Money.Yuan(10));
        Assert.Null(free.FeeAmount);

        await SetFeesAsync("rate=100");
        var refund = await RefundAsync(free, null);

        Assert.Null(refund.FeeAmount);
        Assert.Null((await Partner.Client.Payments.GetAsync(free.Id)).FeeAmount);
    }

    [Fact]
    public async Task A_partner_tries_fees_in_its_own_sandbox_and_is_told_what_it_has_set()
    {
        var set = await Partner.Client.Sandbox.SetFeesAsync(
            new()
            {
                BasisPoints = 100,
                Minimum = Money.Yuan(0.50m),
                Cap = Money.Yuan(2),
                Refunded = false,
            }
        );
        await Partner.Client.Sandbox.SetFeesAsync(
            new()
            {
                BasisPoints = 100,
                Minimum = Money.Yuan(0.50m),
                Cap = Money.Yuan(2),
                Refunded = false,
            }
        );
        var stranger = await Shared.NewPartnerAsync();

        Assert.Single(await SetFeesAsync());
        Assert.Equal(
            (100, Money.Yuan(0.50m), Money.Yuan(2), false),
            (set.BasisPoints, set.Minimum, set.Cap, set.Refunded)
        );
        var paid = await Partner.PayAsync(Customer, "order-1", Money.Yuan(20));
        Assert.Equal(Money.Yuan(0.50m), paid.FeeAmount);
        var other = await stranger.LinkAsync();
        await stranger.TopUpAsync(other, Money.Yuan(5));
        Assert.Null((await stranger.PayAsync(other, "order-1", Money.Yuan(5))).FeeAmount);

        await Partner.Client.Sandbox.SetFeesAsync(new() { BasisPoints = 0 });
        Assert.Equal(Money.Yuan(0), (await Partner.PayAsync(Customer, "order-2", Money.Yuan(20))).FeeAmount);
        foreach (
            var (wrong, pointer) in (IReadOnlyList<(SetSandboxFeesRequest, string)>)
                [
                    (new() { BasisPoints = 10_001 }, "/basis_points"),
                    (new() { BasisPoints = -1 }, "/basis_points"),
                    (new() { BasisPoints = 1, Minimum = Money.Cny(-1) }, "/minimum/amount"),
                    (new() { BasisPoints = 1, Cap = Money.Cny(-1) }, "/cap/amount"),
                    (new() { BasisPoints = 1, Cap = new("USD", 1) }, "/cap/currency"),
                    (
                        new()
                        {
                            BasisPoints = 1,
                            Minimum = Money.Cny(2),
                            Cap = Money.Cny(1),
                        },
                        "/cap"
                    ),
                ]
        )
        {
            var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
                Partner.Client.Sandbox.SetFeesAsync(wrong)
            );
            var error = Assert.Single(refusal.Errors);
            Assert.Equal(pointer, error.Pointer);
            Assert.DoesNotContain("from 1 to", error.Detail);
        }
    }

    [Fact]
    public async Task The_command_lists_every_version_and_refuses_what_makes_no_sense()
    {
        Assert.Equal(
            [$"{Partner.ClientId} pays no fees of its own."],
            (await FeeCommands.SetFeesAsync(Shared.Server.Services, Partner.ClientId, [])).Lines
        );

        var lines = await SetFeesAsync("rate=60", "cap=500", "scene=video", "from=2100-01-31", "refunded=no");

        Assert.EndsWith(
            "from 2100-01-31, video: 60 basis points, at least 0 fen, at most 500 fen, kept when refunded",
            Assert.Single(lines)
        );
        foreach (
            var words in (string[][])
                [
                    ["rate=10001"],
                    ["rate=60", "from=2020-01-01"],
                ]
        )
        {
            Assert.False(
                (await FeeCommands.SetFeesAsync(Shared.Server.Services, Partner.ClientId, words)).Done
            );
        }

        Assert.False((await FeeCommands.SetFeesAsync(Shared.Server.Services, "prt_1", [])).Done);
        foreach (
            var words in (string[][])
                [
                    ["minimum=1"],
                    ["rate=x"],
                    ["rate=1", "rate=2"],
                    ["rate=1", "until=1"],
                    ["rate=1", "from=1"],
                    ["rate=1", "scene=vidoe"],
                ]
        )
        {
            Assert.Throws<WrongSettingException>(() => FeeCommands.SettingsOf(words));
        }
    }

    [Fact]
    public async Task An_app_that_has_ended_has_no_fees_to_set()
    {
        var (ended, _) = await PartnerCommands.EndAppAsync(Shared.Server.Services, Partner.ClientId);
        Assert.True(ended);

        var (done, lines) = await FeeCommands.SetFeesAsync(
            Shared.Server.Services,
            Partner.ClientId,
            ["rate=60"]
        );

        Assert.False(done);
        Assert.Equal([$"There is no partner and no app {Partner.ClientId}."], lines);
    }

    private Task<IReadOnlyList<string>> SetFeesAsync(params string[] words) =>
        SetFeesAsync(Shared, Partner, words);

    /// <summary>A version counts within two seconds, and at once where the app has paid nothing lately.</summary>
    internal static async Task<IReadOnlyList<string>> SetFeesAsync(
        SharedServer shared,
        TestPartner partner,
        params string[] words
    )
    {
        var (done, lines) = await FeeCommands.SetFeesAsync(shared.Server.Services, partner.ClientId, words);
        Assert.True(done);
        return lines;
    }

    private Task<Refund> RefundAsync(Payment payment, Money? amount) =>
        Partner.Client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = payment.Id, Amount = amount },
            Key($"refund-{amount}")
        );

    private static IdempotencyKey Key(string operation) =>
        IdempotencyKey.FromOrder("order-1", operation.Replace(' ', '-'));
}
