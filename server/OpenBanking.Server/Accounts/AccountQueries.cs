using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Accounts;

/// <summary>What a customer's consent lets an app read: the one account it was given for.</summary>
public sealed class AccountQueries(Store store)
{
    /// <summary>The account of the consent, if this is its id.</summary>
    public async ValueTask<AccountRow?> FindAsync(Caller caller, Id<AccountRow> id) =>
        id == caller.Consent.AccountId
            ? await store.FirstAsync(
                AccountTables.Accounts,
                caller.World,
                $"id = {id} AND customer_id = {caller.Consent.CustomerId}"
            )
            : null;

    public async ValueTask<BoundCardRow> FindCardAsync(Caller caller, AccountRow account) =>
        await store.FindAsync(CustomerTables.BoundCards, caller.World, account.CardId)
        ?? throw new InvalidOperationException($"{account.Id} has no card.");

    /// <summary>Lines of the statement, the newest first.</summary>
    /// <param name="before">The line to go on after; null for the newest.</param>
    public ValueTask<IReadOnlyList<EntryRow>> ListEntriesAsync(
        Caller caller,
        AccountRow account,
        long? before,
        int count
    ) =>
        store.ListAsync(
            LedgerTables.Entries,
            caller.World,
            $"account_id = {account.Id} AND sequence < {before ?? long.MaxValue} ORDER BY sequence DESC LIMIT {count}"
        );
}
