using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Applications;

/// <summary>Ends applications whose day is over, and forgets who they were for. They count for nothing from their last moment
/// on, whether or not this has come by yet. Every node does it; the first one ends them.</summary>
public sealed class ApplicationExpiry(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    TimeProvider time,
    ILogger<ApplicationExpiry> log
) : PeriodicWorker(TimeSpan.FromSeconds(30), time, log)
{
    private const int MostAtOnce = 500;

    /// <summary>Ends what has run out, as many as there are.</summary>
    public async Task RunOnceAsync()
    {
        while (await EndSomeAsync()) { }
        // Worlds whose clocks are ahead have more of them.
        foreach (var world in await clocks.ListAheadAsync())
        {
            var due = await store.ListAsync(
                ApplicationTables.Applications,
                world,
                $"state IN (1, 5, 6) AND expires_at <= {await clocks.NowAsync(world)} ORDER BY expires_at LIMIT {MostAtOnce}"
            );
            await EndAsync([.. due.Select(application => (world, application))]);
        }
    }

    protected override Task WorkAsync(CancellationToken stoppingToken) => RunOnceAsync();

    private async Task<bool> EndSomeAsync()
    {
        // The condition of the index, word for word: the states that can still come to something.
        var due = await store.ListAcrossWorldsAsync(
            ApplicationTables.Applications,
            MostAtOnce,
            $"state IN (1, 5, 6) AND expires_at <= {clocks.RealNow} ORDER BY expires_at"
        );
        await EndAsync(due);
        return due.Count == MostAtOnce;
    }

    private async Task EndAsync(IReadOnlyList<(World World, AccountApplicationRow Row)> due)
    {
        foreach (var (world, application) in due)
        {
            await engine.SubmitAsync(
                new ExpireApplication(world, await clocks.NowAsync(world), application.Id)
            );
        }
    }
}
