using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Accounts;

/// <summary>The consents to use an account: their apps are told of what becomes of it.</summary>
public sealed class AccountConsents(Store store)
{
    /// <summary>By its customer: there is an index for that.</summary>
    public async Task<IReadOnlyList<ConsentRow>> ListRowsAsync(World world, AccountRow account) =>
        await store.ListAsync(
            ConsentTables.Consents,
            world,
            $"customer_id = {account.CustomerId} AND account_id = {account.Id} AND state = {ConsentState.Authorized} ORDER BY id"
        );

    public async Task<IReadOnlyList<Id<ConsentRow>>> ListAsync(World world, AccountRow account) =>
        [.. (await ListRowsAsync(world, account)).Select(consent => consent.Id)];
}
