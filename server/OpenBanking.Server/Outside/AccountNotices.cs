using System.Globalization;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Outside;

/// <summary>Tells customers what has become of an account while they were not on a page, which would have a language.</summary>
public sealed class AccountNotices(
    Store store,
    AccountConsents consents,
    Notices notices,
    BankOptions bank,
    IStringLocalizer<Texts> texts
)
{
    /// <param name="text">The text's name: it has the bank and the account in it.</param>
    /// <returns>Null for a customer who was erased.</returns>
    public async Task<Notice?> WriteAsync(World world, AccountRow account, string text)
    {
        var customer = (await store.FindAsync(CustomerTables.Customers, world, account.CustomerId))!;
        if (customer.ErasedAt is not null)
        {
            return null;
        }

        // Of this call alone: the next message may be in another one.
        CultureInfo.CurrentUICulture = new(await FindLanguageAsync(world, account));
        return notices.Write(customer, texts[text, bank.Name, account.LastFour]);
    }

    /// <summary>Tells a customer's number that another one takes its place by an application for a further account, and the other one
    /// that it does.</summary>
    public async Task<(Notice ToOld, Notice ToNew)> WriteNumberChangedAsync(
        World world,
        CustomerRow customer,
        string mobile
    )
    {
        var newest = await store.FirstAsync(
            AccountTables.Accounts,
            world,
            $"customer_id = {customer.Id} ORDER BY id DESC LIMIT 1"
        );
        // Of this call alone: the next message may be in another one.
        CultureInfo.CurrentUICulture = new(
            newest is null ? PageLanguages.Supported[0] : await FindLanguageAsync(world, newest)
        );
        return (
            notices.Write(customer, texts["MobileOldMessage", bank.Name, Masks.Mobile(mobile)]),
            notices.Write(mobile, texts["MobileNewMessage", bank.Name])
        );
    }

    /// <summary>In which the customer last sent money from the account, or closed it, else last agreed to payments from it; the first
    /// of the pages' where they did neither.</summary>
    public async Task<string> FindLanguageAsync(World world, AccountRow account) =>
        (
            await store.FirstAsync(
                WithdrawalTables.Withdrawals,
                world,
                $"account_id = {account.Id} AND language IS NOT NULL ORDER BY id DESC LIMIT 1"
            )
        )?.Language
        ?? await FindLanguageOfAgreementAsync(world, account)
        ?? PageLanguages.Supported[0];

    private async Task<string?> FindLanguageOfAgreementAsync(World world, AccountRow account)
    {
        var agreements = await store.ListByKeysAsync(
            ConsentTables.Agreements,
            world,
            [
                .. (await consents.ListRowsAsync(world, account))
                    .Select(consent => consent.AgreementId)
                    .OfType<Id<AgreementRow>>(),
            ]
        );
        return agreements.OrderBy(agreement => agreement.Id.Value).LastOrDefault()?.Language;
    }
}
