using System.Collections.Concurrent;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Worlds;

/// <summary>The business clocks: the live world runs on real time, a sandbox may be ahead of it. A move counts on every node within
/// <see cref="KeptFor"/>.</summary>
public sealed class WorldClocks(Store store, TimeProvider time)
{
    /// <summary>How long a sandbox's clock is taken for what it was read as, in real time.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(1);

    private const int MostAhead = 10_000;

    /// <summary>How many worlds' clocks are kept in memory.</summary>
    internal const int MostKept = 10_000;

    private readonly ConcurrentDictionary<World, (TimeSpan Ahead, long ReadAt)> kept = [];

    /// <summary>The business time of a world. A store that cannot be read leaves a clock as it was read last.</summary>
    public ValueTask<DateTimeOffset> NowAsync(World world) =>
        // The live world never moves, and nobody asks the store for it.
        world == World.Live
            ? ValueTask.FromResult(RealNow)
        : kept.TryGetValue(world, out var known)
            ? IsFresh(known.ReadAt) ? ValueTask.FromResult(RealNow + known.Ahead)
                : ReadAgainAsync(world, known.Ahead)
        : new(ReadAsync(world));

    /// <summary>The business time of a world by the store: that of a clock that another node moved a moment ago, too.</summary>
    public async Task<DateTimeOffset> ReadAsync(World world) => (await ReadAheadAsync(world)).Now;

    /// <inheritdoc cref="ReadAsync"/>
    /// <returns>The business time, and how far it is ahead of the real one.</returns>
    public async Task<(DateTimeOffset Now, TimeSpan Ahead)> ReadAheadAsync(World world)
    {
        var readAt = time.GetTimestamp();
        var ahead = Keep(world, await LoadAsync(world), readAt);
        return (RealNow + ahead, ahead);
    }

    /// <summary>Waits until no node takes any sandbox's clock for what it was before a move: whoever moved it may then say that
    /// it is moved. Nothing is waited for where there is one node.</summary>
    public Task CountEverywhereAsync() => store.HasOneWriter ? Task.CompletedTask : Task.Delay(KeptFor, time);

    /// <summary>The worlds whose clocks are ahead: what is due there may not be due by real time.</summary>
    public async Task<IReadOnlyList<World>> ListAheadAsync() =>
        [
            .. (
                await store.ListAcrossWorldsAsync(
                    WorldTables.Worlds,
                    MostAhead,
                    $"clock_ahead_seconds > {0} ORDER BY number"
                )
            ).Select(found => new World(found.Row.Number)),
        ];

    /// <summary>The business time of the world that is farthest ahead; the real time where none is.</summary>
    public async Task<DateTimeOffset> FarthestNowAsync() =>
        RealNow
        + TimeSpan.FromSeconds(
            (
                await store.FirstAsync(
                    WorldTables.Worlds,
                    World.Live,
                    $"clock_ahead_seconds > {0} ORDER BY clock_ahead_seconds DESC LIMIT {1}"
                )
            )?.ClockAheadSeconds
                ?? 0
        );

    /// <summary>The real time, by which OAuth, proofs, webhooks and the outside run.</summary>
    public DateTimeOffset RealNow => InMicroseconds(time.GetUtcNow());

    /// <summary>What is stored is what was answered: stores keep microseconds.</summary>
    private static DateTimeOffset InMicroseconds(DateTimeOffset instant) =>
        instant.AddTicks(-(instant.Ticks % TimeSpan.TicksPerMicrosecond));

    private bool IsFresh(long readAt) => time.GetElapsedTime(readAt) < KeptFor;

    private async ValueTask<DateTimeOffset> ReadAgainAsync(World world, TimeSpan before)
    {
        try
        {
            return await ReadAsync(world);
        }
        catch (StoreUnavailableException)
        {
            return RealNow + before;
        }
    }

    /// <summary>Gives what counts: clocks never go back, so what says more was read later.</summary>
    private TimeSpan Keep(World world, TimeSpan ahead, long readAt)
    {
        if (kept.Count >= MostKept && !kept.ContainsKey(world))
        {
            kept.Clear();
        }

        return kept.AddOrUpdate(
            world,
            (ahead, readAt),
            (_, before) => before.Ahead > ahead ? before : (ahead, readAt)
        ).Ahead;
    }

    private async Task<TimeSpan> LoadAsync(World world) =>
        await store.FindAsync(WorldTables.Worlds, World.Live, new(world.Number)) is { } row
            ? TimeSpan.FromSeconds(row.ClockAheadSeconds)
            : TimeSpan.Zero;
}
