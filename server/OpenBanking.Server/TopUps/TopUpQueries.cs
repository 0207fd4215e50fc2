using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.TopUps;

/// <summary>Top-ups of one app.</summary>
public sealed class TopUpQueries(Store store)
{
    public ValueTask<TopUpRow?> FindAsync(Caller caller, Id<TopUpRow> id) =>
        store.FirstAsync(TopUpTables.TopUps, caller.World, $"id = {id} AND app_id = {caller.App.Id}");

    /// <summary>By id, the oldest first.</summary>
    public ValueTask<IReadOnlyList<TopUpRow>> ListAsync(Caller caller, Id<TopUpRow>? after, int count) =>
        store.ListAsync(
            TopUpTables.TopUps,
            caller.World,
            $"app_id = {caller.App.Id} AND id > {after ?? default} ORDER BY id LIMIT {count}"
        );
}
