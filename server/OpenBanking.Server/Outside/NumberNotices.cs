using System.Globalization;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Outside;

/// <summary>Tells a customer's number that another one takes its place by an application for a further account, and the other one that
/// it does.</summary>
public sealed class NumberNotices(
    Store store,
    AccountNotices accounts,
    Notices notices,
    BankOptions bank,
    IStringLocalizer<Texts> texts
)
{
    /// <returns>To the old number and to the new one.</returns>
    public async Task<IReadOnlyList<Notice>> WriteAsync(World world, CustomerRow customer, string mobile)
    {
        var account = await store.FirstAsync(
            AccountTables.Accounts,
            world,
            $"customer_id = {customer.Id} ORDER BY id DESC LIMIT 1"
        );
        // Of this call alone: the next message may be in another one.
        CultureInfo.CurrentUICulture = new(
            account is null ? PageLanguages.Supported[0] : await accounts.FindLanguageAsync(world, account)
        );
        return
        [
            notices.Write(customer, texts["MobileOldMessage", bank.Name, Masks.Mobile(mobile)]),
            notices.Write(mobile, texts["MobileNewMessage", bank.Name]),
        ];
    }
}
