using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenBanking.Server.Sandbox;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Events reach their receivers: signed, at least once, and a bad receiver harms no other.</summary>
public sealed class WebhookTests(SharedServer shared) : IAsyncLifetime
{
    private Receiver receiver = null!;
    private TestPartner partner = null!;

    public async ValueTask InitializeAsync()
    {
        receiver = await Receiver.StartAsync();
        partner = await shared.NewPartnerAsync();
    }

    public ValueTask DisposeAsync() => receiver.DisposeAsync();

    [Fact]
    public async Task Every_change_of_state_is_one_signed_event()
    {
        var endpoint = await SubscribeAsync("/hooks");
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(100));
        var coupon = await partner.IssueCouponAsync(customer);
        var payment = await partner.PayAsync(customer, "order-1", Money.Yuan(19.90m), coupon.Id);
        await partner.PayAsync(customer, "order-2", Money.Yuan(999));
        await partner.Client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = payment.Id },
            IdempotencyKey.Parse("refund")
        );

        string[] expected =
        [
            EventTypes.AccountApplicationCreated,
            EventTypes.AccountApplicationIdentityVerifying,
            EventTypes.AccountApplicationOpened,
            EventTypes.AccountOpened,
            EventTypes.AccountActive,
            EventTypes.ConsentAuthorized,
            EventTypes.TopUpProcessing,
            EventTypes.TopUpSucceeded,
            EventTypes.CouponIssued,
            EventTypes.PaymentCaptured,
            EventTypes.CouponRedeemed,
            EventTypes.PaymentFailed,
            EventTypes.RefundSucceeded,
            EventTypes.PaymentRefunded,
            EventTypes.CouponReturned,
        ];
        var deliveries = await receiver.WaitForAsync("/hooks", expected.Length);
        var verifier = new WebhookVerifier(endpoint.Secret!);
        var events = deliveries
            .Select(delivery => verifier.Verify(delivery.WebhookHeaders, delivery.Body))
            .ToList();
        Assert.Equal(expected.Order(), events.Select(happened => happened.Type).Order());
        Assert.Equal(expected.Length, events.Select(happened => happened.Id).Distinct().Count());
        var captured = events.Single(happened => happened.Type == EventTypes.PaymentCaptured);
        Assert.Equal(
            (payment.Id, "order-1", "captured"),
            (captured.Data.PaymentId, captured.Data.OrderNo, captured.Data.Status)
        );
        Assert.Equal(customer.CustomerId, captured.Data.CustomerId);
        var failed = events.Single(happened => happened.Type == EventTypes.PaymentFailed);
        Assert.Equal(DeclineCodes.InsufficientFunds, failed.Data.DeclineCode);
        Assert.All(deliveries, delivery => Assert.InRange(delivery.Body.Length, 1, 20 * 1024));
    }

    /// <summary>Deliveries may overtake each other; what came of one object is put in order by its sequence.</summary>
    [Fact]
    public async Task Every_state_of_payments_refunds_top_ups_coupons_and_consents_is_told_once_and_in_its_place()
    {
        await SubscribeAsync("/hooks");
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(100));
        await partner.TopUpAsync(customer, MagicAmounts.CardRefused, "top-up-2");

        var asked = await PayAsync("order-1", agreement: null, Money.Yuan(1));
        await partner.Client.Payments.CancelAsync(asked.Id, Key("order-1", "cancel"));
        var coupon = await partner.IssueCouponAsync(customer);
        var held = await PayAsync("order-2", customer.AgreementId, Money.Yuan(20), coupon.Id, manual: true);
        await partner.Client.Payments.CaptureAsync(held.Id, new(), Key("order-2", "capture"));
        await RefundAsync(held, Money.Yuan(5), 1);
        await RefundAsync(held, Money.Yuan(15), 2);
        var released = await partner.IssueCouponAsync(customer, "coupon-2");
        await PayAsync("order-3", customer.AgreementId, Money.Yuan(20), released.Id, manual: true);
        await PayAsync("order-4", customer.AgreementId, Money.Yuan(9_000));
        await shared
            .Server.Get<SandboxClock>()
            .AdvanceAsync(new(partner.SandboxNumber), TimeSpan.FromDays(8));
        await partner.Client.Consents.NarrowAsync(customer.ConsentId, [new CouponWallet()]);
        await partner.Client.Consents.RevokeAsync(customer.ConsentId);
        await partner.LinkAsync(person: 1);
        await shared
            .Server.Get<SandboxClock>()
            .AdvanceAsync(new(partner.SandboxNumber), TimeSpan.FromDays(367));

        string[] kinds = ["payment.", "refund.", "top_up.", "coupon.", "consent."];
        string[] expected =
        [
            .. EventTypes.All.Where(type =>
                kinds.Any(kind => type.StartsWith(kind, StringComparison.Ordinal))
            ),
        ];
        var told = await UntilAsync(happened => expected.All(type => happened.Any(one => one.Type == type)));
        Assert.Equal(
            expected.Order(),
            told.Select(one => one.Type).Where(expected.Contains).Distinct().Order()
        );
        Assert.Equal(told.Count, told.Select(one => one.Id).Distinct().Count());
        Assert.Equal(
            [
                (EventTypes.PaymentAuthorized, "authorized"),
                (EventTypes.PaymentCaptured, "captured"),
                (EventTypes.PaymentPartiallyRefunded, "partially_refunded"),
                (EventTypes.PaymentRefunded, "refunded"),
            ],
            told.Where(one =>
                    one.Data.PaymentId == held.Id && one.Type.StartsWith("payment.", StringComparison.Ordinal)
                )
                .OrderBy(one => one.Sequence)
                .Select(one => (one.Type, one.Data.Status!))
        );
        Assert.All(
            told.Where(one => one.Type.StartsWith("payment.", StringComparison.Ordinal))
                .GroupBy(one => one.Data.PaymentId),
            payment => Assert.Distinct(payment.Select(one => one.Sequence))
        );

        Task<Payment> PayAsync(
            string orderNo,
            string? agreement,
            Money amount,
            string? couponId = null,
            bool manual = false
        ) =>
            partner.Client.Payments.CreateAsync(
                new CreatePaymentRequest
                {
                    OrderNo = orderNo,
                    Amount = amount,
                    AgreementId = agreement,
                    CouponId = couponId,
                    CaptureMethod = manual ? CaptureMethod.Manual : null,
                },
                Key(orderNo, "payment")
            );

        Task RefundAsync(Payment payment, Money amount, int number) =>
            partner.Client.Refunds.CreateAsync(
                new CreateRefundRequest { PaymentId = payment.Id, Amount = amount },
                Key(payment.OrderNo, $"refund-{number}")
            );

        static IdempotencyKey Key(string orderNo, string name) => IdempotencyKey.FromOrder(orderNo, name);
    }

    /// <summary>What came to /hooks, once it is enough.</summary>
    private async Task<IReadOnlyList<WebhookEvent>> UntilAsync(
        Func<IReadOnlyList<WebhookEvent>, bool> isEnough
    )
    {
        for (var i = 0; ; i++)
        {
            WebhookEvent[] told =
            [
                .. receiver
                    .At("/hooks")
                    .Select(delivery =>
                        System.Text.Json.JsonSerializer.Deserialize(
                            delivery.Body,
                            ResponseJson.Default.WebhookEvent
                        )!
                    ),
            ];
            if (isEnough(told) || i == 400)
            {
                return told;
            }

            await Task.Delay(50);
        }
    }

    [Theory]
    [InlineData("events.md")]
    [InlineData("is payment.canceled meant?", "payment.cancelled")]
    [InlineData("such as payment.captured", EventTypes.PaymentCaptured, "*")]
    public async Task Events_that_are_none_are_refused_with_the_nearest(
        string nearest,
        params string[] events
    )
    {
        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
            partner.Client.WebhookEndpoints.CreateAsync(
                new CreateWebhookEndpointRequest
                {
                    Url = new Uri(receiver.Address, "/hooks").ToString(),
                    Events = events,
                }
            )
        );

        Assert.Equal((400, ProblemCodes.InvalidRequest), (refusal.Status, refusal.Code));
        Assert.Equal(("/events", "unknown_event"), (refusal.Errors[0].Pointer, refusal.Errors[0].Code));
        Assert.Contains(nearest, refusal.Errors[0].Detail);
        Assert.Contains("Leave events out to get all", refusal.Message);
        await foreach (var kept in partner.Client.WebhookEndpoints.ListAsync())
        {
            Assert.Fail($"{kept.Id} was made.");
        }
    }

    [Fact]
    public async Task Each_capture_of_a_hold_tells_what_is_captured_by_now()
    {
        var endpoint = await SubscribeAsync(
            "/hooks",
            EventTypes.PaymentAuthorized,
            EventTypes.PaymentCaptured
        );
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(100));
        var held = await partner.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-1",
                Amount = Money.Yuan(20),
                AgreementId = customer.AgreementId!,
                CaptureMethod = CaptureMethod.Manual,
            },
            IdempotencyKey.FromOrder("order-1", "payment")
        );
        for (var number = 1; number <= 2; number++)
        {
            await partner.Client.Payments.CaptureAsync(
                held.Id,
                new CapturePaymentRequest { Amount = Money.Yuan(5), Final = number == 2 },
                IdempotencyKey.FromOrder("order-1", $"capture-{number}")
            );
        }

        var verifier = new WebhookVerifier(endpoint.Secret!);
        var events = (await receiver.WaitForAsync("/hooks", 3))
            .Select(delivery => verifier.Verify(delivery.WebhookHeaders, delivery.Body))
            .OrderBy(happened => happened.Sequence);
        Assert.Equal(
            [
                (EventTypes.PaymentAuthorized, "authorized", null),
                (EventTypes.PaymentCaptured, "authorized", Money.Yuan(5)),
                (EventTypes.PaymentCaptured, "captured", (Money?)Money.Yuan(10)),
            ],
            events.Select(happened => (happened.Type, happened.Data.Status, happened.Data.CapturedAmount))
        );
    }

    [Fact]
    public async Task An_endpoint_gets_only_the_events_it_asked_for()
    {
        await SubscribeAsync("/hooks", EventTypes.PaymentCaptured);
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(100));
        await partner.PayAsync(customer, "order-1", Money.Yuan(1));

        await receiver.WaitForAsync("/hooks", 1);
        await Task.Delay(500);

        Assert.Single(receiver.At("/hooks"));
    }

    [Fact]
    public async Task A_failed_delivery_is_tried_again_with_the_same_id_and_body()
    {
        receiver.Answers["/flaky"] = new([500, 204]);
        await SubscribeAsync("/flaky", EventTypes.AccountOpened);
        await partner.LinkAsync();

        var deliveries = await receiver.WaitForAsync("/flaky", 2);

        Assert.Equal(deliveries[0].Headers["webhook-id"], deliveries[1].Headers["webhook-id"]);
        Assert.Equal(deliveries[0].Body, deliveries[1].Body);
    }

    [Fact]
    public async Task A_slow_receiver_delays_no_other()
    {
        await SubscribeAsync("/slow");
        await SubscribeAsync("/hooks", EventTypes.AccountOpened);
        await partner.LinkAsync();

        await receiver.WaitForAsync("/hooks", 1, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        receiver.Answers["/redirect"] = new([302, 302, 302]);
        await SubscribeAsync("/redirect", EventTypes.AccountOpened);
        await partner.LinkAsync();

        await receiver.WaitForAsync("/redirect", 1);
        await Task.Delay(500);

        Assert.Empty(receiver.At("/elsewhere"));
    }

    [Fact]
    public async Task A_receiver_that_is_gone_is_disabled()
    {
        receiver.Answers["/gone"] = new([410, 410, 410]);
        var endpoint = await SubscribeAsync("/gone");
        await partner.LinkAsync();
        await receiver.WaitForAsync("/gone", 1);

        for (var i = 0; i < 50; i++)
        {
            if ((await partner.Client.WebhookEndpoints.GetAsync(endpoint.Id)).Status == "disabled")
            {
                return;
            }

            await Task.Delay(100);
        }

        Assert.Fail("It is still enabled.");
    }

    [Fact]
    public async Task A_deleted_endpoint_gets_nothing_more_and_frees_its_place()
    {
        var endpoint = await SubscribeAsync("/hooks");
        await partner.Client.WebhookEndpoints.DeleteAsync(endpoint.Id);
        await partner.LinkAsync();
        await Task.Delay(1_500);

        Assert.Empty(receiver.At("/hooks"));
        for (var i = 0; i < 10; i++)
        {
            await SubscribeAsync($"/hooks/{i}");
        }

        var refused = await Assert.ThrowsAsync<OpenBankingException>(() => SubscribeAsync("/hooks/11"));
        Assert.Equal(ProblemCodes.WebhookEndpointLimit, refused.Code);
    }

    [Theory]
    [InlineData("http://example.com/")]
    [InlineData("https://10.0.0.1/")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://[::ffff:10.0.0.1]/")]
    [InlineData("https://user:password@example.com/")]
    [InlineData("ftp://localhost/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("not an address")]
    public async Task A_dangerous_address_is_refused(string url)
    {
        var refused = await Assert.ThrowsAsync<OpenBankingException>(() =>
            partner.Client.WebhookEndpoints.CreateAsync(new CreateWebhookEndpointRequest { Url = url })
        );
        Assert.Equal((422, ProblemCodes.WebhookUrlRefused), (refused.Status!.Value, refused.Code));
    }

    [Fact]
    public async Task The_secret_is_shown_once()
    {
        var endpoint = await SubscribeAsync("/hooks");
        Assert.StartsWith("whsec_", endpoint.Secret);
        Assert.Null((await partner.Client.WebhookEndpoints.GetAsync(endpoint.Id)).Secret);
    }

    private Task<WebhookEndpoint> SubscribeAsync(string path, params string[] events) =>
        partner.Client.WebhookEndpoints.CreateAsync(
            new CreateWebhookEndpointRequest
            {
                Url = new Uri(receiver.Address, path).ToString(),
                Events = events.Length == 0 ? null : events,
            }
        );
}

/// <summary>A partner's side of webhooks, on a port of its own.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<Delivery> deliveries = [];

    private Receiver(WebApplication app, Uri address) => (this.app, Address) = (app, address);

    public Uri Address { get; }

    /// <summary>The statuses a path answers with, one after the other; then 204.</summary>
    public ConcurrentDictionary<string, ConcurrentQueue<int>> Answers { get; } = [];

    public static async Task<Receiver> StartAsync()
    {
        var address = new Uri($"http://localhost:{Ports.Free()}");
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add(address.ToString());
        var receiver = new Receiver(app, address);
        app.MapFallback(receiver.ReceiveAsync);
        await app.StartAsync();
        return receiver;
    }

    public IReadOnlyList<Delivery> At(string path) =>
        [.. deliveries.Where(delivery => delivery.Path == path)];

    public async Task<IReadOnlyList<Delivery>> WaitForAsync(string path, int count, TimeSpan? timeout = null)
    {
        var deadline = DateTime.UtcNow + (timeout ?? TimeSpan.FromSeconds(20));
        while (At(path).Count < count)
        {
            Assert.True(
                DateTime.UtcNow < deadline,
                $"{At(path).Count} of {count} deliveries came to {path}."
            );
            await Task.Delay(20);
        }

        return At(path);
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var path = context.Request.Path.Value!;
        deliveries.Enqueue(
            new(
                path,
                context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString()),
                body.ToArray()
            )
        );
        if (path == "/slow")
        {
            await Task.Delay(TimeSpan.FromSeconds(14), context.RequestAborted);
        }
        else if (path == "/unhurried")
        {
            await Task.Delay(TimeSpan.FromSeconds(2.5), context.RequestAborted);
        }

        context.Response.StatusCode =
            Answers.TryGetValue(path, out var answers) && answers.TryDequeue(out var status) ? status : 204;
        if (context.Response.StatusCode == 302)
        {
            context.Response.Headers.Location = "/elsewhere";
        }
    }

    public sealed record Delivery(string Path, Dictionary<string, string> Headers, byte[] Body)
    {
        public WebhookHeaders WebhookHeaders =>
            new(Headers["webhook-id"], Headers["webhook-timestamp"], Headers["webhook-signature"]);
    }
}
