using System.Collections.Concurrent;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Fees;

/// <summary>Finds the fee that an app's payments cost now. The versions of a partner are kept in memory for a moment: a new
/// one counts everywhere within <see cref="KeptFor"/>, wherever the clock is set meanwhile.</summary>
public sealed class FeeDirectory
{
    public static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(2);
    private const int MostKept = 10_000;

    private readonly ConcurrentDictionary<
        (World World, Id<AppRow> App),
        (IReadOnlyList<FeeRuleRow> Rules, long ReadAt)
    > kept = [];

    private readonly Store store;
    private readonly TimeProvider time;

    public FeeDirectory(Store store, TimeProvider time, Engine.Engine engine)
    {
        (this.store, this.time) = (store, time);
        engine.WhenWritten(FeeTables.Rules, kept.Clear);
    }

    /// <param name="now">The business time of the world.</param>
    public async ValueTask<FeeRuleRow?> FindAsync(World world, AppRow app, DateTimeOffset now)
    {
        var readAt = time.GetTimestamp();
        if (
            !kept.TryGetValue((world, app.Id), out var known)
            || time.GetElapsedTime(known.ReadAt, readAt) >= KeptFor
        )
        {
            known = (await ListAsync(world, app), readAt);
            if (kept.Count >= MostKept)
            {
                kept.Clear();
            }

            kept[(world, app.Id)] = known;
        }

        return FeeRules.Find(known.Rules, app, BusinessCalendar.DateOf(now));
    }

    private ValueTask<IReadOnlyList<FeeRuleRow>> ListAsync(World world, AppRow app) =>
        store.ListAsync(
            FeeTables.Rules,
            world,
            $"(owner_id = {app.Id} OR owner_id = {app.PartnerId}) ORDER BY id"
        );
}
