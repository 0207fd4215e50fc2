using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Dashboard;

/// <summary>The cards that are bound to a customer's accounts.</summary>
public sealed class OwnCards(Store store, DashboardQueries queries, Vault vault)
{
    /// <summary>Whether a card that was entered is one of them.</summary>
    public async Task<bool> IsTheirsAsync(OpenSession session, string cardNumber)
    {
        var accounts = await queries.ListAccountsAsync(session.World, session.Customer!.Id);
        var cards = await store.ListByKeysAsync(
            CustomerTables.BoundCards,
            session.World,
            [.. accounts.Select(account => account.CardId).Distinct()]
        );
        return cards.Any(card => Secrets.AreEqual(vault.OpenText(card.Number, card.Id.Value), cardNumber));
    }
}
