using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Applications;

/// <summary>Sets the first payment PIN of a customer, for which new accounts wait.</summary>
public sealed class FirstPins(Store store, Engine.Engine engine, WorldClocks clocks, PinHash pins)
{
    /// <summary>How often it is tried while the customer opens further accounts.</summary>
    private const int MostTries = 3;

    /// <summary>Sets it, and with it puts every account of the customer in use that waits for it.</summary>
    /// <param name="accountId">The account that the customer has come for.</param>
    /// <param name="appId">The app they have come from, which is told.</param>
    public async Task SetAsync(
        World world,
        Id<CustomerRow> customerId,
        Id<AccountRow> accountId,
        Id<AppRow> appId,
        string pin
    )
    {
        var salt = PinHash.NewSalt();
        var hash = pins.Compute(pin, salt);
        for (var tries = 0; tries < MostTries; tries++)
        {
            var customer = (await store.FindAsync(CustomerTables.Customers, world, customerId))!;
            var decision = await engine.SubmitAsync(
                new SetPin(
                    world,
                    await clocks.NowAsync(world),
                    customer,
                    await ListWaitingAsync(world, customerId, accountId, appId),
                    hash,
                    salt
                )
            );
            if (decision is not Rejected<Done> { Refusal.Code: PinRules.AccountsChanged })
            {
                return;
            }
        }
    }

    /// <summary>The accounts that wait, each with the apps that it was opened through.</summary>
    private async Task<IReadOnlyList<WaitingAccount>> ListWaitingAsync(
        World world,
        Id<CustomerRow> customerId,
        Id<AccountRow> accountId,
        Id<AppRow> appId
    )
    {
        var applications = await store.ListAsync(
            ApplicationTables.Applications,
            world,
            $"customer_id = {customerId} AND account_id IS NOT NULL ORDER BY id"
        );
        return
        [
            .. applications
                .Select(application => (Account: application.AccountId!.Value, application.AppId))
                .Prepend((Account: accountId, AppId: appId))
                .GroupBy(opened => opened.Account, opened => opened.AppId)
                .Select(account => new WaitingAccount(account.Key, [.. account.Distinct()])),
        ];
    }
}
