using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Customers;

/// <summary>What pages ask about customers.</summary>
public static class CustomerQueries
{
    /// <summary>Whether a number still finds the customer. One that was changed or released may be somebody else's.</summary>
    public static async ValueTask<bool> IsMobileOfAsync(
        this Store store,
        World world,
        string index,
        Id<CustomerRow> customer
    ) =>
        await store.FindAsync(CustomerTables.Mobiles, world, new(index)) is { EndedAt: null } row
        && row.CustomerId == customer;
}
