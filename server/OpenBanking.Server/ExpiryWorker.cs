using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server;

/// <summary>Ends rows whose time is over. They count for nothing from their last moment on, whether or not this has come by
/// yet. Every node does it; the first one ends them.</summary>
public abstract class ExpiryWorker<TRow>(
    Store store,
    Table<TRow> table,
    WorldClocks clocks,
    TimeProvider time,
    ILogger log
) : PeriodicWorker(TimeSpan.FromSeconds(30), time, log)
{
    /// <summary>How many are looked up at once, and how many of them are ended side by side: as many as share a batch without
    /// keeping those waiting who pay meanwhile.</summary>
    private const int MostAtOnce = 500;
    private static readonly ParallelOptions sideBySide = new() { MaxDegreeOfParallelism = 16 };

    private readonly SteadyClock clock = new(time, SteadyClock.OneHour);

    /// <summary>Ends what has run out, as many as there are.</summary>
    public async Task RunOnceAsync()
    {
        // No world's clock is behind real time.
        while (
            await EndAsync(await store.ListAcrossWorldsAsync(table, MostAtOnce, IsDue(clocks.RealNow)))
            == MostAtOnce
        ) { }

        // Worlds whose clocks are ahead have more of them.
        foreach (var world in await clocks.ListAheadAsync())
        {
            await RunOnceAsync(world);
        }
    }

    /// <summary>Ends what has run out in one world, by its clock.</summary>
    public async Task RunOnceAsync(World world)
    {
        while (await EndAsync(await ListDueAsync(world)) == MostAtOnce) { }
    }

    protected sealed override Task WorkAsync(CancellationToken stoppingToken) =>
        clock.IsSteady() ? RunOnceAsync() : Task.CompletedTask;

    /// <summary>Which rows' time is over, the first of them first.</summary>
    protected abstract Sql IsDue(DateTimeOffset now);

    protected abstract Task EndAsync(World world, DateTimeOffset now, TRow row);

    private async Task<IReadOnlyList<(World World, TRow Row)>> ListDueAsync(World world)
    {
        var isDue = IsDue(await clocks.NowAsync(world));
        isDue.AppendLiteral($" LIMIT {MostAtOnce}");
        return [.. (await store.ListAsync(table, world, isDue)).Select(row => (world, row))];
    }

    private async Task<int> EndAsync(IReadOnlyList<(World World, TRow Row)> due)
    {
        await Parallel.ForEachAsync(
            due,
            sideBySide,
            async (found, _) => await EndAsync(found.World, await clocks.NowAsync(found.World), found.Row)
        );
        return due.Count;
    }
}
