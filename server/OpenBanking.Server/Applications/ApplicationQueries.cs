using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Applications;

/// <summary>Applications of one app, whether made through the API or on the bank's pages.</summary>
public sealed class ApplicationQueries(Store store)
{
    public ValueTask<AccountApplicationRow?> FindAsync(Caller caller, Id<AccountApplicationRow> id) =>
        store.FirstAsync(
            ApplicationTables.Applications,
            caller.World,
            $"id = {id} AND app_id = {caller.App.Id}"
        );

    public ValueTask<IReadOnlyList<AccountApplicationRow>> ListAsync(
        Caller caller,
        Id<AccountApplicationRow>? after,
        int count
    ) =>
        store.ListAsync(
            ApplicationTables.Applications,
            caller.World,
            $"app_id = {caller.App.Id} AND id > {after ?? default} ORDER BY id LIMIT {count}"
        );
}
