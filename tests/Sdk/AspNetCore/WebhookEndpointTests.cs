using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk.AspNetCore;

public sealed class WebhookEndpointTests : IAsyncLifetime
{
    private readonly string secret = WebhookSigner.CreateSecret();
    private readonly ConcurrentQueue<WebhookEvent> handled = [];
    private Func<WebhookEvent, HttpContext, Task> handler = (_, _) => Task.CompletedTask;
    private PartnerApp app = null!;

    public async ValueTask InitializeAsync() =>
        app = await StartAsync(server => server.MapOpenBankingWebhooks("/webhooks", secret, HandleAsync));

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task An_event_is_handled_once_however_often_it_is_delivered()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.NoContent, (await DeliverAsync("evt_1")).StatusCode);
        }

        Assert.Equal("evt_1", Assert.Single(handled).Id);
    }

    [Fact]
    public async Task Events_that_come_out_of_order_are_all_handled_and_say_their_order()
    {
        foreach (var sequence in new[] { 3, 1, 2 })
        {
            var body = Encoding.UTF8.GetBytes(
                Samples.Event($"evt_{sequence}").Replace("\"sequence\":1", $"\"sequence\":{sequence}")
            );
            var headers = new WebhookSigner(secret).Sign(
                $"evt_{sequence}",
                TimeProvider.System.GetUtcNow(),
                body
            );
            Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(headers, body)).StatusCode);
        }

        Assert.Equal([3, 1, 2], handled.Select(happened => (int)happened.Sequence));
    }

    [Fact]
    public async Task An_event_whose_handler_threw_is_handled_again_and_the_log_says_which()
    {
        handler = (_, _) => throw new InvalidOperationException("The database is away.");
        var failed = await DeliverAsync("evt_1");
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.Equal("", await failed.Content.ReadAsStringAsync());
        Assert.Contains(
            app.Logs,
            line =>
                line.StartsWith(
                    "Error The handler of event evt_1 (payment.captured) threw System.InvalidOperationException",
                    StringComparison.Ordinal
                )
        );

        handler = (_, _) => Task.CompletedTask;
        Assert.Equal(HttpStatusCode.NoContent, (await DeliverAsync("evt_1")).StatusCode);
        Assert.Equal(2, handled.Count);
    }

    [Fact]
    public async Task A_slow_handler_that_goes_on_after_the_bank_has_gone_has_handled_the_event()
    {
        var (begun, gone, ended) = (NewSignal(), NewSignal(), NewSignal());
        handler = async (_, context) =>
        {
            context.RequestAborted.Register(gone.SetResult);
            context.Response.OnCompleted(() =>
            {
                ended.TrySetResult();
                return Task.CompletedTask;
            });
            begun.SetResult();
            await gone.Task;
        };
        await GoesAwayAsync(begun.Task);
        await ended.Task;

        Assert.Equal(HttpStatusCode.NoContent, (await DeliverAsync("evt_1")).StatusCode);
        Assert.Single(handled);
    }

    [Fact]
    public async Task A_handler_that_gives_up_with_the_bank_gets_the_event_again()
    {
        var begun = NewSignal();
        handler = async (_, context) =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        await GoesAwayAsync(begun.Task);
        await app.LoggedAsync("Warning The bank no longer waited for the handler of event evt_1");

        handler = (_, _) => Task.CompletedTask;
        HttpResponseMessage again;
        do
        {
            again = await DeliverAsync("evt_1");
        } while (again.StatusCode == HttpStatusCode.Conflict);

        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
        Assert.Equal(2, handled.Count);
    }

    [Fact]
    public async Task A_cancellation_of_the_handlers_own_is_a_failure_like_others()
    {
        handler = (_, _) => throw new TaskCanceledException("The app's own timeout.");

        Assert.Equal(HttpStatusCode.InternalServerError, (await DeliverAsync("evt_1")).StatusCode);
        Assert.Contains(
            app.Logs,
            line => line.StartsWith("Error The handler of event evt_1", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task An_inbox_that_fails_too_does_not_hide_why_the_handler_failed()
    {
        await using var own = await PartnerApp.StartAsync(
            services => services.AddSingleton<IWebhookInbox, ForgetfulInbox>(),
            server => server.MapOpenBankingWebhooks("/webhooks", [secret], HandleAsync)
        );
        handler = (_, _) => throw new InvalidOperationException("The database is away.");
        var body = Encoding.UTF8.GetBytes(Samples.Event("evt_1"));

        Assert.Equal(HttpStatusCode.InternalServerError, (await PostAsync(Sign(body), body, own)).StatusCode);

        Assert.Contains(own.Logs, line => line.Contains("threw System.InvalidOperationException"));
        Assert.Contains(own.Logs, line => line.Contains("The inbox did not keep what became of event evt_1"));
    }

    [Fact]
    public async Task The_log_says_that_the_inbox_has_not_kept_an_event_that_was_handled()
    {
        await using var own = await PartnerApp.StartAsync(
            services => services.AddSingleton<IWebhookInbox, ForgetfulInbox>(),
            server => server.MapOpenBankingWebhooks("/webhooks", [secret], HandleAsync)
        );
        var body = Encoding.UTF8.GetBytes(Samples.Event("evt_1"));

        Assert.Equal(HttpStatusCode.InternalServerError, (await PostAsync(Sign(body), body, own)).StatusCode);

        Assert.Single(handled);
        Assert.Contains(own.Logs, line => line.Contains("The inbox did not keep what became of event evt_1"));
    }

    [Fact]
    public async Task A_handler_may_answer_by_itself()
    {
        handler = (_, context) =>
        {
            context.Response.StatusCode = StatusCodes.Status410Gone;
            return Task.CompletedTask;
        };
        Assert.Equal(HttpStatusCode.Gone, (await DeliverAsync("evt_1")).StatusCode);

        handler = (_, context) => context.Response.WriteAsync("thanks");
        var kept = await DeliverAsync("evt_1");
        Assert.Equal(
            (HttpStatusCode.OK, "thanks"),
            (kept.StatusCode, await kept.Content.ReadAsStringAsync())
        );
        Assert.Equal(HttpStatusCode.NoContent, (await DeliverAsync("evt_1")).StatusCode);
        Assert.Equal(2, handled.Count);
    }

    [Fact]
    public async Task Two_deliveries_at_once_are_handled_once()
    {
        var release = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        handler = async (_, _) =>
        {
            begun.SetResult();
            await release.Task;
        };
        var first = DeliverAsync("evt_1");
        await begun.Task;

        var second = await DeliverAsync("evt_1");
        release.SetResult();

        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await first).StatusCode);
        Assert.Single(handled);
    }

    [Fact]
    public async Task A_refused_delivery_is_answered_and_logged_with_the_reason()
    {
        var body = Encoding.UTF8.GetBytes(Samples.Event("evt_1"));
        var stale = new WebhookSigner(secret).Sign("evt_1", Samples.CreatedAt, body);

        var refused = await PostAsync(stale, body);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("TooOld", await refused.Content.ReadAsStringAsync());
        Assert.Contains(
            app.Logs,
            line => line.StartsWith("Warning A webhook was refused: TooOld", StringComparison.Ordinal)
        );
        Assert.Empty(handled);
    }

    [Fact]
    public async Task A_delivery_without_headers_is_refused()
    {
        var refused = await app.Browser.PostAsync("/webhooks", new StringContent(Samples.Event("evt_1")));

        Assert.Equal("MissingHeader", await refused.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_delivery_with_two_ids_is_refused_and_the_log_says_so()
    {
        // HttpClient would join them to one.
        using var connection = new TcpClient();
        await connection.ConnectAsync(app.Address.Host, app.Address.Port);
        await connection
            .GetStream()
            .WriteAsync(
                "POST /webhooks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n"u8.ToArray()
            );
        await connection.GetStream().WriteAsync("webhook-id: evt_1\r\nwebhook-id: evt_2\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(connection.GetStream());

        Assert.StartsWith("HTTP/1.1 400 ", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Contains(
            app.Logs,
            line => line.Contains("not exactly one webhook-id header", StringComparison.Ordinal)
        );
        Assert.Empty(handled);
    }

    [Theory]
    [InlineData(20 * 1024, HttpStatusCode.NoContent)]
    [InlineData((20 * 1024) + 1, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_delivery_holds_at_most_20_KiB(int bytes, HttpStatusCode status)
    {
        var body = Encoding.UTF8.GetBytes(Samples.Event("evt_1").PadRight(bytes));

        Assert.Equal(status, (await PostAsync(Sign(body), body)).StatusCode);
    }

    [Fact]
    public async Task Only_POST_is_served()
    {
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await app.Browser.GetAsync("/webhooks")).StatusCode);
    }

    [Fact]
    public async Task Secrets_may_come_from_a_store_that_rotates_them()
    {
        IReadOnlyList<string> secrets = [WebhookSigner.CreateSecret()];
        await using var rotating = await StartAsync(server =>
            server.MapOpenBankingWebhooks("/webhooks", _ => ValueTask.FromResult(secrets), HandleAsync)
        );
        var body = Encoding.UTF8.GetBytes(Samples.Event("evt_1"));
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(Sign(body), body, rotating)).StatusCode);

        secrets = [.. secrets, secret];

        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(Sign(body), body, rotating)).StatusCode);
    }

    [Theory]
    [InlineData(null, "with the 0 secrets that the app gave: Give the endpoint's secret")]
    [InlineData("", "with the 0 secrets that the app gave: Give the endpoint's secret")]
    [InlineData("whsec_cGxhbnRlZA==", "with the 1 secrets that the app gave: ")]
    public async Task The_log_says_when_a_store_gives_no_secret_or_a_wrong_one(string? given, string said)
    {
        IReadOnlyList<string> secrets = given switch
        {
            null => null!,
            "" => [],
            _ => [given],
        };
        await using var careless = await StartAsync(server =>
            server.MapOpenBankingWebhooks("/webhooks", _ => ValueTask.FromResult(secrets), HandleAsync)
        );
        var body = Encoding.UTF8.GetBytes(Samples.Event("evt_1"));

        var answer = await PostAsync(Sign(body), body, careless);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        var line = Assert.Single(careless.Logs, line => line.Contains("could not be verified"));
        Assert.Contains(said, line);
        Assert.DoesNotContain("cGxhbnRlZA", line);
    }

    [Fact]
    public async Task An_inbox_of_the_partners_own_is_used()
    {
        var inbox = new MemoryWebhookInbox();
        await inbox.CompleteAsync("evt_1");
        await using var own = await PartnerApp.StartAsync(
            services => services.AddSingleton<IWebhookInbox>(inbox),
            server => server.MapOpenBankingWebhooks("/webhooks", [secret], HandleAsync)
        );
        var body = Encoding.UTF8.GetBytes(Samples.Event("evt_1"));

        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(Sign(body), body, own)).StatusCode);
        Assert.Empty(handled);
    }

    [Fact]
    public async Task A_wrong_secret_is_said_when_the_endpoint_is_mapped()
    {
        await using var server = WebApplication.CreateSlimBuilder().Build();

        Assert.Throws<ArgumentException>(() =>
            server.MapOpenBankingWebhooks("/webhooks", "wrong", HandleAsync)
        );
        Assert.Throws<ArgumentException>(() => server.MapOpenBankingWebhooks("/webhooks", [], HandleAsync));
    }

    private static TaskCompletionSource NewSignal() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Delivers as the bank does, and goes away once the handler has begun.</summary>
    private async Task GoesAwayAsync(Task begun)
    {
        using var patience = new CancellationTokenSource();
        var body = Encoding.UTF8.GetBytes(Samples.Event("evt_1"));
        using var request = Request(Sign(body), body);
        var delivery = app.Browser.SendAsync(request, patience.Token);
        await begun;
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delivery);
    }

    private static Task<PartnerApp> StartAsync(Action<WebApplication> endpoints) =>
        PartnerApp.StartAsync(services => { }, endpoints);

    private Task HandleAsync(WebhookEvent webhookEvent, HttpContext context)
    {
        handled.Enqueue(webhookEvent);
        return handler(webhookEvent, context);
    }

    private Task<HttpResponseMessage> DeliverAsync(string id)
    {
        var body = Encoding.UTF8.GetBytes(Samples.Event(id));
        return PostAsync(Sign(body), body);
    }

    private WebhookHeaders Sign(byte[] body) =>
        new WebhookSigner(secret).Sign("evt_1", TimeProvider.System.GetUtcNow(), body);

    private async Task<HttpResponseMessage> PostAsync(
        WebhookHeaders headers,
        byte[] body,
        PartnerApp? to = null
    )
    {
        using var request = Request(headers, body);
        return await (to ?? app).Browser.SendAsync(request);
    }

    private static HttpRequestMessage Request(WebhookHeaders headers, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks")
        {
            Content = new ByteArrayContent(body),
        };
        request.Headers.Add(WebhookHeaders.IdName, headers.Id);
        request.Headers.Add(WebhookHeaders.TimestampName, headers.Timestamp);
        request.Headers.TryAddWithoutValidation(WebhookHeaders.SignatureName, headers.Signature);
        return request;
    }

    /// <summary>Cannot give a claim up.</summary>
    private sealed class ForgetfulInbox : IWebhookInbox
    {
        public ValueTask<WebhookClaim> TryAddAsync(
            string eventId,
            CancellationToken cancellationToken = default
        ) => ValueTask.FromResult(WebhookClaim.Added);

        public ValueTask CompleteAsync(string eventId, CancellationToken cancellationToken = default) =>
            throw new IOException("The table is away.");

        public ValueTask RemoveAsync(string eventId, CancellationToken cancellationToken = default) =>
            throw new IOException("The table is away.");
    }
}
