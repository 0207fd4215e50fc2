using System.Globalization;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Outside;

/// <summary>Tells customers that what they ordered between an account and a card did not come; what to do about it is on the
/// account's page.</summary>
public sealed class TransferNotices(
    Store store,
    Notices notices,
    BankOptions bank,
    IStringLocalizer<Texts> texts
)
{
    /// <param name="text">The text's name: it has the bank, the amount, the card and the account in it.</param>
    /// <param name="language">In which the customer ordered it.</param>
    /// <returns>Null for a customer who was erased.</returns>
    public async Task<Notice?> WriteAsync(
        World world,
        string text,
        AccountRow account,
        Id<BoundCardRow> cardId,
        long amount,
        string language
    )
    {
        var card = (await store.FindAsync(CustomerTables.BoundCards, world, cardId))!;
        var customer = (await store.FindAsync(CustomerTables.Customers, world, account.CustomerId))!;
        if (customer.ErasedAt is not null)
        {
            return null;
        }

        // Of this call alone: the next message may be in another one.
        CultureInfo.CurrentUICulture = new(language);
        return notices.Write(
            customer,
            texts[text, bank.Name, Amounts.Yuan(amount), card.LastFour, account.LastFour]
        );
    }
}
