using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server;

/// <summary>find-customer: the bank's own id of whoever has a mobile number, for an authorization server that is to name
/// customers; and of their accounts, for the bank's own acts on them.</summary>
public static class CustomerCommands
{
    /// <summary>A live world, and sandboxes that make up the same persons.</summary>
    private const int MostFound = 1_000;

    public static async Task<int> FindCustomerAsync(this WebApplication app, string mobile)
    {
        var found = await FindAsync(app.Services, mobile);
        foreach (var (world, customer) in found)
        {
            Console.WriteLine($"{customer} in world {world}");
            foreach (var account in await ListAccountsAsync(app.Services, world, customer))
            {
                Console.WriteLine($"  {AccountCommands.Describe(account)}");
            }
        }

        if (found.Count == 0)
        {
            Console.WriteLine("No customer has this number.");
        }

        return found.Count == 0 ? 1 : 0;
    }

    private static ValueTask<IReadOnlyList<AccountRow>> ListAccountsAsync(
        IServiceProvider services,
        World world,
        Id<CustomerRow> customer
    ) =>
        services
            .GetRequiredService<Store>()
            .ListAsync(AccountTables.Accounts, world, $"customer_id = {customer} ORDER BY id");

    public static async Task<IReadOnlyList<(World World, Id<CustomerRow> Customer)>> FindAsync(
        IServiceProvider services,
        string mobile
    )
    {
        var index = services.GetRequiredService<Vault>().BlindIndex("mobile", mobile);
        var rows = await services
            .GetRequiredService<Store>()
            .ListAcrossWorldsAsync(
                CustomerTables.Mobiles,
                MostFound,
                $"mobile_index = {index} AND ended_at IS NULL"
            );
        return [.. rows.Select(found => (found.World, found.Row.CustomerId))];
    }
}
