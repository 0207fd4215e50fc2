using System.Collections.Concurrent;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Worlds;

/// <summary>The business clocks: the live world runs on real time, a sandbox may be ahead of it.</summary>
public sealed class WorldClocks(Store store, TimeProvider time)
{
    private const int MostAhead = 10_000;

    /// <summary>How many worlds' clocks are kept in memory.</summary>
    internal const int MostKept = 10_000;

    private readonly ConcurrentDictionary<World, TimeSpan> ahead = [];

    /// <summary>The business time of a world.</summary>
    public async ValueTask<DateTimeOffset> NowAsync(World world)
    {
        if (!ahead.TryGetValue(world, out var known))
        {
            known = await LoadAsync(world);
            if (ahead.Count >= MostKept)
            {
                ahead.Clear();
            }

            ahead[world] = known;
        }

        return RealNow + known;
    }

    /// <summary>Has a world's clock read anew: it was moved.</summary>
    public void Forget(World world) => ahead.TryRemove(world, out _);

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

    private async Task<TimeSpan> LoadAsync(World world) =>
        await store.FindAsync(WorldTables.Worlds, World.Live, new(world.Number)) is { } row
            ? TimeSpan.FromSeconds(row.ClockAheadSeconds)
            : TimeSpan.Zero;
}
