using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Webhooks;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>Ends the consents of apps that have ended where the deletion was broken off, or where a customer agreed in its very
/// moment, and then their webhook endpoints. Looks at each app that has ended once, and again only while consents may be left; every
/// node does it.</summary>
public sealed class EndedAppSweep(
    Store store,
    Engine.Engine engine,
    EndedApps ended,
    WorldClocks clocks,
    TimeProvider time,
    ILogger<EndedAppSweep> log
) : PeriodicWorker(TimeSpan.FromSeconds(30), time, log)
{
    /// <summary>So long after its end no request is under way any more that knows the app as it was.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    private const int MostAtOnce = 100;

    /// <summary>Ends what is left, of as many apps as there are; where the store is busy, the next time goes on.</summary>
    public async Task RunOnceAsync()
    {
        while (
            await store.ListAcrossWorldsAsync(
                PartnerTables.Apps,
                MostAtOnce,
                $"ended_at <= {clocks.RealNow - Settled} AND consents_ended_at IS NULL ORDER BY ended_at"
            )
                is { Count: > 0 } apps
        )
        {
            foreach (var (world, app) in apps)
            {
                await ended.RevokeConsentsAsync(world, app.Id);
                await RetireEndpointsAsync(world, app.Id);
                await engine.SubmitAsync(new NoteConsentsEnded(world, clocks.RealNow, app.Id));
            }
        }
    }

    protected override Task WorkAsync(CancellationToken stoppingToken) => RunOnceAsync();

    /// <summary>Nobody could delete them any more. Until now they were told what became of the app's consents.</summary>
    private async Task RetireEndpointsAsync(World world, Id<AppRow> app)
    {
        var endpoints = await store.ListAsync(
            WebhookTables.Endpoints,
            world,
            $"app_id = {app} AND state <> {WebhookEndpointState.Deleted} ORDER BY id"
        );
        foreach (var endpoint in endpoints)
        {
            await engine.SubmitAsync(
                new RetireWebhookEndpoint(
                    world,
                    clocks.RealNow,
                    app,
                    endpoint.Id,
                    WebhookEndpointState.Deleted
                )
            );
        }
    }
}
