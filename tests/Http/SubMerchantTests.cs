using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Merchants that sell through a partner, against the real server: 100.00 are on the account.</summary>
public sealed class SubMerchantTests(SharedServer shared) : PayingCustomerTests(shared)
{
    private TestPartner Partner => Client.Partner;

    private SubMerchantsClient Merchants => Partner.Client.SubMerchants;

    [Fact]
    public async Task Merchants_are_registered_listed_and_closed_by_any_app_of_their_partner()
    {
        var noodles = await RegisterAsync("Noodles", "shop-1");
        var again = await RegisterAsync("Noodles", "shop-1");
        var tea = await RegisterAsync("Tea House", reference: null);
        var sibling = await Partner.NewAppAsync();

        Assert.Equal(noodles.Id, again.Id);
        Assert.Equal(
            [("Noodles", "shop-1", SubMerchantStatus.Open), ("Tea House", null, SubMerchantStatus.Open)],
            (await sibling.Client.SubMerchants.ListAsync().ToListAsync()).Select(merchant =>
                (merchant.Name, merchant.Reference, merchant.Status)
            )
        );
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(SubMerchantStatus.Closed, (await Merchants.CloseAsync(tea.Id)).Status);
        }

        Assert.Equal(SubMerchantStatus.Closed, (await Merchants.GetAsync(tea.Id)).Status);
        Assert.Equal(
            ProblemCodes.SubMerchantClosed,
            (await RefusalAsync(() => PayAsync("order-1", 10, tea.Id))).Code
        );
        Assert.Equal(PaymentStatus.Captured, (await PayAsync("order-1", 10, noodles.Id)).Status);
    }

    [Fact]
    public async Task A_platform_keeps_its_commission_of_a_meal()
    {
        var first = await SellForOthers.SellMealAsync(Partner.Client, Customer.AgreementId!, "meal-1");
        var second = await SellForOthers.SellMealAsync(Partner.Client, Customer.AgreementId!, "meal-2");

        Assert.Equal(first.Splits![0].SubMerchantId, second.Splits![0].SubMerchantId);
        Assert.Equal([Money.Yuan(36), Money.Yuan(4)], second.Splits.Select(part => part.CapturedAmount));
        Assert.Null(second.Splits[1].SubMerchantId);
    }

    [Fact]
    public async Task A_merchant_of_another_partner_is_neither_seen_nor_closed_nor_paid()
    {
        var noodles = await RegisterAsync("Noodles");
        var stranger = await Shared.NewPartnerAsync();

        Assert.Empty(await stranger.Client.SubMerchants.ListAsync().ToListAsync());
        foreach (
            var call in (Func<Task<SubMerchant>>[])
                [
                    () => stranger.Client.SubMerchants.GetAsync(noodles.Id),
                    () => stranger.Client.SubMerchants.CloseAsync(noodles.Id),
                ]
        )
        {
            Assert.Equal(ProblemCodes.NotFound, (await RefusalAsync(call)).Code);
        }

        var theirs = await stranger.Client.SubMerchants.CreateAsync(
            new CreateSubMerchantRequest { Name = "Theirs" },
            Key("theirs")
        );
        var refused = await RefusalAsync(() => PayAsync("order-1", 10, theirs.Id));
        Assert.Equal("/sub_merchant_id", Assert.Single(refused.Errors).Pointer);
    }

    [Fact]
    public async Task A_payment_is_split_and_each_part_gives_back_its_share()
    {
        var (noodles, tea) = (await RegisterAsync("Noodles"), await RegisterAsync("Tea House"));
        await FeeTests.SetFeesAsync(Shared, Partner, "rate=100");

        var paid = await PayAsync(SplitOrder(noodles.Id, tea.Id));

        Assert.Equal(
            [(noodles.Id, 10, 10, 0.10m), (tea.Id, 6, 6, 0.06m), (null, 4, 4, 0.04m)],
            Parts(paid).Select(part => (part.SubMerchantId, part.Amount, part.Captured, part.Fee))
        );
        Assert.Equal(Money.Yuan(0.20m), paid.FeeAmount);

        var first = await RefundAsync(paid, Money.Yuan(10.01m));
        Assert.Equal(
            [(noodles.Id, 5m, 0.05m), (tea.Id, 3m, 0.03m), (null, 2.01m, 0.02m)],
            first.Splits!.Select(part => (part.SubMerchantId, Yuan(part.Amount), Yuan(part.FeeAmount!.Value)))
        );
        Assert.Equal(Money.Yuan(0.10m), first.FeeAmount);

        var rest = await RefundAsync(paid, null);
        Assert.Equal([5m, 3m, 1.99m], rest.Splits!.Select(part => Yuan(part.Amount)));
        Assert.Equal(Money.Yuan(0.10m), rest.FeeAmount);
        Assert.Equal(
            rest.Splits!.Select(part => part.Amount),
            (await Partner.Client.Refunds.GetAsync(rest.Id)).Splits!.Select(part => part.Amount)
        );
        Assert.Equal(
            [(0.10m, 0.10m), (0.06m, 0.06m), (0.04m, 0.04m)],
            (await Partner.Client.Payments.GetAsync(paid.Id)).Splits!.Select(part =>
                (Yuan(part.FeeAmount!.Value), Yuan(part.FeeRefundedAmount!.Value))
            )
        );
        Assert.Equal(
            [10m, 6m, 4m],
            (await Partner.Client.Payments.GetAsync(paid.Id)).Splits!.Select(part =>
                Yuan(part.RefundedAmount)
            )
        );
    }

    [Fact]
    public async Task A_refund_may_say_whose_part_it_is()
    {
        var (noodles, tea) = (await RegisterAsync("Noodles"), await RegisterAsync("Tea House"));
        var paid = await PayAsync(SplitOrder(noodles.Id, tea.Id));

        var refused = await RefusalAsync(() => RefundAsync(paid, null, Part(tea.Id, 6.01m)));
        Assert.Equal(ProblemCodes.RefundExceedsPayment, refused.Code);
        var named = await RefundAsync(paid, null, Part(tea.Id, 6));
        var byRule = await RefundAsync(paid, Money.Yuan(7));

        Assert.Equal([0m, 6m, 0m], named.Splits!.Select(part => Yuan(part.Amount)));
        Assert.Equal(Money.Yuan(6), named.Amount);
        Assert.Equal([5m, 0m, 2m], byRule.Splits!.Select(part => Yuan(part.Amount)));
        Assert.Equal(Money.Yuan(93), await Partner.BalanceAsync(Customer));
    }

    [Fact]
    public async Task A_merchant_gives_back_no_more_than_its_own_settlement_has()
    {
        var (noodles, tea) = (await RegisterAsync("Noodles"), await RegisterAsync("Tea House"));
        var paid = await PayAsync("order-1", 10, noodles.Id);
        await FeeTests.SetFeesAsync(Shared, Partner, "rate=100", "refunded=no");
        var costs = await PayAsync("order-2", 10, tea.Id);

        Assert.Equal(
            ProblemCodes.InsufficientPartnerBalance,
            (await RefusalAsync(() => RefundAsync(costs, null))).Code
        );
        Assert.Equal(Money.Yuan(10), (await RefundAsync(paid, null)).Amount);
    }

    [Fact]
    public async Task Captures_of_a_hold_are_divided_as_the_price_is()
    {
        var (noodles, tea) = (await RegisterAsync("Noodles"), await RegisterAsync("Tea House"));
        var held = await PayAsync(
            SplitOrder(noodles.Id, tea.Id) with
            {
                CaptureMethod = CaptureMethod.Manual,
            }
        );
        Assert.Equal([0m, 0m, 0m], Parts(held).Select(part => part.Captured));

        var captured = await Partner.Client.Payments.CaptureAsync(
            held.Id,
            new CapturePaymentRequest { Amount = Money.Yuan(0.03m), Final = false },
            Key("capture-1")
        );
        Assert.Equal([0.01m, 0.01m, 0.01m], Parts(captured).Select(part => part.Captured));
        captured = await Partner.Client.Payments.CaptureAsync(
            held.Id,
            new CapturePaymentRequest { Amount = Money.Yuan(9.97m) },
            Key("capture-2")
        );

        Assert.Equal([5m, 3m, 2m], Parts(captured).Select(part => part.Captured));
        Assert.Equal([10m, 6m, 4m], Parts(captured).Select(part => part.Amount));
    }

    [Theory]
    [InlineData("""[]""", "/splits", "out_of_range")]
    [InlineData("""[{"amount":{"currency":"CNY","amount":999}}]""", "/splits", "wrong_sum")]
    [InlineData(
        """[{"amount":{"currency":"CNY","amount":500}},{"amount":{"currency":"CNY","amount":500}}]""",
        "/splits",
        "duplicate"
    )]
    [InlineData("""[{"amount":{"currency":"CNY","amount":0}}]""", "/splits/0/amount/amount", "out_of_range")]
    [InlineData(
        """[{"sub_merchant_id":"sub_1","amount":{"currency":"CNY","amount":1000}}]""",
        "/splits/0/sub_merchant_id",
        "not_found"
    )]
    [InlineData(
        """[{"amount":{"currency":"CNY","amount":1000}}],"sub_merchant_id":"sub_1" """,
        "/splits",
        "not_allowed"
    )]
    [InlineData("""[null]""", "/splits/0", "wrong_type")]
    [InlineData("""[{}]""", "/splits/0/amount", "required")]
    [InlineData("""[{"amount":{"currency":"CNY","amount":1000},"x":1}]""", "/splits/0/x", "unknown_field")]
    public async Task Parts_that_make_no_sense_are_refused(string splits, string pointer, string code)
    {
        var answer = await Client.CallAsync(
            HttpMethod.Post,
            "/v1/payments",
            Token,
            $$"""
            {"order_no":"order-1","amount":{"currency":"CNY","amount":1000},
             "agreement_id":"{{Customer.AgreementId}}","splits":{{splits}}}
            """,
            "key"
        );

        Assert.Equal(400, answer.Status);
        var error = Assert.Single(answer.Json["errors"]!.AsArray())!;
        Assert.Equal((pointer, code), ((string)error["pointer"]!, (string)error["code"]!));
    }

    [Fact]
    public async Task One_merchant_has_one_part_however_its_id_is_written()
    {
        var noodles = await RegisterAsync("Noodles");
        var shouted = "sub_" + noodles.Id[4..].ToUpperInvariant();

        var refused = await RefusalAsync(() =>
            PayAsync(
                SplitOrder(noodles.Id, noodles.Id) with
                {
                    Splits = [Part(noodles.Id, 10), Part(shouted, 10)],
                }
            )
        );

        Assert.Contains(Assert.Single(refused.Errors).Code, (string[])["duplicate", "not_found"]);
    }

    [Fact]
    public async Task A_refund_names_parts_that_its_payment_has()
    {
        var noodles = await RegisterAsync("Noodles");
        var whole = await Partner.PayAsync(Customer, "order-1", Money.Yuan(10));
        var split = await PayAsync("order-2", 10, noodles.Id);
        var other = await RegisterAsync("Tea House");

        foreach (
            var (payment, part, pointer) in (IReadOnlyList<(Payment, Split, string)>)
                [
                    (whole, Part(null, 1), "/splits"),
                    (split, Part(null, 1), "/splits/0/sub_merchant_id"),
                    (split, Part(other.Id, 1), "/splits/0/sub_merchant_id"),
                ]
        )
        {
            var refused = await RefusalAsync(() => RefundAsync(payment, null, part));
            Assert.Equal(pointer, Assert.Single(refused.Errors).Pointer);
        }

        Assert.Equal(
            "wrong_sum",
            Assert
                .Single(
                    (await RefusalAsync(() => RefundAsync(split, Money.Yuan(2), Part(noodles.Id, 1)))).Errors
                )
                .Code
        );
    }

    [Fact]
    public async Task A_refund_names_each_part_once()
    {
        var noodles = await RegisterAsync("Noodles");
        var paid = await PayAsync("order-1", 10, noodles.Id);

        var refused = await RefusalAsync(() =>
            RefundAsync(paid, null, Part(noodles.Id, 1), Part(noodles.Id, 2))
        );

        var error = Assert.Single(refused.Errors);
        Assert.Equal(("/splits", "duplicate"), (error.Pointer, error.Code));
    }

    [Theory]
    [InlineData("""{"name":""}""", "/name")]
    [InlineData("""{"name":"a\u202Eb"}""", "/name")]
    [InlineData("""{"name":"\uffa0"}""", "/name")]
    [InlineData("""{"name":"Noodles","reference":"a b"}""", "/reference")]
    public async Task A_merchant_has_a_name_that_can_be_seen(string body, string pointer)
    {
        var answer = await Client.CallAsync(HttpMethod.Post, "/v1/sub-merchants", Token, body, "key");

        Assert.Equal(400, answer.Status);
        Assert.Equal(pointer, (string)Assert.Single(answer.Json["errors"]!.AsArray())!["pointer"]!);
    }

    private Task<SubMerchant> RegisterAsync(string name, string? reference = "shop") =>
        Merchants.CreateAsync(
            new CreateSubMerchantRequest { Name = name, Reference = reference },
            Key(name.Replace(' ', '-'))
        );

    private CreatePaymentRequest SplitOrder(string first, string second) =>
        new()
        {
            OrderNo = "order-1",
            Amount = Money.Yuan(20),
            AgreementId = Customer.AgreementId!,
            Splits = [Part(first, 10), Part(second, 6), Part(null, 4)],
        };

    private Task<Payment> PayAsync(string orderNo, int yuan, string merchant) =>
        PayAsync(
            new CreatePaymentRequest
            {
                OrderNo = orderNo,
                Amount = Money.Yuan(yuan),
                AgreementId = Customer.AgreementId!,
                SubMerchantId = merchant,
            }
        );

    private Task<Payment> PayAsync(CreatePaymentRequest order) =>
        Partner.Client.Payments.CreateAsync(order, Key(order.OrderNo));

    private Task<Refund> RefundAsync(Payment payment, Money? amount, params Split[] splits) =>
        Partner.Client.Refunds.CreateAsync(
            new CreateRefundRequest
            {
                PaymentId = payment.Id,
                Amount = amount,
                Splits = splits.Length == 0 ? null : splits,
            },
            Key($"refund-{payment.OrderNo}-{amount?.Amount}-{splits.Length}")
        );

    private static Split Part(string? merchant, decimal yuan) =>
        new() { SubMerchantId = merchant, Amount = Money.Yuan(yuan) };

    private static IEnumerable<(string? SubMerchantId, decimal Amount, decimal Captured, decimal? Fee)> Parts(
        Payment payment
    ) =>
        payment.Splits!.Select(part =>
            (
                part.SubMerchantId,
                Yuan(part.Amount),
                Yuan(part.CapturedAmount),
                part.FeeAmount is { } fee ? Yuan(fee) : (decimal?)null
            )
        );

    private static decimal Yuan(Money money) => money.Amount / 100m;

    private static async Task<OpenBankingException> RefusalAsync<T>(Func<Task<T>> call) =>
        await Assert.ThrowsAsync<OpenBankingException>(call);

    private static IdempotencyKey Key(string operation) => IdempotencyKey.FromOrder("order", operation);
}
