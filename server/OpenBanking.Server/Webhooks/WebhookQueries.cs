using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Webhooks;

/// <summary>Webhook endpoints of one app.</summary>
public sealed class WebhookQueries(Store store)
{
    public WebhookEndpointRow? Find(Caller caller, Id<WebhookEndpointRow> id) =>
        store.First(
            WebhookTables.Endpoints,
            caller.World,
            $"id = {id} AND app_id = {caller.App.Id} AND state <> {WebhookEndpointState.Deleted}"
        );

    public IReadOnlyList<WebhookEndpointRow> List(Caller caller, Id<WebhookEndpointRow>? after, int count) =>
        store.List(
            WebhookTables.Endpoints,
            caller.World,
            $"app_id = {caller.App.Id} AND state <> {WebhookEndpointState.Deleted} AND id > {after ?? default} ORDER BY id LIMIT {count}"
        );

    /// <summary>The endpoints of an app that get events now.</summary>
    public IReadOnlyList<WebhookEndpointRow> ListEnabled(World world, Id<AppRow> app) =>
        store.List(
            WebhookTables.Endpoints,
            world,
            $"app_id = {app} AND state = {WebhookEndpointState.Enabled} ORDER BY id"
        );
}
