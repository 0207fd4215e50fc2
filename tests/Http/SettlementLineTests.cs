using System.Text.Json.Nodes;
using OpenBanking.Server.Payouts;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Which payments, refunds and fees make up what partners and merchants are paid out. A run settles every sandbox, so
/// those of two tests at once would take days from each other.</summary>
[Collection(nameof(PayoutRuns))]
public sealed class SettlementLineTests(SharedServer shared) : PayingCustomerTests(shared)
{
    private const string Route = "/v1/settlement/transactions";

    private TestPartner Partner => Client.Partner;

    private PayoutsClient Payouts => Partner.Client.Payouts;

    private World World => new(Partner.SandboxNumber);

    [Fact]
    public async Task The_lines_of_the_days_add_up_to_the_payouts_of_partner_and_merchant()
    {
        await FeeTests.SetFeesAsync(Shared, Partner, "rate=100");
        var noodles = await RegisterAsync();
        var (split, held) = await SellAsync(noodles);

        var before = await LinesAsync();
        await ADayPassesAsync();

        foreach (var merchant in new[] { null, noodles })
        {
            var payout = Assert.Single(
                await Payouts.ListAsync().ToListAsync(),
                each => each.SubMerchantId == merchant
            );
            var lines = await LinesAsync(through: payout.Through, merchant: merchant);
            Assert.Equal(
                (payout.CapturedAmount, payout.RefundedAmount, payout.FeeAmount),
                (
                    SumOf(lines, SettlementTransactionKind.Payment),
                    -SumOf(lines, SettlementTransactionKind.Refund),
                    -SumOf(lines, SettlementTransactionKind.Fee)
                )
            );
            var paid = Assert.Single(await LinesAsync(payout.Through.AddDays(1), merchant: merchant));
            Assert.Equal(
                (SettlementTransactionKind.Payout, -payout.Amount, payout.Id, null, null, null),
                (paid.Kind, paid.Amount, paid.PayoutId, paid.PaymentId, paid.RefundId, paid.OrderNo)
            );
            Assert.Equal(lines.Append(paid), await LinesAsync(merchant: merchant), SameId);
        }

        var first = (await Payouts.ListAsync().ToListAsync()).Single(each => each.SubMerchantId is null);
        Assert.Null(first.From);
        await PayAsync("order-3", 7);
        await ADayPassesAsync();
        var second = (await Payouts.ListAsync().ToListAsync()).Last();
        Assert.Equal((first.Through.AddDays(1), null), (second.From, second.SubMerchantId));
        var since = await LinesAsync(second.From, second.Through);
        Assert.Equal(
            (second.CapturedAmount, second.FeeAmount),
            (SumOf(since, SettlementTransactionKind.Payment), -SumOf(since, SettlementTransactionKind.Fee))
        );

        // Single postings and steps, as they happened.
        (string, long, string, bool)[] expected =
        [
            ("payment", 10_00, "order-1", false),
            ("fee", -10, "order-1", false),
            ("payment", 8_00, "split", false),
            ("fee", -8, "split", false),
            ("payment", 5_00, "held", false),
            ("fee", -5, "held", false),
            ("payment", 3_00, "order-2", false),
            ("fee", -3, "order-2", false),
            ("payment", 15_00, "held", false),
            ("fee", -15, "held", false),
            ("refund", -4_00, "split", true),
            ("fee", 4, "split", true),
        ];
        Assert.Equal(
            expected,
            before.Select(line =>
                (line.Kind.Value, line.Amount.Amount, line.OrderNo!, line.RefundId is not null)
            )
        );
        Assert.Equal(
            [split.Id, split.Id, held.Id, held.Id],
            before.Skip(2).Take(4).Select(line => line.PaymentId)
        );
        Assert.Equal(split.Id, before[^1].PaymentId);
        Assert.Equal(before.Select(line => line.CreatedAt).Order(), before.Select(line => line.CreatedAt));
    }

    [Fact]
    public async Task A_payout_that_fails_comes_back()
    {
        await Partner.PayAsync(Customer, "order-1", Money.Cny(SandboxAmounts.PayoutRefused));
        await ADayPassesAsync();

        var payout = Assert.Single(await Payouts.ListAsync().ToListAsync());
        var moved = (await LinesAsync()).Skip(1);

        Assert.Equal(
            [(payout.Id, -payout.Amount), (payout.Id, payout.Amount)],
            moved.Select(line => (line.PayoutId!, line.Amount))
        );
    }

    /// <summary>Money of the day after is there when they are settled, and nothing of theirs.</summary>
    [Fact]
    public async Task Of_days_that_left_nothing_the_lines_add_up_to_what_is_left_with_the_next_payout()
    {
        await RefundAsync(await PayAsync("order-1", 10), 10);
        await AdvanceAsync(TimeSpan.FromDays(1) + PayoutRuns.Grace);
        await PayAsync("order-2", 5);
        await Shared.Server.Get<PayoutRuns>().RunAsync();
        Assert.False(await Payouts.ListAsync().AnyAsync());
        await ADayPassesAsync();

        var payout = Assert.Single(await Payouts.ListAsync().ToListAsync());
        Assert.Equal(
            (Money.Yuan(5), Money.Yuan(0), Money.Yuan(0)),
            (payout.CapturedAmount, payout.RefundedAmount, payout.BroughtForward)
        );
        Assert.Equal("order-2", Assert.Single(await LinesAsync(payout.From, payout.Through)).OrderNo);
        var lines = await LinesAsync(through: payout.Through);
        Assert.Equal(
            payout.Amount + payout.CarriedForward,
            SumOf(lines, SettlementTransactionKind.Payment) + SumOf(lines, SettlementTransactionKind.Refund)
        );
    }

    [Fact]
    public async Task Pages_of_one_walk_all_lines_once_in_the_same_order()
    {
        await FeeTests.SetFeesAsync(Shared, Partner, "rate=100");
        await SellAsync(await RegisterAsync());

        var walked = new List<string>();
        for (string? after = ""; after is not null; )
        {
            var page = await ReadAsync($"?limit=1{after}");
            walked.Add((string)Assert.Single(page["data"]!.AsArray())!["id"]!);
            after = (bool)page["has_more"]! ? $"&after={page["next_cursor"]}" : null;
        }

        Assert.Equal((await LinesAsync()).Select(line => line.Id), walked);
        Assert.Equal(walked.Count, walked.Distinct().Count());
        Assert.Equal(12, walked.Count);
    }

    [Fact]
    public async Task Days_are_taken_by_their_first_and_last()
    {
        var days = new List<DateOnly>();
        for (var day = 1; day <= 3; day++)
        {
            await PayAsync($"order-{day}", 10);
            days.Add((await LinesAsync())[^1].BusinessDate);
            await AdvanceAsync(TimeSpan.FromDays(1));
        }

        // What is paid out meanwhile is no order.
        async Task<IEnumerable<string?>> OrdersAsync(DateOnly? from, DateOnly? through) =>
            (await LinesAsync(from, through)).Select(line => line.OrderNo).OfType<string>();
        Assert.Equal(["order-2"], await OrdersAsync(days[1], days[1]));
        Assert.Equal(["order-1", "order-2"], await OrdersAsync(null, days[1]));
        Assert.Equal(["order-2", "order-3"], await OrdersAsync(days[1], null));
        Assert.Equal(
            ["order-1", "order-2", "order-3"],
            await OrdersAsync(DateOnly.MinValue, DateOnly.MaxValue)
        );
        Assert.Empty(await OrdersAsync(days[2].AddDays(1), null));
        var cursor = (await ReadAsync("?limit=1"))["next_cursor"];
        Assert.Equal(
            "order-3",
            (await ReadAsync($"?from={days[2]:yyyy-MM-dd}&after={cursor}"))["data"]!
                .AsArray()
                .Select(line => (string?)line!["order_no"])
                .OfType<string>()
                .First()
        );
    }

    [Fact]
    public async Task Another_app_of_the_partner_sees_the_same_lines_and_another_partner_none()
    {
        var noodles = await RegisterAsync();
        await SellAsync(noodles);
        var (sibling, stranger) = (await Partner.NewAppAsync(), await Shared.NewPartnerAsync());

        Assert.Equal(
            (await LinesAsync()).Select(line => (line.Id, line.PaymentId)),
            (await sibling.Client.Payouts.ListTransactionsAsync().ToListAsync()).Select(line =>
                (line.Id, line.PaymentId)
            )
        );
        Assert.Empty(await stranger.Client.Payouts.ListTransactionsAsync().ToListAsync());
        foreach (var merchant in new[] { noodles, "sub_nothing" })
        {
            var refused = await Assert.ThrowsAsync<OpenBankingException>(async () =>
                await stranger.Client.Payouts.ListTransactionsAsync(subMerchantId: merchant).ToListAsync()
            );
            Assert.Equal(400, refused.Status);
            var error = Assert.Single(refused.Errors);
            Assert.Equal(("sub_merchant_id", "not_found"), (error.Pointer, error.Code));
        }
    }

    [Theory]
    [InlineData("from=2026-11-31", "from", "wrong_format")]
    [InlineData("from=", "from", "wrong_format")]
    [InlineData("from=20261101", "from", "wrong_format")]
    [InlineData("from=2026-11-01&from=2026-11-01", "from", "wrong_format")]
    [InlineData("through=2026-11-01T00:00:00Z", "through", "wrong_format")]
    [InlineData("from=2026-11-02&through=2026-11-01", "through", "out_of_range")]
    [InlineData("sub_merchant_id=", "sub_merchant_id", "not_found")]
    [InlineData("sub_merchant_id=pay_1", "sub_merchant_id", "not_found")]
    [InlineData("after=eA", "after", "out_of_range")]
    [InlineData("limit=0", "limit", "out_of_range")]
    [InlineData("kind=fee", "kind", "unknown_field")]
    [InlineData("From=2026-11-01", "From", "unknown_field")]
    public async Task Parameters_that_make_no_sense_are_refused(string query, string pointer, string code)
    {
        var answer = await Client.CallAsync(HttpMethod.Get, $"{Route}?{query}", Token);

        Assert.Equal((400, ProblemCodes.InvalidRequest), (answer.Status, answer.Code));
        var error = Assert.Single(answer.Json["errors"]!.AsArray())!;
        Assert.Equal((pointer, code), ((string)error["pointer"]!, (string)error["code"]!));
        if (code == "unknown_field")
        {
            Assert.EndsWith(
                "known are: limit, after, sub_merchant_id, from, through.",
                (string)error["detail"]!
            );
        }
    }

    [Fact]
    public async Task Without_the_scope_settlement_nothing_is_told()
    {
        var answer = await Client.CallAsync(HttpMethod.Get, Route, await Client.AppTokenAsync("payments"));

        Assert.Equal((403, ProblemCodes.InsufficientScope), (answer.Status, answer.Code));
    }

    /// <summary>Alone, split, and in steps with others in between; and a part of it back.</summary>
    private async Task<(Payment Split, Payment Held)> SellAsync(string merchant)
    {
        await PayAsync("order-1", 10);
        var split = await Partner.Client.Payments.CreateAsync(
            NewOrder("split", 20) with
            {
                Splits =
                [
                    new Split { SubMerchantId = merchant, Amount = Money.Yuan(12) },
                    new Split { Amount = Money.Yuan(8) },
                ],
            },
            Key("split")
        );
        var held = await Partner.Client.Payments.CreateAsync(
            NewOrder("held", 30) with
            {
                CaptureMethod = CaptureMethod.Manual,
            },
            Key("held")
        );
        await CaptureAsync(held, 5, final: false);
        await PayAsync("order-2", 3);
        await CaptureAsync(held, 15, final: true);
        await RefundAsync(split, 10);
        return (split, held);
    }

    private Task<Refund> RefundAsync(Payment payment, int yuan) =>
        Partner.Client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = payment.Id, Amount = Money.Yuan(yuan) },
            Key("refund")
        );

    private Task<Payment> PayAsync(string orderNo, int yuan) =>
        Partner.Client.Payments.CreateAsync(NewOrder(orderNo, yuan), Key(orderNo));

    private CreatePaymentRequest NewOrder(string orderNo, int yuan) =>
        new()
        {
            OrderNo = orderNo,
            Amount = Money.Yuan(yuan),
            AgreementId = Customer.AgreementId!,
        };

    private Task<Payment> CaptureAsync(Payment held, int yuan, bool final) =>
        Partner.Client.Payments.CaptureAsync(
            held.Id,
            new CapturePaymentRequest { Amount = Money.Yuan(yuan), Final = final },
            Key($"capture-{yuan}")
        );

    private async Task<string> RegisterAsync() =>
        (
            await Partner.Client.SubMerchants.CreateAsync(
                new CreateSubMerchantRequest { Name = "Noodles" },
                Key("noodles")
            )
        ).Id;

    private async Task<IReadOnlyList<SettlementTransaction>> LinesAsync(
        DateOnly? from = null,
        DateOnly? through = null,
        string? merchant = null
    ) => await Payouts.ListTransactionsAsync(from, through, merchant).ToListAsync();

    private async Task<JsonNode> ReadAsync(string query)
    {
        var answer = await Client.CallAsync(HttpMethod.Get, Route + query, Token);
        Assert.Equal(200, answer.Status);
        return answer.Json;
    }

    /// <summary>The day is settled, and every payout answered.</summary>
    private async Task ADayPassesAsync()
    {
        await AdvanceAsync(TimeSpan.FromDays(1) + PayoutRuns.Grace);
        await Shared.Server.Get<PayoutRuns>().RunAsync();
        for (var wait = 0; wait < 200; wait++)
        {
            var payouts = await Payouts.ListAsync().ToListAsync();
            if (payouts.All(payout => payout.Status != PayoutStatus.Processing))
            {
                return;
            }

            await Task.Delay(25);
        }
    }

    private Task AdvanceAsync(TimeSpan by) => Shared.Server.Get<SandboxClock>().AdvanceAsync(World, by);

    private static bool SameId(SettlementTransaction one, SettlementTransaction other) => one.Id == other.Id;

    private static Money SumOf(IEnumerable<SettlementTransaction> lines, SettlementTransactionKind kind) =>
        Money.Cny(lines.Where(line => line.Kind == kind).Sum(line => line.Amount.Amount));

    private static IdempotencyKey Key(string operation) => IdempotencyKey.FromOrder("order", operation);
}
