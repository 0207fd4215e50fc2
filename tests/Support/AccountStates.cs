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
        var account = await server.AccountAsync(partner, customer);
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

    /// <summary>Closes it, whatever is on it.</summary>
    public static async Task CloseAccountAsync(
        this TestServer server,
        TestPartner partner,
        LinkedCustomer customer
    )
    {
        var account = await server.AccountAsync(partner, customer);
        await server
            .Get<Engine>()
            .SubmitAsync(new PutClosed(new(partner.SandboxNumber), account.OpenedAt, account.Id));
    }

    /// <summary>The account that the customer linked, as the bank has it.</summary>
    public static async Task<AccountRow> AccountAsync(
        this TestServer server,
        TestPartner partner,
        LinkedCustomer customer
    ) =>
        Id<PartnerRow>.TryParse(partner.PartnerId, out var owner)
        && server.Get<PairwiseIds>().TryParse<AccountRow>(owner, customer.AccountId, out var id)
        && await server.Get<Store>().FindAsync(AccountTables.Accounts, new(partner.SandboxNumber), id)
            is { } found
            ? found
            : throw new ArgumentException("The customer has no account.", nameof(customer));

    /// <summary>Whatever would have led there.</summary>
    private sealed record PutClosed(World World, DateTimeOffset Now, Id<AccountRow> AccountId)
        : Command<AccountRow>(World, Now)
    {
        public override void Keys(IKeySet keys) => keys.Want(AccountTables.Accounts, AccountId);

        public override Decision<AccountRow> Decide(Book book) =>
            Decision.Accept(
                book.Update(
                    AccountTables.Accounts,
                    book.Get(AccountTables.Accounts, AccountId) with
                    {
                        State = AccountState.Closed,
                    }
                )
            );
    }
}
