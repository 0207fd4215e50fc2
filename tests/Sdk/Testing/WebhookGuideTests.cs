using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Testing;
using OpenBanking.Tests.Sdk.AspNetCore;

namespace OpenBanking.Tests.Sdk.Testing;

/// <summary>The code of the guide to webhooks does what the guide says.</summary>
public sealed class WebhookGuideTests
{
    private const string Path = "/openbanking/webhooks";

    [Fact]
    public async Task Orders_follow_the_events_whatever_comes_first_and_what_is_not_known_harms_nothing()
    {
        // <webhook_orders>
        var orders = new ConcurrentDictionary<string, OrderState>(); // by order number
        // </webhook_orders>
        var secret = WebhookSigner.CreateSecret();
        await using var partner = await PartnerApp.StartAsync(_ => { }, app => MapTyped(app, secret, orders));

        foreach (
            var (type, sequence, status) in new[]
            {
                (EventTypes.PaymentRefunded, 2, "refunded"),
                (EventTypes.PaymentCaptured, 1, "captured"),
                ("payment.of_a_newer_bank", 3, "something"),
            }
        )
        {
            var body = Event($"evt_{sequence}", type, sequence, status);
            using var delivery = Request(secret, $"evt_{sequence}", body);
            using var answer = await partner.Browser.SendAsync(delivery);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }

        Assert.Equal(new OrderState(2, "refunded"), orders["order-1"]);
    }

    [Fact]
    public async Task A_secret_is_replaced_without_an_event_that_is_lost_or_handled_twice()
    {
        await using var bank = await SandboxBank.StartAsync();
        var handled = Channel.CreateUnbounded<string>();
        IReadOnlyList<string> secrets = [WebhookSigner.CreateSecret()];
        await using var partner = await PartnerApp.StartAsync(
            services => services.AddOpenBanking(bank.Configure),
            app =>
            {
                // <webhook_secrets>
                app.MapOpenBankingWebhooks(
                    "/openbanking/webhooks",
                    _ => ValueTask.FromResult(secrets), // those of now, read at every delivery
                    async (happened, http) =>
                        await handled.Writer.WriteAsync(happened.Data.TopUpId!, http.RequestAborted)
                );
                // </webhook_secrets>
            }
        );
        var client = bank.Client;
        var old = await client.WebhookEndpoints.CreateAsync(
            new() { Url = new Uri(partner.Address, Path).ToString(), Events = [EventTypes.TopUpSucceeded] }
        );
        secrets = [old.Secret!];
        var customer = await bank.LinkCustomerAsync();
        var before = await bank.TopUpAsync(customer, Money.Yuan(1));
        Assert.Equal(before.Id, await NextAsync());

        // <rotate_webhook_secret>
        // A second endpoint at the same address, with a secret of its own: the bank posts each event to both.
        var next = await client.WebhookEndpoints.CreateAsync(
            new CreateWebhookEndpointRequest { Url = old.Url, Events = old.Events }
        );
        secrets = [old.Secret!, next.Secret!];
        // </rotate_webhook_secret>
        var between = await bank.TopUpAsync(customer, Money.Yuan(2));
        Assert.Equal(between.Id, await NextAsync());

        // <drop_webhook_secret>
        // Once every process has both.
        await client.WebhookEndpoints.DeleteAsync(old.Id);
        secrets = [next.Secret!];
        // </drop_webhook_secret>
        var after = await bank.TopUpAsync(customer, Money.Yuan(3));
        Assert.Equal(after.Id, await NextAsync());

        async Task<string> NextAsync()
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            return await handled.Reader.ReadAsync(patience.Token);
        }
    }

    [Fact]
    public async Task An_endpoint_is_tested_with_deliveries_of_the_tests_own()
    {
        var orders = new ConcurrentDictionary<string, OrderState>();
        var secret = WebhookSigner.CreateSecret();
        await using var partner = await PartnerApp.StartAsync(_ => { }, app => MapTyped(app, secret, orders));
        var browser = partner.Browser;

        // <test_webhook>
        var body = Encoding.UTF8.GetBytes(
            """
            {"id":"evt_1","type":"payment.captured","created_at":"2026-11-20T07:59:00Z","api_version":"v1",
            "sequence":1,"data":{"status":"captured","payment_id":"pay_1","order_no":"order-1"} }
            """
        );
        var headers = new WebhookSigner(secret).Sign("evt_1", DateTimeOffset.UtcNow, body);
        using var delivery = new HttpRequestMessage(HttpMethod.Post, "/openbanking/webhooks")
        {
            Content = new ByteArrayContent(body),
        };
        delivery.Headers.Add(WebhookHeaders.IdName, headers.Id);
        delivery.Headers.Add(WebhookHeaders.TimestampName, headers.Timestamp);
        delivery.Headers.Add(WebhookHeaders.SignatureName, headers.Signature);

        using var answer = await browser.SendAsync(delivery);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        // </test_webhook>
        Assert.Equal("captured", orders["order-1"].Status);
    }

    [Fact]
    public void A_delivery_is_verified_without_ASP_NET_Core()
    {
        var secret = WebhookSigner.CreateSecret();
        var rawBody = Event("evt_1", EventTypes.PaymentCaptured, sequence: 1, "captured");
        var signed = new WebhookSigner(secret).Sign("evt_1", DateTimeOffset.UtcNow, rawBody);
        var sent = new Dictionary<string, string?>
        {
            [WebhookHeaders.IdName] = signed.Id,
            [WebhookHeaders.TimestampName] = signed.Timestamp,
            [WebhookHeaders.SignatureName] = signed.Signature,
        };
        var (verifier, handled) = (new WebhookVerifier(secret), new List<string?>());
        int Receive()
        {
            // <verify_webhook>
            try
            {
                var happened = verifier.Verify(
                    WebhookHeaders.From(name => sent.GetValueOrDefault(name)),
                    rawBody // byte for byte as it came
                );
                handled.Add(happened.Data.OrderNo);
                return 204;
            }
            catch (WebhookVerificationException refused)
            {
                Console.WriteLine($"{refused.Reason}: {refused.Message}");
                return 400;
            }
            // </verify_webhook>
        }

        Assert.Equal(204, Receive());
        rawBody[^3] ^= 1;
        Assert.Equal(400, Receive());

        Assert.Equal(["order-1"], handled);
    }

    private static void MapTyped(
        WebApplication app,
        string secret,
        ConcurrentDictionary<string, OrderState> orders
    )
    {
        // <webhook_endpoint>
        app.MapOpenBankingWebhooks(
            "/openbanking/webhooks",
            secret,
            (happened, _) =>
            {
                switch (happened.Type)
                {
                    case EventTypes.PaymentCaptured:
                    case EventTypes.PaymentPartiallyRefunded:
                    case EventTypes.PaymentRefunded:
                        var told = new OrderState(happened.Sequence, happened.Data.Status);
                        // Events come in no promised order: the higher sequence of a payment is the later one.
                        orders.AddOrUpdate(
                            happened.Data.OrderNo!,
                            told,
                            (_, known) => known.Sequence > told.Sequence ? known : told
                        );
                        break;
                    default:
                        // Types that this app does not need, and those of a newer bank: they are handled, too.
                        break;
                }

                return Task.CompletedTask;
            }
        );
        // </webhook_endpoint>
    }

    private static byte[] Event(string id, string type, int sequence, string status) =>
        Encoding.UTF8.GetBytes(
            $$"""
            {"id":"{{id}}","type":"{{type}}","created_at":"2026-11-20T07:59:00Z","api_version":"v1",
            "sequence":{{sequence}},"data":{"status":"{{status}}","payment_id":"pay_1","order_no":"order-1"} }
            """
        );

    private static HttpRequestMessage Request(string secret, string id, byte[] body)
    {
        var headers = new WebhookSigner(secret).Sign(id, DateTimeOffset.UtcNow, body);
        var delivery = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(body) };
        delivery.Headers.Add(WebhookHeaders.IdName, headers.Id);
        delivery.Headers.Add(WebhookHeaders.TimestampName, headers.Timestamp);
        delivery.Headers.Add(WebhookHeaders.SignatureName, headers.Signature);
        return delivery;
    }
}

// <order_state>
/// <summary>What is known of an order: its payment's status, and how new that is.</summary>
internal sealed record OrderState(long Sequence, string Status);
// </order_state>
