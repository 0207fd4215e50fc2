using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Webhooks;

/// <summary>Takes the events of committed batches out of the journal, writes each that somebody wants as its app will
/// read it, and lays a delivery in the queue of every endpoint that wants it.</summary>
public sealed class EventPublisher(
    Store store,
    Engine.Engine engine,
    WebhookQueries webhooks,
    PairwiseIds pairwise,
    TimeProvider time,
    ILogger<EventPublisher> log
) : Outside.SignalledWorker(engine, EngineTables.Journal, log)
{
    private const int JournalsAtOnce = 64;

    protected override async Task<bool> RunOnceAsync(CancellationToken stoppingToken)
    {
        var pending = await store.ListAcrossWorldsAsync(
            EngineTables.Journal,
            JournalsAtOnce,
            $"pending ORDER BY id"
        );
        // Looked up once for all events of an app: under load there are thousands.
        var receivers = new Dictionary<(World, Guid), Receivers>();
        var publishing = new List<Task>();
        foreach (var (world, journal) in pending)
        {
            CrashPoints.Pass(CrashPoint.EventsRead);
            publishing.Add(Engine.SubmitAsync(await PublishAsync(world, journal, receivers)));
        }

        await Task.WhenAll(publishing);
        return pending.Count == JournalsAtOnce;
    }

    private async Task<PublishEvents> PublishAsync(
        World world,
        JournalRow journal,
        Dictionary<(World, Guid), Receivers> receivers
    )
    {
        var now = time.GetUtcNow();
        var events = new List<EventRow>();
        var deliveries = new List<DeliveryRow>();
        foreach (var (number, happened) in EventBodies.Read(journal).Index())
        {
            if (!receivers.TryGetValue((world, happened.AppId), out var known))
            {
                receivers[(world, happened.AppId)] = known = await FindReceiversAsync(
                    world,
                    new(happened.AppId)
                );
            }

            var wanting = known.Endpoints.Where(endpoint => Wants(endpoint, happened.Type)).ToList();
            if (wanting.Count == 0)
            {
                continue;
            }

            var id = EventBodies.IdOf(journal.Id, number);
            events.Add(
                new()
                {
                    Id = id,
                    AppId = new(happened.AppId),
                    Type = happened.Type,
                    Body = EventBodies.Write(pairwise, known.PartnerId, id, happened, journal.CreatedAt),
                    CreatedAt = journal.CreatedAt,
                }
            );
            deliveries.AddRange(
                wanting.Select(endpoint => new DeliveryRow
                {
                    EndpointId = endpoint.Id,
                    EventId = id,
                    State = DeliveryState.Waiting,
                    Attempts = 0,
                    DueAt = DeliveryRow.AtOnce,
                })
            );
        }

        return new(world, now, journal.Id, events, deliveries);
    }

    private async Task<Receivers> FindReceiversAsync(World world, Id<AppRow> appId)
    {
        var app = (await store.FindAsync(PartnerTables.Apps, world, appId))!;
        return new(app.PartnerId, await webhooks.ListEnabledAsync(world, appId));
    }

    private static bool Wants(WebhookEndpointRow endpoint, string type) =>
        endpoint.Events.Length == 0 || endpoint.Events.Split(' ').Contains(type);

    /// <summary>Who may want an app's events.</summary>
    private sealed record Receivers(Id<PartnerRow> PartnerId, IReadOnlyList<WebhookEndpointRow> Endpoints);
}
