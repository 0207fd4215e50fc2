using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Consents;

/// <summary>Tells apps of consents that have run out. They count for nothing from their last moment on, whether or not
/// this has come by yet. Every node does it; the first one tells.</summary>
public sealed class ConsentExpiry(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    TimeProvider time,
    ILogger<ConsentExpiry> log
) : PeriodicWorker(TimeSpan.FromSeconds(30), time, log)
{
    private const int MostAtOnce = 500;

    protected override Task WorkAsync(CancellationToken stoppingToken) => RunOnceAsync();

    /// <summary>Ends what has run out, as many as there are.</summary>
    public async Task RunOnceAsync()
    {
        while (await EndSomeAsync()) { }
        // Worlds whose clocks are ahead have more of them.
        foreach (var world in await clocks.ListAheadAsync())
        {
            var due = await store.ListAsync(
                ConsentTables.Consents,
                world,
                $"state = {ConsentState.Authorized} AND expires_at <= {await clocks.NowAsync(world)} ORDER BY expires_at LIMIT {MostAtOnce}"
            );
            await EndAsync([.. due.Select(consent => (world, consent))]);
        }
    }

    private async Task<bool> EndSomeAsync()
    {
        var due = await store.ListAcrossWorldsAsync(
            ConsentTables.Consents,
            MostAtOnce,
            $"state = {ConsentState.Authorized} AND expires_at <= {clocks.RealNow} ORDER BY expires_at"
        );
        await EndAsync(due);
        return due.Count == MostAtOnce;
    }

    private async Task EndAsync(IReadOnlyList<(World World, ConsentRow Row)> due)
    {
        foreach (var (world, consent) in due)
        {
            await engine.SubmitAsync(new ExpireConsent(world, await clocks.NowAsync(world), consent.Id));
        }
    }
}
