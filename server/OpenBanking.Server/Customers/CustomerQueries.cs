using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Customers;

/// <summary>What pages ask about customers.</summary>
public static class CustomerQueries
{
    /// <summary>How many numbers a customer can have: earlier versions let each account be opened with another.</summary>
    private const int MostMobiles = 100;

    /// <summary>Whether a number still finds the customer. One that was changed or released may be somebody else's.</summary>
    public static async ValueTask<bool> IsMobileOfAsync(
        this Store store,
        World world,
        string index,
        Id<CustomerRow> customer
    ) =>
        await store.FindAsync(CustomerTables.Mobiles, world, new(index)) is { EndedAt: null } row
        && row.CustomerId == customer;

    /// <summary>The blind indexes of the numbers that a customer has beside this one.</summary>
    public static async Task<IReadOnlyList<string>> ListOtherMobilesAsync(
        this Store store,
        World world,
        Id<CustomerRow> customer,
        string mobileIndex
    ) =>
        [
            .. (
                await store.ListAsync(
                    CustomerTables.Mobiles,
                    world,
                    $"customer_id = {customer} AND ended_at IS NULL LIMIT {MostMobiles}"
                )
            )
                .Select(row => row.MobileIndex)
                .Where(index => index != mobileIndex),
        ];
}
