using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Accounts;

/// <summary>Begins to make a Type III account one of Type II: the person is verified again.</summary>
/// <param name="IdNumberIndex">The blind index of the ID number that was entered.</param>
/// <param name="CardIsBound">Whether the card that was entered is bound to the account.</param>
/// <param name="Request">Who is to be verified, sealed.</param>
public sealed record UpgradeAccount(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    string IdNumberIndex,
    bool CardIsBound,
    byte[] PinHash,
    Id<IntentRow> IntentId,
    byte[] Request,
    DateTimeOffset RealNow
) : OwnAccountCommand<PersonCheck>(World, Now, Account)
{
    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        keys.Want(CustomerTables.Identities, new(IdNumberIndex));
        keys.Want(AccountTables.Verifications, new(Account.Id, VerificationPurpose.Upgrade));
    }

    public override Decision<PersonCheck> Decide(Book book) => UpgradeRules.Begin(this, book);
}

/// <summary>The card's bank has answered.</summary>
/// <param name="Account">Read before the batch for what never changes in it.</param>
/// <param name="MobileIndex">Of the number that was asked about.</param>
/// <param name="Consents">The consents to use the account: their apps are told.</param>
public sealed record CompleteUpgrade(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    Id<IntentRow> IntentId,
    string MobileIndex,
    bool Verified,
    Notice Notice,
    IReadOnlyList<Id<ConsentRow>> Consents
) : Command<Done>(World, Now)
{
    public override Guid Lane => Account.CustomerId.Value;

    public override Subject Subject => Subject.Of(Account.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(IntentTables.Intents, IntentId);
        keys.Want(CustomerTables.Mobiles, new(MobileIndex));
        keys.Want(AccountTables.Accounts, Account.Id);
        keys.Want(CustomerTables.Customers, Account.CustomerId);
        keys.Want(AccountTables.Verifications, new(Account.Id, VerificationPurpose.Upgrade));
        AccountRules.WantConsents(keys, Consents);
    }

    public override Decision<Done> Decide(Book book) => UpgradeRules.Complete(this, book);
}

/// <summary>How an account of Type III becomes one of Type II: it stays the same account, with the limits of the other class from the
/// moment on that the person is verified again. What went out of it counts against them.</summary>
public static class UpgradeRules
{
    /// <summary>Why an account stays what it is; the pages have the words.</summary>
    public static class Refusals
    {
        public const string TooMany = "too_many_accounts";
        public const string NotVerified = "upgrade_not_verified";
    }

    /// <summary>
    /// Refuses: the account is not in use, or not of Type III; the person is being verified, or was refused too often; there are as
    /// many accounts of Type II as the rules allow.
    /// Declines: the PIN was wrong, or the ID number is not the customer's, or the card is not bound to the account; the try is
    /// counted.
    /// </summary>
    public static Decision<PersonCheck> Begin(UpgradeAccount command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        var customer = book.Get(CustomerTables.Customers, account.CustomerId);
        var reason =
            ReasonNotTo(account, customer, command.Now, LimitRules.Of(book))
            ?? VerificationRules.ReasonNotToBegin(
                book.Find(AccountTables.Verifications, KeyOf(account)),
                command.RealNow
            );
        if (reason is not null)
        {
            return Decision.Reject(reason);
        }

        var check = PersonRules.Check(
            book,
            account.CustomerId,
            command.PinHash,
            command.Form,
            command.CardIsBound && PersonRules.IsIdNumberOf(book, command.IdNumberIndex, account.CustomerId),
            command.Now,
            command.RealNow
        );
        if (check != PersonCheck.Right)
        {
            return Decision.Decline(check);
        }

        VerificationRules.Begin(
            book,
            KeyOf(account),
            IntentKind.VerifyUpgrade,
            command.IntentId,
            command.Request,
            command.RealNow
        );
        return Decision.Accept(check);
    }

    /// <summary>An answer that comes twice counts once. An account that was frozen or closed meanwhile stays what it is.</summary>
    public static Decision<Done> Complete(CompleteUpgrade command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        var customer = book.Get(CustomerTables.Customers, account.CustomerId);
        if (
            VerificationRules.TryFinish(
                book,
                KeyOf(account),
                command.IntentId,
                new(account.CustomerId, command.MobileIndex),
                command.Verified,
                Refusals.NotVerified,
                ReasonNotTo(account, customer, command.Now, LimitRules.Of(book)),
                command.Notice.RealNow
            )
        )
        {
            customer = AccountRules.Count(customer, account.Type, -1);
            account = book.Update(AccountTables.Accounts, account with { Type = AccountType.TypeTwo.Value });
            book.Update(CustomerTables.Customers, AccountRules.Count(customer, account.Type, 1));
            AccountRules.Tell(
                book,
                EventTypes.AccountUpgraded,
                account,
                AccountRules.AppsOf(book, command.Consents)
            );
            command.Notice.Send(book, account.CustomerId);
        }

        return Decision.Accept(new Done());
    }

    private static string? ReasonNotTo(
        AccountRow account,
        CustomerRow customer,
        DateTimeOffset now,
        LimitRules limits
    )
    {
        var most = limits.For(AccountType.TypeTwo.Value, BusinessCalendar.DateOf(now)).AccountsPerPerson;
        return AccountRules.StateAt(account, now) != AccountState.Active
            || account.Type != AccountType.TypeThree.Value
                ? OwnAccountRules.Refusals.NotNow
            : AccountRules.CountOf(customer, AccountType.TypeTwo.Value) >= most ? Refusals.TooMany
            : null;
    }

    private static AccountVerificationKey KeyOf(AccountRow account) =>
        new(account.Id, VerificationPurpose.Upgrade);
}
