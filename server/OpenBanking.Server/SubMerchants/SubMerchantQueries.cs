using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.SubMerchants;

/// <summary>The merchants of one partner: all its apps see them.</summary>
public sealed class SubMerchantQueries(Store store)
{
    public ValueTask<SubMerchantRow?> FindAsync(Caller caller, Id<SubMerchantRow> id) =>
        store.FirstAsync(
            SubMerchantTables.SubMerchants,
            caller.World,
            $"id = {id} AND partner_id = {caller.App.PartnerId}"
        );

    /// <summary>By id, the oldest first.</summary>
    public ValueTask<IReadOnlyList<SubMerchantRow>> ListAsync(
        Caller caller,
        Id<SubMerchantRow>? after,
        int count
    ) =>
        store.ListAsync(
            SubMerchantTables.SubMerchants,
            caller.World,
            $"partner_id = {caller.App.PartnerId} AND id > {after ?? default} ORDER BY id LIMIT {count}"
        );
}
