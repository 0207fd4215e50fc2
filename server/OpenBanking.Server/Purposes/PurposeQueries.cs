using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Purposes;

/// <summary>What customers have consented to.</summary>
public sealed class PurposeQueries(Store store)
{
    /// <summary>As many as are kept, and the withdrawals beyond that.</summary>
    private const int MostRead = PurposeRules.MostKept + 10;

    public async ValueTask<PurposeConsents> FindAsync(World world, Id<CustomerRow> customer) =>
        new(
            await store.ListAsync(
                PurposeTables.Choices,
                world,
                $"customer_id = {customer} ORDER BY id LIMIT {MostRead}"
            )
        );
}
