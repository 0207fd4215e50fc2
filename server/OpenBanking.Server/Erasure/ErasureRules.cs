using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Cases;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Erasure;

/// <summary>What there is of a customer that an erasure changes, as it was read.</summary>
/// <param name="MobileIndexes">Of every number that finds the customer.</param>
public sealed record ErasedThings(
    IReadOnlyList<Id<AccountRow>> Accounts,
    IReadOnlyList<ConsentRow> Consents,
    IReadOnlyList<Id<AccountApplicationRow>> Applications,
    IReadOnlyList<Id<CaseRow>> Cases,
    IReadOnlyList<PasskeyKey> Passkeys,
    IReadOnlyList<string> MobileIndexes
);

/// <summary>Erases a customer's profile 删除个人信息 (Personal Information Protection Law, article 47), and seals what the law
/// makes the bank keep.</summary>
/// <param name="Read">The customer as they were when <paramref name="Identity"/> was made of them, read before
/// <paramref name="Things"/>.</param>
/// <param name="PinHash">The PIN, hashed with the customer's salt.</param>
/// <param name="Notice">The last message to the customer's phone.</param>
public sealed record EraseCustomer(
    World World,
    DateTimeOffset Now,
    CustomerRow Read,
    byte[] PinHash,
    ErasedThings Things,
    SealedIdentityRow Identity,
    Notice Notice
) : Command<PinCheck>(World, Now)
{
    public override Guid Lane => Read.Id.Value;

    public override Actor Actor => Actor.Customer(Read.Id);

    public override Subject Subject => Subject.Of(Read.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(CustomerTables.Customers, Read.Id);
        keys.Want(CustomerTables.Identities, new(Identity.IdNumberIndex));
        Want(keys, Things.Accounts, AccountTables.Accounts);
        foreach (var account in Things.Accounts)
        {
            CardDepositRules.Want(keys, account);
        }

        Want(keys, Things.Applications, ApplicationTables.Applications);
        Want(keys, Things.Cases, CaseTables.Cases);
        Want(keys, Things.Passkeys, PasskeyTables.Passkeys);
        Want(keys, [.. Things.MobileIndexes.Select(index => new MobileKey(index))], CustomerTables.Mobiles);
        foreach (var consent in Things.Consents)
        {
            RevocationOf(consent).Keys(keys);
        }
    }

    public override Decision<PinCheck> Decide(Book book) => ErasureRules.Erase(this, book);

    /// <summary>By the customer, like one on their own pages.</summary>
    internal RevokeConsent RevocationOf(ConsentRow consent) =>
        new(World, Now, consent.Id, consent.AgreementId) { By = Actor };

    private static void Want<TKey, TRow>(
        IKeySet keys,
        IReadOnlyList<TKey> wanted,
        Storage.Table<TKey, TRow> table
    )
        where TKey : struct
        where TRow : class
    {
        foreach (var key in wanted)
        {
            keys.Want(table, key);
        }
    }
}

/// <summary>What an erasure removes, and what it leaves: the ledger, the bound cards that a late refund still goes to, and the
/// identity, sealed.</summary>
public static class ErasureRules
{
    /// <summary>How long who somebody was is kept after the last account was closed.</summary>
    public const int YearsKept = 10;

    /// <summary>Why nothing was erased; the pages have the words.</summary>
    public static class Refusals
    {
        public const string AccountsOpen = "erasure_accounts_open";

        /// <summary>Something changed since it was read: read again.</summary>
        public const string Overtaken = "erasure_overtaken";
    }

    /// <summary>
    /// Refuses: an account is not closed; something changed since it was read.
    /// Declines: the PIN was wrong; the try is counted.
    /// </summary>
    public static Decision<PinCheck> Erase(EraseCustomer command, Book book)
    {
        var customer = book.Get(CustomerTables.Customers, command.Read.Id);
        if (customer is not { TypeTwoAccounts: 0, TypeThreeAccounts: 0 })
        {
            return Decision.Reject(Refusals.AccountsOpen);
        }

        // Whatever is added to a customer is counted in their row.
        if (customer.ErasedAt is not null || customer.Version != command.Read.Version)
        {
            return Decision.Reject(Refusals.Overtaken);
        }

        var check = PinRules.Check(book, customer.Id, command.PinHash, command.Form, command.Now);
        if (check != PinCheck.Right)
        {
            return Decision.Decline(check);
        }

        foreach (var consent in command.Things.Consents)
        {
            ConsentRules.Revoke(command.RevocationOf(consent), book);
        }

        EraseThings(command, book);
        EraseProfile(command, book);
        book.Insert(SealedIdentityTables.Identities, command.Identity);
        command.Notice.Send(book, customer.Id);
        return Decision.Accept(check);
    }

    /// <summary>Of what stays, nothing that says who it was about.</summary>
    private static void EraseThings(EraseCustomer command, Book book)
    {
        foreach (var id in command.Things.Accounts)
        {
            var account = book.Get(AccountTables.Accounts, id);
            if (account.Nickname is not null)
            {
                book.Update(AccountTables.Accounts, account with { Nickname = null });
            }

            CardDepositRules.Forget(book, id, command.Notice.RealNow);
        }

        foreach (var id in command.Things.Applications)
        {
            var application = book.Get(ApplicationTables.Applications, id);
            book.Update(
                ApplicationTables.Applications,
                application with
                {
                    Elements = [],
                    IdNumberIndex = "",
                    MobileIndex = "",
                }
            );
        }

        foreach (var id in command.Things.Cases)
        {
            CaseRules.Forget(book, id, command.Now);
        }

        foreach (var key in command.Things.Passkeys)
        {
            var passkey = book.Get(PasskeyTables.Passkeys, key);
            book.Update(PasskeyTables.Passkeys, passkey with { Name = "", EndedAt = command.Notice.RealNow });
        }
    }

    private static void EraseProfile(EraseCustomer command, Book book)
    {
        var (id, realNow) = (command.Read.Id, command.Notice.RealNow);
        foreach (var index in command.Things.MobileIndexes)
        {
            CustomerLookups.EndMobile(book, index, id, realNow);
        }

        CustomerLookups.EndIdNumber(book, command.Identity.IdNumberIndex, id, realNow);
        PasskeyRules.EndAll(book, id);
        var customer = book.Get(CustomerTables.Customers, id);
        book.Update(
            CustomerTables.Customers,
            customer with
            {
                Profile = [],
                PinHash = null,
                LastWrongPin = null,
                PinSalt = null,
                OpenCases = 0,
                PurposeChoices = 0,
                ErasedAt = realNow,
            }
        );
    }
}
