using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using OpenBanking.Testing.Internal;

namespace OpenBanking.Tests;

/// <summary>Puts an account into a state, whatever would have led there.</summary>
public static class AccountStates
{
    public static async Task PutAccountAsync(
        this TestServer server,
        TestPartner partner,
        LinkedCustomer customer,
        AccountStatus status
    )
    {
        var world = new World(partner.SandboxNumber);
        if (
            !Id<PartnerRow>.TryParse(partner.PartnerId, out var owner)
            || !server.Get<PairwiseIds>().TryParse<AccountRow>(owner, customer.AccountId, out var id)
        )
        {
            throw new ArgumentException("The customer has no account.", nameof(customer));
        }

        var account = (await server.Get<Store>().FindAsync(AccountTables.Accounts, world, id))!;
        await server
            .Get<Engine>()
            .SubmitAsync(
                new SetAccountStanding(
                    world,
                    await server.Get<WorldClocks>().NowAsync(world),
                    account,
                    SetAccountStanding.StateOf(status),
                    await server.Get<AccountConsents>().ListAsync(world, account)
                )
            );
    }
}
