using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.TopUps;

/// <summary>Top-ups of one app, and whether one is on its way to an account.</summary>
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

    /// <summary>Whether a card's bank was asked for money that may still come to an account, for any app.</summary>
    public async ValueTask<bool> IsUnderWayAsync(World world, AccountRow account) =>
        // The condition of the index, word for word.
        await store.FirstAsync(TopUpTables.TopUps, world, $"account_id = {account.Id} AND state = 1 LIMIT 1")
            is not null;
}
