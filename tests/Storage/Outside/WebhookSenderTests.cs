using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Webhooks;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Outside;

/// <summary>Nothing that waits for one receiver keeps what others wait for.</summary>
public abstract class WebhookSenderTests<TDatabase> : EngineSuite<TDatabase>, IAsyncLifetime
    where TDatabase : TestDatabase, new()
{
    private const int Patience = 200_000;

    /// <summary>On a busy machine, too; eight deliveries to receivers that do not answer take two minutes.</summary>
    private static readonly TimeSpan soon = TimeSpan.FromSeconds(90);

    private readonly Vault vault = new(new(new byte[32]));
    private readonly ConcurrentQueue<(string Path, string Event)> posted = [];
    private readonly Uri address = new($"http://127.0.0.1:{Ports.Free()}");
    private WebApplication receiver = null!;
    private WebhookSender sender = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        receiver = builder.Build();
        receiver.Urls.Add(address.ToString());
        receiver.MapFallback(ReceiveAsync);
        await receiver.StartAsync();
        sender = new(
            Store,
            Engine,
            vault,
            new WebhookAddresses(new(address)),
            Clock,
            NullLogger<WebhookSender>.Instance
        );
    }

    public async ValueTask DisposeAsync()
    {
        await sender.StopAsync(CancellationToken.None);
        sender.Dispose();
        await receiver.DisposeAsync();
        Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact(Timeout = Patience)]
    public async Task A_delivery_whose_event_was_swept_is_given_up_and_keeps_no_other()
    {
        Put(WebhookTables.Endpoints, Endpoint(1, "/hooks"));
        Put(WebhookTables.Events, Happened(2));
        Put(
            WebhookTables.Deliveries,
            Delivery(1, 1, Rows.Noon.AddMinutes(-2)),
            Delivery(1, 2, Rows.Noon.AddMinutes(-1))
        );

        await sender.StartAsync(CancellationToken.None);

        await UntilAsync(() => StateOf(1, 2) == DeliveryState.Delivered);
        await UntilAsync(() => StateOf(1, 1) == DeliveryState.GivenUp);
        Assert.Single(posted);
    }

    [Fact(Timeout = Patience)]
    public async Task A_delivery_that_failed_takes_turns_with_the_events_that_are_new()
    {
        Put(WebhookTables.Endpoints, Endpoint(1, "/hooks"));
        Put(WebhookTables.Events, [.. Enumerable.Range(1, 40).Select(Happened)]);
        Put(
            WebhookTables.Deliveries,
            [
                .. Enumerable.Range(1, 39).Select(number => Delivery(1, number, DeliveryRow.AtOnce)),
                Delivery(1, 40, Rows.Noon.AddSeconds(-1)),
            ]
        );

        await sender.StartAsync(CancellationToken.None);

        await UntilAsync(() => posted.Count >= 40);
        // Of one turn it is among the first two. On a machine so slow that a turn is one delivery, a coin is tossed for each.
        Assert.Contains(Rows.Id<EventRow>(40).ToString(), posted.Take(16).Select(delivery => delivery.Event));
        Assert.Equal(40, posted.Select(delivery => delivery.Event).Distinct().Count());
    }

    [Fact(Timeout = Patience)]
    public async Task However_many_receivers_do_not_answer_another_gets_its_events()
    {
        const int Silent = 64;
        Put(
            WebhookTables.Endpoints,
            [.. Enumerable.Range(1, Silent).Select(number => Endpoint(number, "/silent"))]
        );
        Put(WebhookTables.Events, [.. Enumerable.Range(1, 8).Select(Happened)]);
        Put(
            WebhookTables.Deliveries,
            [
                .. Enumerable
                    .Range(1, Silent)
                    .SelectMany(endpoint =>
                        Enumerable
                            .Range(1, 8)
                            .Select(number => Delivery(endpoint, number, DeliveryRow.AtOnce))
                    ),
            ]
        );
        await sender.StartAsync(CancellationToken.None);
        await UntilAsync(() => posted.Count >= Silent);

        Put(WebhookTables.Endpoints, Endpoint(Silent + 1, "/hooks"));
        Put(WebhookTables.Deliveries, Delivery(Silent + 1, 1, DeliveryRow.AtOnce));

        await UntilAsync(() => StateOf(Silent + 1, 1) == DeliveryState.Delivered);
    }

    /// <summary>What is not noted is sent again.</summary>
    [Fact(Timeout = Patience)]
    public async Task What_was_answered_before_the_sender_stops_is_noted()
    {
        Put(WebhookTables.Endpoints, Endpoint(1, "/hooks"));
        Put(WebhookTables.Events, Happened(1));
        Put(WebhookTables.Deliveries, Delivery(1, 1, DeliveryRow.AtOnce));
        using var open = new ManualResetEventSlim();
        var noting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Store.Committing = _ =>
        {
            noting.TrySetResult();
            open.Wait(soon);
        };
        await sender.StartAsync(CancellationToken.None);
        await noting.Task;

        var stopped = sender.StopAsync(CancellationToken.None);
        await Task.Delay(200);
        Assert.False(stopped.IsCompleted);
        open.Set();
        await stopped;

        Assert.Equal(DeliveryState.Delivered, StateOf(1, 1));
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        posted.Enqueue((context.Request.Path.Value!, context.Request.Headers["webhook-id"].ToString()));
        if (context.Request.Path == "/silent")
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var deadline = new CancellationTokenSource(soon);
        while (!isSo())
        {
            await Task.Delay(20, deadline.Token);
        }
    }

    private DeliveryState StateOf(int endpoint, int happened) =>
        Store
            .List(
                WebhookTables.Deliveries,
                Rows.World,
                $"endpoint_id = {Rows.Id<WebhookEndpointRow>(endpoint)} AND event_id = {Rows.Id<EventRow>(happened)}"
            )
            .Single()
            .State;

    private WebhookEndpointRow Endpoint(int number, string path)
    {
        var id = Rows.Id<WebhookEndpointRow>(number);
        return Rows.Endpoint with
        {
            Id = id,
            Url = new Uri(address, path).ToString(),
            Secret = vault.SealText(WebhookSignature.NewSecret(), id.Value),
        };
    }

    private static EventRow Happened(int number) =>
        new()
        {
            Id = Rows.Id<EventRow>(number),
            AppId = Rows.App.Id,
            Type = EventTypes.PaymentCaptured,
            Body = [1],
            CreatedAt = Rows.Noon,
        };

    private static DeliveryRow Delivery(int endpoint, int happened, DateTimeOffset due) =>
        new()
        {
            EndpointId = Rows.Id<WebhookEndpointRow>(endpoint),
            EventId = Rows.Id<EventRow>(happened),
            State = DeliveryState.Waiting,
            Attempts = 1,
            DueAt = due,
        };

    private void Put<TKey, TRow>(Table<TKey, TRow> table, params TRow[] rows)
        where TKey : struct
        where TRow : class
    {
        using var session = Store.OpenWriteSession();
        session.Insert(Rows.World, table, rows);
    }
}
