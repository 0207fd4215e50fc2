using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Webhooks;

/// <summary>Posts events to their receivers: each endpoint has a queue of its own and is served by one node at a time, a short
/// turn after the other, and slow ones have places of their own, so that they delay no other. Events are delivered at least
/// once, and in no promised order.</summary>
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
    private const int EndpointsRead = 256;
    private const int DeliveriesAtOnce = 32;

    /// <summary>After this long a turn ends with the delivery it is at.</summary>
    private static readonly TimeSpan turnLength = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a turn takes of an endpoint that is slow: its last delivery is longer than a turn.</summary>
    private static readonly TimeSpan slowAfter = TimeSpan.FromSeconds(1);

    private readonly FairPlaces<Id<WebhookEndpointRow>> places = new(EndpointsAtOnce, slowAfter, log);
    private readonly HttpClient http = NewClient(addresses);
    private readonly ITurns? turns = store.OpenTurns();

    /// <summary>Up to where the endpoints have been asked for what is due: all of them are, a page at a time.</summary>
    private (World World, Id<WebhookEndpointRow> Id) last;

    public override void Dispose()
    {
        turns?.Dispose();
        http.Dispose();
        base.Dispose();
    }

    /// <summary>What has been answered is noted before the end: it would be sent again.</summary>
    protected override Task WhenEndedAsync() => places.WhenEmptyAsync();

    protected override async Task<bool> RunOnceAsync(CancellationToken stoppingToken)
    {
        var due = await store.ListAcrossWorldsAsync(
            WebhookTables.Endpoints,
            EndpointsRead,
            $"""
            (world, id) > ({last.World.Number}, {last.Id}) AND state = {WebhookEndpointState.Enabled} AND EXISTS (
                SELECT 1 FROM webhook_delivery delivery
                WHERE delivery.world = webhook_endpoint.world AND delivery.endpoint_id = webhook_endpoint.id
                AND delivery.state = 1 AND delivery.due_at <= {time.GetUtcNow()})
            ORDER BY world, id
            """
        );
        foreach (var (world, endpoint) in due)
        {
            var id = endpoint.Id;
            if (!places.TryQueue(id, isSlow => ServeAloneAsync(world, id, isSlow, stoppingToken)))
            {
                // From here on when some have had their turn, so that those at the end come into the queue, too.
                return false;
            }

            last = (world, id);
        }

        if (due.Count == EndpointsRead)
        {
            return true;
        }

        last = default;
        return false;
    }

    /// <summary>Leaves an endpoint to the node that serves it now; gives whether it has more to get.</summary>
    private async Task<bool> ServeAloneAsync(
        World world,
        Id<WebhookEndpointRow> id,
        bool isSlow,
        CancellationToken stoppingToken
    )
    {
        if (
            stoppingToken.IsCancellationRequested
            || (turns is not null && !await turns.TryTakeAsync(id.Value))
        )
        {
            return false;
        }

        try
        {
            return await ServeAsync(world, id, isSlow, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            if (turns is not null)
            {
                await turns.GiveBackAsync(id.Value);
            }
        }
    }

    /// <summary>Sends what is due to one endpoint, one after the other, for one turn: a slow one gets one delivery. Gives
    /// whether there may be more.</summary>
    private async Task<bool> ServeAsync(
        World world,
        Id<WebhookEndpointRow> id,
        bool isSlow,
        CancellationToken stoppingToken
    )
    {
        var turn = Stopwatch.StartNew();
        // It may have been deleted while it waited for its turn.
        if (
            await store.FindAsync(WebhookTables.Endpoints, world, id)
            is not { State: WebhookEndpointState.Enabled } endpoint
        )
        {
            return false;
        }

        var most = isSlow ? 1 : DeliveriesAtOnce;
        var due = await ListDueAsync(world, id, most);
        foreach (var delivery in due)
        {
            if (await store.FindAsync(WebhookTables.Events, world, delivery.EventId) is not { } happened)
            {
                // It is older than events are kept: there is nothing left to post.
                await GiveUpAsync(world, delivery);
                continue;
            }

            CrashPoints.Pass(CrashPoint.WebhookPosting);
            var status = await PostAsync(endpoint, happened, stoppingToken);
            CrashPoints.Pass(CrashPoint.WebhookPosted);
            await NoteAsync(world, endpoint, delivery, status);
            if (status == HttpStatusCode.Gone)
            {
                return false;
            }

            if (turn.Elapsed >= turnLength)
            {
                return true;
            }
        }

        return due.Count == most;
    }

    /// <summary>What is due, new events and those that failed before in turn: neither waits until there are none of the others,
    /// however many come. The coin is for turns of one delivery.</summary>
    private async Task<IReadOnlyList<DeliveryRow>> ListDueAsync(
        World world,
        Id<WebhookEndpointRow> id,
        int most
    )
    {
        var fresh = await store.ListAsync(
            WebhookTables.Deliveries,
            world,
            $"endpoint_id = {id} AND state = 1 AND due_at = {DeliveryRow.AtOnce} LIMIT {most}"
        );
        var failed = await store.ListAsync(
            WebhookTables.Deliveries,
            world,
            $"""
            endpoint_id = {id} AND state = 1 AND due_at > {DeliveryRow.AtOnce} AND due_at <= {time.GetUtcNow()}
            ORDER BY due_at LIMIT {most}
            """
        );
        var (first, second) = RandomNumberGenerator.GetInt32(2) == 0 ? (fresh, failed) : (failed, fresh);
        return
        [
            .. first
                .Index()
                .Concat(second.Index())
                .OrderBy(found => found.Index)
                .Select(found => found.Item)
                .Take(most),
        ];
    }

    private async Task GiveUpAsync(World world, DeliveryRow delivery) =>
        await Engine.SubmitAsync(
            new NoteDelivery(
                world,
                time.GetUtcNow(),
                new(delivery.EndpointId, delivery.EventId),
                Delivered: false,
                RetryAt: null
            )
        );

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
