using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Webhooks;

/// <summary>Posts events to their receivers: each endpoint has a queue of its own, so that a slow one delays no other, and is
/// served by one node at a time. Events are delivered at least once, and in no promised order.</summary>
public sealed class WebhookSender(
    Store store,
    Engine.Engine engine,
    Vault vault,
    WebhookAddresses addresses,
    TimeProvider time,
    ILogger<WebhookSender> log
) : SignalledWorker(engine, WebhookTables.Deliveries, log)
{
    /// <summary>How long a receiver has to answer.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>How long after a failed attempt the next one comes, before jitter: twelve attempts in about 72 hours.</summary>
    private static readonly TimeSpan[] waits =
    [
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(30),
        TimeSpan.FromMinutes(2),
        TimeSpan.FromMinutes(10),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1),
        TimeSpan.FromHours(3),
        TimeSpan.FromHours(6),
        TimeSpan.FromHours(12),
        TimeSpan.FromHours(24),
        TimeSpan.FromHours(25),
    ];

    private const int EndpointsAtOnce = 64;
    private const int DeliveriesAtOnce = 32;

    private readonly RunningTasks<Id<WebhookEndpointRow>> running = new(EndpointsAtOnce, log);
    private readonly HttpClient http = NewClient(addresses);
    private readonly ITurns? turns = store.OpenTurns();

    public override void Dispose()
    {
        turns?.Dispose();
        http.Dispose();
        base.Dispose();
    }

    protected override async Task<bool> RunOnceAsync(CancellationToken stoppingToken)
    {
        var due = await store.ListAcrossWorldsAsync(
            WebhookTables.Endpoints,
            EndpointsAtOnce,
            $"""
            state = {WebhookEndpointState.Enabled} AND EXISTS (
                SELECT 1 FROM webhook_delivery delivery
                WHERE delivery.world = webhook_endpoint.world AND delivery.endpoint_id = webhook_endpoint.id
                AND delivery.state = 1 AND delivery.due_at <= {time.GetUtcNow()})
            """
        );
        foreach (var (world, endpoint) in due)
        {
            running.TryStart(endpoint.Id, () => ServeAloneAsync(world, endpoint, stoppingToken));
        }

        return false;
    }

    /// <summary>Leaves an endpoint to the node that serves it now.</summary>
    private async Task ServeAloneAsync(
        World world,
        WebhookEndpointRow endpoint,
        CancellationToken stoppingToken
    )
    {
        if (turns is null)
        {
            await ServeAsync(world, endpoint, stoppingToken);
        }
        else if (await turns.TryTakeAsync(endpoint.Id.Value))
        {
            try
            {
                await ServeAsync(world, endpoint, stoppingToken);
            }
            finally
            {
                await turns.GiveBackAsync(endpoint.Id.Value);
            }
        }
    }

    /// <summary>Sends what is due to one endpoint, one after the other.</summary>
    private async Task ServeAsync(World world, WebhookEndpointRow endpoint, CancellationToken stoppingToken)
    {
        var due = await store.ListAsync(
            WebhookTables.Deliveries,
            world,
            $"endpoint_id = {endpoint.Id} AND state = 1 AND due_at <= {time.GetUtcNow()} ORDER BY due_at LIMIT {DeliveriesAtOnce}"
        );
        foreach (var delivery in due)
        {
            var happened = (await store.FindAsync(WebhookTables.Events, world, delivery.EventId))!;
            CrashPoints.Pass(CrashPoint.WebhookPosting);
            var status = await PostAsync(endpoint, happened, stoppingToken);
            CrashPoints.Pass(CrashPoint.WebhookPosted);
            await NoteAsync(world, endpoint, delivery, status);
            if (status == HttpStatusCode.Gone)
            {
                return;
            }
        }
    }

    /// <summary>The receiver's status; null when there was none.</summary>
    private async Task<HttpStatusCode?> PostAsync(
        WebhookEndpointRow endpoint,
        EventRow happened,
        CancellationToken stoppingToken
    )
    {
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds();
        var id = happened.Id.ToString();
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint.Url);
        request.Content = new ByteArrayContent(happened.Body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString());
        request.Headers.Add(
            "webhook-signature",
            WebhookSignature.Sign(
                vault.OpenText(endpoint.Secret, endpoint.Id.Value),
                id,
                timestamp,
                happened.Body
            )
        );
        try
        {
            // The body is of no interest, and a hostile one might never end.
            using var response = await http.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead,
                stoppingToken
            );
            return response.StatusCode;
        }
        catch (Exception failure)
            when (failure is HttpRequestException or OperationCanceledException
                && !stoppingToken.IsCancellationRequested
            )
        {
            log.LogInformation("{Endpoint} could not be reached: {Failure}", endpoint.Id, failure.Message);
            return null;
        }
    }

    private async Task NoteAsync(
        World world,
        WebhookEndpointRow endpoint,
        DeliveryRow delivery,
        HttpStatusCode? status
    )
    {
        var delivered = status is { } code && (int)code is >= 200 and < 300;
        var now = time.GetUtcNow();
        var retry =
            delivered || status == HttpStatusCode.Gone || delivery.Attempts >= waits.Length
                ? (DateTimeOffset?)null
                : now + WithJitter(waits[delivery.Attempts]);
        await Engine.SubmitAsync(
            new NoteDelivery(world, now, new(delivery.EndpointId, delivery.EventId), delivered, retry)
        );
        if (status == HttpStatusCode.Gone)
        {
            await Engine.SubmitAsync(
                new RetireWebhookEndpoint(
                    world,
                    now,
                    endpoint.AppId,
                    endpoint.Id,
                    WebhookEndpointState.Disabled
                )
            );
        }
    }

    /// <summary>A tenth more or less, so that what failed together does not come back together.</summary>
    private static TimeSpan WithJitter(TimeSpan wait) =>
        wait * (0.9 + (RandomNumberGenerator.GetInt32(201) / 1000.0));

    private static HttpClient NewClient(WebhookAddresses addresses)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = addresses.ConnectAsync,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            MaxResponseHeadersLength = 16,
        };
        var client = new HttpClient(handler) { Timeout = Timeout };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("OpenBanking-Webhooks/1.0");
        return client;
    }
}
