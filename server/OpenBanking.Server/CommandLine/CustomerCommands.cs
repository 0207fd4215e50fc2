using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.CommandLine;

/// <summary>find-customer: the bank's own id of whoever has a mobile number, for an authorization server that is to name
/// customers; and of their accounts, for the bank's own acts on them. release-number: lets a number go that the telecom gave to
/// somebody else.</summary>
public static class CustomerCommands
{
    public const string Find = "find-customer";
    public const string Release = "release-number";

    /// <summary>How a number is written.</summary>
    public const string NumberForm = "eleven digits, such as 13800138000";

    /// <summary>A live world, and sandboxes that make up the same persons.</summary>
    private const int MostFound = 1_000;

    /// <summary>Whether it is a mobile number, however it is written.</summary>
    public static bool IsNumber(string word) => IdentityNumbers.IsMobile(IdentityNumbers.ReadMobile(word));

    public static async Task<int> FindCustomerAsync(this WebApplication app, string mobile)
    {
        var found = await FindAsync(app.Services, IdentityNumbers.ReadMobile(mobile));
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

    public static async Task<int> ReleaseNumberAsync(this WebApplication app, string id, string mobile)
    {
        var (done, text) = await ReleaseAsync(app.Services, id, IdentityNumbers.ReadMobile(mobile));
        Console.WriteLine(text);
        return done ? 0 : 1;
    }

    public static async Task<(bool Done, string Text)> ReleaseAsync(
        IServiceProvider services,
        string text,
        string mobile
    )
    {
        var vault = services.GetRequiredService<Vault>();
        if (
            !Id<CustomerRow>.TryParse(text, out var id)
            || await services
                .GetRequiredService<Store>()
                .ListAcrossWorldsAsync(CustomerTables.Customers, 1, $"id = {id} AND erased_at IS NULL")
                is not [var (world, customer)]
        )
        {
            return (false, $"There is no customer {text}.");
        }

        var clocks = services.GetRequiredService<WorldClocks>();
        var profile = vault.OpenJson<CustomerProfile>(customer.Profile, id.Value);
        var decision = await services
            .GetRequiredService<Engine.Engine>()
            .SubmitAsync(
                new ReleaseMobile(
                    world,
                    await clocks.NowAsync(world),
                    customer,
                    vault.BlindIndex("mobile", mobile),
                    profile.Mobile == mobile
                        ? vault.SealJson(profile with { Mobile = "" }, id.Value)
                        : customer.Profile,
                    clocks.RealNow
                )
            );
        return decision switch
        {
            Accepted<Done> => (
                true,
                $"released: {id} in world {world} is not found by this number any more."
            ),
            Rejected<Done> { Refusal.Code: ReleaseRules.NotTheirs } => (
                false,
                $"{id} does not have this number."
            ),
            _ => (false, $"{id} was changed meanwhile; try again."),
        };
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
