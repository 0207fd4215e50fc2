using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Accounts;

/// <summary>Something that the bank does with an account.</summary>
/// <param name="Account">Read before the batch for what never changes in it.</param>
/// <param name="Consents">The consents to use the account: their apps are told.</param>
public abstract record BankAccountCommand(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    IReadOnlyList<Id<ConsentRow>> Consents
) : Command<AccountRow>(World, Now)
{
    public override Guid Lane => Account.CustomerId.Value;

    public override Subject Subject => Subject.Of(Account.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(AccountTables.Accounts, Account.Id);
        AccountRules.WantConsents(keys, Consents);
    }
}

/// <summary>The bank's operator freezes an account, or lifts that and a loss report.</summary>
/// <param name="Frozen">Whether it is to be frozen.</param>
public sealed record SetBankFreeze(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    bool Frozen,
    IReadOnlyList<Id<ConsentRow>> Consents
) : BankAccountCommand(World, Now, Account, Consents)
{
    public override Decision<AccountRow> Decide(Book book) => AccountFreezeRules.Set(this, book);
}

/// <summary>Nothing has moved on an account for long.</summary>
/// <param name="Account">Read before the batch: with as many lines as it had then.</param>
/// <param name="IdleSince">When the last of those was written, or since when else it lies still.</param>
public sealed record NoteIdleness(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    DateTimeOffset IdleSince,
    IReadOnlyList<Id<ConsentRow>> Consents
) : BankAccountCommand(World, Now, Account, Consents)
{
    public override Decision<AccountRow> Decide(Book book) => AccountFreezeRules.NoteIdleness(this, book);
}

/// <summary>When the bank, or time, keeps an account still.</summary>
public static class AccountFreezeRules
{
    /// <summary>After so long without a transaction an account sleeps (银发〔2016〕261).</summary>
    public const int IdleMonths = 6;

    /// <summary>What lies still since before this is due to sleep.</summary>
    public static DateTimeOffset IdleBefore(DateTimeOffset now) => now.AddMonths(-IdleMonths);

    /// <summary>Twice is once. What an open finding holds stays frozen.</summary>
    public static Decision<AccountRow> Set(SetBankFreeze command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        var apps = AccountRules.AppsOf(book, command.Consents);
        return Decision.Accept(
            command.Frozen
                ? AccountRules.Freeze(book, account, FreezeReasons.Bank, apps)
                : AccountRules.Unfreeze(book, account, FreezeReasons.Bank | FreezeReasons.LossReport, apps)
        );
    }

    /// <summary>Something that moved meanwhile counts: then nothing is noted. What moved less than six months ago is noted,
    /// so that the account is looked at again only when it is due.</summary>
    public static Decision<AccountRow> NoteIdleness(NoteIdleness command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        if (
            account.Entries != command.Account.Entries
            || AccountStanding.Of(account).FallAsleep() is not { } asleep
        )
        {
            return Decision.Accept(account);
        }

        var noted = account with { IdleSince = command.IdleSince };
        return Decision.Accept(
            command.IdleSince <= IdleBefore(command.Now)
                ? AccountRules.Move(
                    book,
                    noted,
                    asleep,
                    EventTypes.AccountDormant,
                    AccountRules.AppsOf(book, command.Consents)
                )
            : account.IdleSince == command.IdleSince ? account
            : book.Update(AccountTables.Accounts, noted)
        );
    }
}
