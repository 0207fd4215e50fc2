using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Webhooks;

/// <summary>Webhook endpoints of one app.</summary>
public sealed class WebhookQueries(Store store)
{
    public ValueTask<WebhookEndpointRow?> FindAsync(Caller caller, Id<WebhookEndpointRow> id) =>
        store.FirstAsync(
            WebhookTables.Endpoints,
            caller.World,
            $"id = {id} AND app_id = {caller.App.Id} AND state <> {WebhookEndpointState.Deleted}"
        );

    public ValueTask<IReadOnlyList<WebhookEndpointRow>> ListAsync(
        Caller caller,
        Id<WebhookEndpointRow>? after,
        int count
    ) =>
        store.ListAsync(
            WebhookTables.Endpoints,
            caller.World,
            $"app_id = {caller.App.Id} AND state <> {WebhookEndpointState.Deleted} AND id > {after ?? default} ORDER BY id LIMIT {count}"
        );

    /// <summary>The endpoints of an app that get events now.</summary>
    public ValueTask<IReadOnlyList<WebhookEndpointRow>> ListEnabledAsync(World world, Id<AppRow> app) =>
        store.ListAsync(
            WebhookTables.Endpoints,
            world,
            $"app_id = {app} AND state = {WebhookEndpointState.Enabled} ORDER BY id"
        );
}
