using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.TopUps;

/// <summary>Top-ups of one app.</summary>
public sealed class TopUpQueries(Store store)
{
    public TopUpRow? Find(Caller caller, Id<TopUpRow> id) =>
        store.First(TopUpTables.TopUps, caller.World, $"id = {id} AND app_id = {caller.App.Id}");
}
