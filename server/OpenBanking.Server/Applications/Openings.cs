using System.Security.Cryptography;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Applications;

/// <summary>Prepares the account that an application may open.</summary>
public sealed class Openings(Store store, Vault vault, AccountNotices notices, Ids ids)
{
    /// <summary>The bank's issuer number, which its account numbers begin with.</summary>
    private const string IssuerNumber = "623099";
    private const int AccountNumberLength = 19;

    public async Task<Opening> PrepareAsync(
        World world,
        AccountApplicationRow application,
        FiveElements elements,
        string bank,
        DateTimeOffset now
    )
    {
        var known = await store.FindAsync(
            CustomerTables.Identities,
            world,
            new IdNumberKey(application.IdNumberIndex)
        )
            is { EndedAt: null } row
            ? row.CustomerId
            : (Id<CustomerRow>?)null;
        var customerId = known ?? ids.New<CustomerRow>();
        var customer = known is null
            ? null
            : await store.FindAsync(CustomerTables.Customers, world, customerId);
        var card = vault.NewCard(ids, customerId, account: null, elements.CardNumber, bank, now);
        var account = NewAccount(customerId, card, application.Type, now);
        return new(
            customerId,
            customer,
            ProfileOf(customer, customerId, elements),
            card with
            {
                AccountId = account.Id,
            },
            account,
            known is null ? null : await FindWaitingAsync(world, customerId, application)
        )
        {
            Former = customer is null
                ? null
                : await FindFormerAsync(world, customer, application.MobileIndex, elements.Mobile),
        };
    }

    /// <summary>With the number that is proven now.</summary>
    private byte[] ProfileOf(CustomerRow? known, Id<CustomerRow> id, FiveElements elements)
    {
        if (known is null)
        {
            return vault.SealJson(
                new CustomerProfile(elements.Name, elements.IdNumber, elements.Mobile),
                id.Value
            );
        }

        return
            known.ErasedAt is null
            && vault.OpenJson<CustomerProfile>(known.Profile, id.Value) is var profile
            && profile.Mobile != elements.Mobile
            ? vault.SealJson(profile with { Mobile = elements.Mobile }, id.Value)
            : known.Profile;
    }

    private async Task<FormerMobiles?> FindFormerAsync(
        World world,
        CustomerRow customer,
        string mobileIndex,
        string mobile
    )
    {
        var others = await store.ListOtherMobilesAsync(world, customer.Id, mobileIndex);
        if (others.Count == 0)
        {
            return null;
        }

        var (toOld, toNew) = await notices.WriteNumberChangedAsync(world, customer, mobile);
        return new(others, toOld, toNew);
    }

    /// <summary>The account of the class that is asked for whose first PIN was never set, of a customer who still has the number:
    /// whoever dropped out goes on with it.</summary>
    private async Task<AccountRow?> FindWaitingAsync(
        World world,
        Id<CustomerRow> customer,
        AccountApplicationRow application
    ) =>
        await store.IsMobileOfAsync(world, application.MobileIndex, customer)
            ? await store.FirstAsync(
                AccountTables.Accounts,
                world,
                $"""
                customer_id = {customer} AND state = {AccountState.PendingActivation} AND type = {application.Type}
                ORDER BY id LIMIT 1
                """
            )
            : null;

    private AccountRow NewAccount(
        Id<CustomerRow> customerId,
        BoundCardRow card,
        string type,
        DateTimeOffset now
    )
    {
        var id = ids.New<AccountRow>();
        var number = NewAccountNumber();
        return new()
        {
            Id = id,
            CustomerId = customerId,
            CardId = card.Id,
            Type = type,
            State = AccountState.PendingActivation,
            Number = vault.SealText(number, id.Value),
            LastFour = number[^4..],
            Currency = Money.Renminbi,
            Available = 0,
            Held = 0,
            Entries = 0,
            OutflowDay = BusinessCalendar.DateOf(now),
            DayOutflow = 0,
            YearOutflow = 0,
            OpenedAt = now,
        };
    }

    private static string NewAccountNumber()
    {
        var digits = IssuerNumber;
        while (digits.Length < AccountNumberLength - 1)
        {
            digits += RandomNumberGenerator.GetInt32(10);
        }

        return digits + IdentityNumbers.LuhnDigit(digits);
    }
}
