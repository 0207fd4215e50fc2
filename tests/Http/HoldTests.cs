using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Money that is held first, against the real server: 100.00 are on the account.</summary>
public sealed class HoldTests(SharedServer shared) : PayingCustomerTests(shared)
{
    private TestPartner Partner => Client.Partner;

    private PaymentsClient Payments => Partner.Client.Payments;

    [Fact]
    public async Task A_car_park_holds_fifty_and_takes_twelve()
    {
        var paid = await AuthorizeAndCapture.ParkAsync(
            Partner.Client,
            Customer.AgreementId!,
            ("parking-1", DateTimeOffset.UtcNow),
            Money.Yuan(12)
        );

        Assert.Equal((PaymentStatus.Captured, CaptureMethod.Manual), (paid.Status, paid.CaptureMethod));
        Assert.Equal(
            (Money.Yuan(50), Money.Yuan(12), Money.Cny(0), Money.Yuan(12)),
            (paid.Amount, paid.CapturedAmount, paid.HeldAmount, paid.RefundableAmount)
        );
        await AssertBalanceAsync(88, 0);
        var lines = await Partner
            .Client.Accounts.ListTransactionsAsync(Customer.CustomerId, Customer.AccountId!)
            .ToListAsync();
        Assert.Equal(
            [
                (TransactionKind.Release, Money.Yuan(38), paid.Id),
                (TransactionKind.Hold, Money.Yuan(-50), paid.Id),
            ],
            lines.Take(2).Select(line => (line.Kind, line.Amount, line.SourceId!))
        );
        Assert.Equal(
            Money.Yuan(12),
            (await Partner.Client.Agreements.GetAsync(Customer.AgreementId!)).TotalPaid
        );
    }

    [Theory]
    [InlineData(true, 50)]
    [InlineData(false, 30)]
    public async Task A_meal_in_two_deliveries_is_captured_as_far_as_it_came(bool secondArrives, int captured)
    {
        var held = await HoldAsync(50);

        var ended = await AuthorizeAndCapture.DeliverAsync(Partner.Client, held, secondArrives);

        Assert.Equal((PaymentStatus.Captured, Money.Yuan(captured)), (ended.Status, ended.CapturedAmount));
        await AssertBalanceAsync(100 - captured, 0);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("", "application/json")]
    [InlineData("{}", "application/json")]
    public async Task A_cancel_says_nothing_and_needs_no_body_to_say_it(string? body, string? type)
    {
        var held = await HoldAsync(50);

        var canceled = await SendAsync(held, "cancel", body, type);
        Assert.Equal((200, "canceled"), (canceled.Status, canceled.Json["status"]!.GetValue<string>()));
        // Whichever way it says nothing, it is the same request.
        var again = await SendAsync(held, "cancel", "{}", "application/json");
        Assert.Equal((200, "true"), (again.Status, again.Headers.GetValues("Idempotency-Replayed").Single()));
        await AssertBalanceAsync(100, 0);
    }

    [Theory]
    [InlineData("{}", null, 415)]
    [InlineData("", "text/plain", 415)]
    [InlineData("{", "application/json", 400)]
    [InlineData("{\"amount\":1}", "application/json", 400)]
    public async Task A_cancel_that_says_something_else_is_refused(string body, string? type, int status)
    {
        var held = await HoldAsync(50);
        var answer = await SendAsync(held, "cancel", body, type);
        Assert.Equal(status, answer.Status);
        await AssertBalanceAsync(50, 50);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    public async Task A_capture_without_a_body_takes_all_and_is_the_same_as_one_that_says_nothing(
        string? body
    )
    {
        var held = await HoldAsync(50);

        var captured = await SendAsync(held, "capture", body, body is null ? null : "application/json");
        Assert.Equal((200, "captured"), (captured.Status, captured.Json["status"]!.GetValue<string>()));
        await AssertBalanceAsync(50, 0);

        foreach (var other in new[] { null, "{}" })
        {
            var again = await SendAsync(held, "capture", other, other is null ? null : "application/json");
            Assert.Equal(
                (200, "true"),
                (again.Status, again.Headers.GetValues("Idempotency-Replayed").Single())
            );
        }

        var more = await SendAsync(held, "capture", "{\"final\":true}", "application/json");
        Assert.Equal((422, ProblemCodes.IdempotencyKeyReused), (more.Status, more.Code));
    }

    /// <summary>A body that was lost on its way would take everything.</summary>
    [Theory]
    [InlineData("", "application/json", 400, ProblemCodes.InvalidJson)]
    [InlineData("", "text/plain", 415, ProblemCodes.UnsupportedMediaType)]
    [InlineData("{}", null, 415, ProblemCodes.UnsupportedMediaType)]
    [InlineData("null", "application/json", 400, ProblemCodes.InvalidRequest)]
    public async Task A_capture_whose_body_says_that_it_is_something_is_not_one_without(
        string body,
        string? type,
        int status,
        string code
    )
    {
        var held = await HoldAsync(50);

        var answer = await SendAsync(held, "capture", body, type);

        Assert.Equal((status, code), (answer.Status, answer.Code));
        await AssertBalanceAsync(50, 50);
    }

    [Fact]
    public async Task What_has_a_field_that_is_required_is_not_sent_without_a_body()
    {
        var answer = await Client.CallAsync(
            HttpMethod.Post,
            "/v1/refunds",
            Token,
            idempotencyKey: "refund-1"
        );
        Assert.Equal((415, ProblemCodes.UnsupportedMediaType), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_hold_is_shown_with_what_is_held_and_when_it_ends()
    {
        var held = await HoldAsync(20);
        await Payments.CaptureAsync(
            held.Id,
            new CapturePaymentRequest { Amount = Money.Yuan(5), Final = false },
            Key("capture-1")
        );

        var shown = await Payments.GetAsync(held.Id);

        Assert.Equal(
            (PaymentStatus.Authorized, Money.Yuan(20), Money.Yuan(5), Money.Yuan(15), Money.Cny(0)),
            (shown.Status, shown.Amount, shown.CapturedAmount, shown.HeldAmount, shown.RefundableAmount)
        );
        Assert.Equal(held.CreatedAt.AddDays(7), shown.ExpiresAt);
        Assert.Equal(held.Id, (await Partner.Client.Orders.GetAsync("order-1")).LastPayment!.Id);
        await AssertBalanceAsync(80, 15);
    }

    [Fact]
    public async Task A_payment_at_once_shows_no_hold()
    {
        var paid = await Partner.PayAsync(Customer, "order-1", Money.Yuan(20));

        Assert.Equal((Money.Yuan(20), Money.Yuan(20)), (paid.CapturedAmount, paid.RefundableAmount));
        Assert.Equal((null, null, null), (paid.CaptureMethod, paid.HeldAmount, paid.ExpiresAt));
    }

    [Fact]
    public async Task A_coupon_is_held_with_the_money_and_released_below_its_threshold()
    {
        var coupon = await Partner.IssueCouponAsync(Customer);
        var held = await HoldAsync(20, coupon.Id);
        var inBetween = await Partner.Client.Coupons.GetAsync(Customer.CustomerId, coupon.Id);
        Assert.Equal((CouponStatus.Held, held.Id), (inBetween.Status, inBetween.PaymentId));

        var paid = await Payments.CaptureAsync(
            held.Id,
            new CapturePaymentRequest { Amount = Money.Yuan(14) },
            Key("capture")
        );

        Assert.Equal((Money.Yuan(14), Money.Cny(0)), (paid.CustomerAmount, paid.DiscountAmount));
        var released = await Partner.Client.Coupons.GetAsync(Customer.CustomerId, coupon.Id);
        Assert.Equal((CouponStatus.Issued, null), (released.Status, released.PaymentId));
        await AssertBalanceAsync(86, 0);
    }

    [Fact]
    public async Task A_partly_captured_payment_is_refunded_up_to_what_was_captured()
    {
        var coupon = await Partner.IssueCouponAsync(Customer);
        var held = await HoldAsync(20, coupon.Id);
        Assert.Equal(
            ProblemCodes.PaymentNotRefundable,
            (await RefusalAsync(() => RefundAsync(held, null))).Code
        );
        await Payments.CaptureAsync(
            held.Id,
            new CapturePaymentRequest { Amount = Money.Yuan(16) },
            Key("capture")
        );

        Assert.Equal(
            ProblemCodes.RefundExceedsPayment,
            (await RefusalAsync(() => RefundAsync(held, Money.Yuan(16.01m)))).Code
        );
        var refund = await RefundAsync(held, null);

        Assert.Equal((Money.Yuan(11), Money.Yuan(5)), (refund.CustomerAmount, refund.DiscountAmount));
        await AssertBalanceAsync(100, 0);
    }

    [Fact]
    public async Task The_same_capture_with_the_same_key_captures_once_and_is_answered_the_same()
    {
        var held = await HoldAsync(20);
        var body = """{"amount":{"currency":"CNY","amount":500},"final":false}""";

        var answers = new List<RawAnswer>();
        for (var i = 0; i < 2; i++)
        {
            answers.Add(await PostAsync($"/v1/payments/{held.Id}/capture", body, "key"));
        }

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(answers[0].Bytes, answers[1].Bytes);
        Assert.Equal("true", answers[1].Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal(Money.Yuan(5), (await Payments.GetAsync(held.Id)).CapturedAmount);
        var other = await PostAsync($"/v1/payments/{held.Id}/cancel", "{}", "key");
        Assert.Equal(ProblemCodes.IdempotencyKeyReused, other.Code);
    }

    [Fact]
    public async Task Captures_at_once_take_no_more_than_is_held()
    {
        var held = await HoldAsync(20);

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 30)
                .Select(i =>
                    PostAsync(
                        $"/v1/payments/{held.Id}/capture",
                        """{"amount":{"currency":"CNY","amount":300},"final":false}""",
                        $"key-{i}"
                    )
                )
        );

        Assert.Equal(6, answers.Count(answer => answer.Status == 200));
        Assert.All(
            answers.Where(answer => answer.Status != 200),
            answer => Assert.Equal(ProblemCodes.CaptureExceedsAuthorization, answer.Code)
        );
        await AssertBalanceAsync(80, 2);
    }

    [Fact]
    public async Task A_canceled_order_may_be_tried_again()
    {
        var held = await HoldAsync(20);
        Assert.Equal(
            ProblemCodes.OrderAlreadyPaid,
            (await RefusalAsync(() => HoldAsync(20, attempt: 2))).Code
        );

        var canceled = await Payments.CancelAsync(held.Id, Key("cancel"));

        Assert.Equal((PaymentStatus.Canceled, Money.Cny(0)), (canceled.Status, canceled.CustomerAmount));
        await AssertBalanceAsync(100, 0);
        foreach (
            var call in new[]
            {
                () => Payments.CancelAsync(held.Id, Key("cancel-2")),
                () => Payments.CaptureAsync(held.Id, new CapturePaymentRequest(), Key("capture")),
            }
        )
        {
            Assert.Equal(409, (await RefusalAsync(call)).Status);
        }

        Assert.Equal(PaymentStatus.Authorized, (await HoldAsync(20, attempt: 2)).Status);
    }

    [Fact]
    public async Task A_hold_ends_by_itself_and_what_comes_late_is_refused()
    {
        var held = await HoldAsync(20, expiresAt: DateTimeOffset.UtcNow.AddSeconds(2));

        var shown = held;
        for (var wait = 0; wait < 100 && shown.Status == PaymentStatus.Authorized; wait++)
        {
            await Task.Delay(100);
            shown = await Payments.GetAsync(held.Id);
        }

        Assert.Equal(PaymentStatus.Expired, shown.Status);
        await AssertBalanceAsync(100, 0);
        var late = await RefusalAsync(() =>
            Payments.CaptureAsync(held.Id, new CapturePaymentRequest(), Key("capture"))
        );
        Assert.Equal((409, ProblemCodes.AuthorizationExpired), (late.Status, late.Code));
    }

    [Fact]
    public async Task What_was_held_is_captured_after_the_consent_is_gone()
    {
        var held = await HoldAsync(20);
        await Partner.Client.Consents.RevokeAsync(Customer.ConsentId);

        var paid = await Payments.CaptureAsync(held.Id, new CapturePaymentRequest(), Key("capture"));

        Assert.Equal(PaymentStatus.Captured, paid.Status);
    }

    [Fact]
    public async Task A_payment_of_another_partner_is_neither_captured_nor_canceled()
    {
        var held = await HoldAsync(20);
        using var stranger = await Shared.NewRawClientAsync();
        var token = await stranger.AppTokenAsync();

        foreach (var action in new[] { "capture", "cancel" })
        {
            var answer = await stranger.CallAsync(
                HttpMethod.Post,
                $"/v1/payments/{held.Id}/{action}",
                token,
                "{}",
                "key"
            );
            Assert.Equal((404, ProblemCodes.NotFound), (answer.Status, answer.Code));
        }

        Assert.Equal(PaymentStatus.Authorized, (await Payments.GetAsync(held.Id)).Status);
    }

    [Theory]
    [InlineData("\"capture_method\":\"later\"", "/capture_method", "unknown_value")]
    [InlineData("\"capture_method\":\"\"", "/capture_method", "unknown_value")]
    [InlineData("\"capture_method\":\"man\\u0000\"", "/capture_method", "unknown_value")]
    [InlineData("\"capture_method\":7", "/capture_method", "wrong_type")]
    [InlineData("\"expires_at\":\"2099-01-01T00:00:00Z\"", "/expires_at", "not_allowed")]
    [InlineData(
        "\"capture_method\":\"manual\",\"expires_at\":\"2099-01-01T00:00:00Z\"",
        "/expires_at",
        "out_of_range"
    )]
    [InlineData(
        "\"capture_method\":\"manual\",\"expires_at\":\"0001-01-01T00:00:00Z\"",
        "/expires_at",
        "out_of_range"
    )]
    [InlineData("\"capture_method\":\"manual\",\"expires_at\":\"soon\"", "/expires_at", "wrong_format")]
    public async Task A_hold_that_makes_no_sense_is_refused(string fields, string pointer, string code)
    {
        var answer = await PostAsync(
            "/v1/payments",
            $$$"""
            {"order_no":"order-1","amount":{"currency":"CNY","amount":100},
            "agreement_id":"{{{Customer.AgreementId}}}",{{{fields}}}}
            """,
            "key"
        );

        Assert.Equal((400, ProblemCodes.InvalidRequest), (answer.Status, answer.Code));
        var error = Assert.Single(answer.Json["errors"]!.AsArray())!;
        Assert.Equal((pointer, code), ((string)error["pointer"]!, (string)error["code"]!));
    }

    [Theory]
    [InlineData("capture", "{\"amount\":{\"currency\":\"USD\",\"amount\":1}}", 400, "/amount/currency")]
    [InlineData("capture", "{\"amount\":{\"currency\":\"CNY\",\"amount\":0}}", 400, "/amount/amount")]
    [InlineData("capture", "{\"final\":\"yes\"}", 400, "/final")]
    [InlineData("capture", "{\"surprise\":1}", 400, "/surprise")]
    [InlineData("cancel", "{\"surprise\":1}", 400, "/surprise")]
    [InlineData("capture", "{\"amount\":{\"currency\":\"CNY\",\"amount\":2001}}", 422, "/amount")]
    public async Task What_a_capture_or_cancellation_cannot_mean_is_refused(
        string action,
        string body,
        int status,
        string pointer
    )
    {
        var held = await HoldAsync(20);

        var answer = await PostAsync($"/v1/payments/{held.Id}/{action}", body, "key");

        Assert.Equal(status, answer.Status);
        Assert.Equal(pointer, (string)Assert.Single(answer.Json["errors"]!.AsArray())!["pointer"]!);
        await AssertBalanceAsync(80, 20);
    }

    [Theory]
    [InlineData("capture")]
    [InlineData("cancel")]
    public async Task Both_need_an_idempotency_key(string action)
    {
        var held = await HoldAsync(20);

        var answer = await PostAsync($"/v1/payments/{held.Id}/{action}", "{}", key: null);

        Assert.Equal((400, ProblemCodes.IdempotencyKeyRequired), (answer.Status, answer.Code));
    }

    private Task<Payment> HoldAsync(
        int yuan,
        string? couponId = null,
        int attempt = 1,
        DateTimeOffset? expiresAt = null
    ) =>
        Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-1",
                Amount = Money.Yuan(yuan),
                AgreementId = Customer.AgreementId!,
                CouponId = couponId,
                CaptureMethod = CaptureMethod.Manual,
                ExpiresAt = expiresAt,
            },
            IdempotencyKey.FromOrder("order-1", "payment", attempt)
        );

    private Task<Refund> RefundAsync(Payment payment, Money? amount) =>
        Partner.Client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = payment.Id, Amount = amount },
            Key("refund")
        );

    private static IdempotencyKey Key(string operation) => IdempotencyKey.FromOrder("order-1", operation);

    private static async Task<OpenBankingException> RefusalAsync<T>(Func<Task<T>> call) =>
        await Assert.ThrowsAsync<OpenBankingException>(call);

    private Task<RawAnswer> PostAsync(string path, string body, string? key) =>
        Client.CallAsync(HttpMethod.Post, path, Token, body, key);

    private async Task AssertBalanceAsync(decimal available, decimal held)
    {
        var account = await Partner.Client.Accounts.GetAsync(Customer.CustomerId, Customer.AccountId!);
        Assert.Equal(
            (Money.Yuan(available), Money.Yuan(held)),
            (account.Balance!.Available, account.Balance.Held)
        );
    }

    /// <summary>With one key for all that is sent to an address.</summary>
    private Task<RawAnswer> SendAsync(Payment held, string what, string? body, string? type) =>
        Client.CallAsync(
            HttpMethod.Post,
            $"/v1/payments/{held.Id}/{what}",
            Token,
            body,
            $"{what}-1",
            change: request => request.Content?.Headers.ContentType = type is null ? null : new(type)
        );
}
