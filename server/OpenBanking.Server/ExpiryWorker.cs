using OpenBanking.Server.Worlds;

namespace OpenBanking.Server;

/// <summary>Ends rows whose time is over. They count for nothing from their last moment on, whether or not this has come by
/// yet. Every node does it; the first one ends them.</summary>
public abstract class ExpiryWorker<TRow>(WorldClocks clocks, TimeProvider time, ILogger log)
    : PeriodicWorker(TimeSpan.FromSeconds(30), time, log)
{
    /// <summary>How many are looked up at once.</summary>
    protected const int MostAtOnce = 500;

    /// <summary>Ends what has run out, as many as there are.</summary>
    public async Task RunOnceAsync()
    {
        while (await EndAsync(await ListDueAsync(clocks.RealNow)) == MostAtOnce) { }
        // Worlds whose clocks are ahead have more of them.
        foreach (var world in await clocks.ListAheadAsync())
        {
            var due = await ListDueAsync(world, await clocks.NowAsync(world));
            await EndAsync([.. due.Select(row => (world, row))]);
        }
    }

    protected sealed override Task WorkAsync(CancellationToken stoppingToken) => RunOnceAsync();

    /// <summary>The first in any world whose time is over by real time: no world's clock is behind it.</summary>
    protected abstract ValueTask<IReadOnlyList<(World World, TRow Row)>> ListDueAsync(DateTimeOffset now);

    /// <summary>The first in a world whose time is over by its clock.</summary>
    protected abstract ValueTask<IReadOnlyList<TRow>> ListDueAsync(World world, DateTimeOffset now);

    protected abstract Task EndAsync(World world, DateTimeOffset now, TRow row);

    private async Task<int> EndAsync(IReadOnlyList<(World World, TRow Row)> due)
    {
        foreach (var (world, row) in due)
        {
            await EndAsync(world, await clocks.NowAsync(world), row);
        }

        return due.Count;
    }
}
