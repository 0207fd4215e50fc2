using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Outside;

/// <summary>Transfers from and to cards, and to partners, whose outcome nobody outside has told for long: somebody should
/// ask.</summary>
public sealed class OutstandingTransfers(Store store, OutsideLimits limits, TimeProvider time)
{
    /// <summary>The most that are listed at once.</summary>
    public const int MostListed = 1_000;

    /// <summary>The oldest first.</summary>
    public async Task<IReadOnlyList<(World World, IntentRow Intent)>> ListAsync()
    {
        var asked = AskedBefore(time.GetUtcNow() - limits.OutstandingAfter);
        asked.AppendLiteral(" ORDER BY created_at");
        var open = await store.ListAcrossWorldsAsync(IntentTables.Intents, MostListed, asked);
        return [.. open.OrderBy(found => found.Row.CreatedAt).Select(found => (found.World, found.Row))];
    }

    /// <summary>How many there are; <see cref="MostListed"/> when there are more. They are read in no order: whoever asks often does
    /// not have all sorted that wait.</summary>
    public async Task<int> CountTransfersAsync() =>
        (
            await store.ListAcrossWorldsAsync(
                IntentTables.Intents,
                MostListed,
                AskedBefore(time.GetUtcNow() - limits.OutstandingAfter)
            )
        ).Count;

    /// <summary>With the condition of the index, word for word; 3, 4 and 15 are those of cards, 8 those to partners, 13 and 14 small
    /// amounts that prove cards.</summary>
    internal static Sql AskedBefore(DateTimeOffset instant) =>
        $"state <> 3 AND kind <> 6 AND kind <> 1 AND kind IN (3, 4, 8, 13, 14, 15) AND created_at <= {instant}";

    /// <summary>How many questions to the outside of each kind have had no answer for long, and since when the oldest.</summary>
    public async Task<IReadOnlyDictionary<IntentKind, (int Count, DateTimeOffset Since)>> CountAsync()
    {
        var before = time.GetUtcNow() - limits.OutstandingAfter;
        // The conditions of the indexes, word for word.
        var asked = await store.ListAcrossWorldsAsync(
            IntentTables.Intents,
            MostListed,
            $"state <> 3 AND kind <> 6 AND created_at <= {before} ORDER BY created_at"
        );
        var notices = await store.ListAcrossWorldsAsync(
            IntentTables.Intents,
            MostListed,
            $"state <> 3 AND kind = 6 AND created_at <= {before} ORDER BY created_at"
        );
        return asked
            .Concat(notices)
            .Select(found => found.Row)
            .GroupBy(intent => intent.Kind)
            .ToDictionary(kind => kind.Key, kind => (kind.Count(), kind.Min(intent => intent.CreatedAt)));
    }

    /// <summary>One of them, however old; null when there is none, or it has its answer.</summary>
    public async Task<(World World, IntentRow Intent)?> FindAsync(Id<IntentRow> id) =>
        await store.ListAcrossWorldsAsync(
            IntentTables.Intents,
            1,
            $"id = {id} AND state <> 3 AND kind IN (3, 4, 8, 13, 14, 15)"
        )
            is [var found]
            ? (found.World, found.Row)
            : null;
}
