using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
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
    /// <summary>Tells the customer's phone when the account sleeps from now on.</summary>
    public Notice? IfAsleep { get; init; }

    public override Decision<AccountRow> Decide(Book book) => AccountFreezeRules.NoteIdleness(this, book);
}

/// <summary>When the bank, or time, keeps an account still.</summary>
public static class AccountFreezeRules
{
    /// <summary>After so long without a transaction an account sleeps (银发〔2016〕261).</summary>
    public const int IdleMonths = 6;

    /// <summary>What lies still since before this is due to sleep.</summary>
    public static DateTimeOffset IdleBefore(DateTimeOffset now) => now.AddMonths(-IdleMonths);

    /// <summary>Whether nothing has moved on it for so long, by its row alone. Where the row does not say when something last
    /// moved, only who looks at the statement knows.</summary>
    public static bool IsIdle(AccountRow account, DateTimeOffset now) =>
        LastMoved(account) is { } moved && moved <= IdleBefore(now);

    /// <summary>Notes that something moves. What comes for an account that sleeps, as a refund may, does not wake it.</summary>
    public static AccountRow NoteMovement(AccountRow account, DateTimeOffset now) =>
        account.MovedAt >= now || IsIdle(account, now) ? account : account with { MovedAt = now };

    /// <summary>An account that is due sleeps from now on, whether or not it was looked for; others stay as they are.</summary>
    public static AccountRow SleepIfIdle(
        Book book,
        AccountRow account,
        DateTimeOffset now,
        IEnumerable<Id<AppRow>> apps
    ) =>
        AccountRules.StandingAt(account, now) is var standing && standing != AccountStanding.Of(account)
            ? AccountRules.Move(book, account, standing, EventTypes.AccountDormant, apps)
            : account;

    /// <summary>Since when nothing has moved. What came for an account that was due already does not count.</summary>
    /// <param name="lastLine">When the last line of its statement was written; null when it has none.</param>
    public static DateTimeOffset IdleSince(AccountRow account, DateTimeOffset? lastLine, DateTimeOffset now)
    {
        var known = account.IdleSince ?? account.OpenedAt;
        // The line that was written last need not be the one of the latest clock.
        var latest = account.MovedAt > lastLine ? account.MovedAt : lastLine;
        var moved = IsIdle(account, now) ? LastMoved(account) : latest;
        return moved > known ? moved.Value : known;
    }

    /// <summary>Null when the row does not say it.</summary>
    private static DateTimeOffset? LastMoved(AccountRow account)
    {
        var known = account.IdleSince ?? account.OpenedAt;
        return account.MovedAt is { } moved ? (moved > known ? moved : known)
            : account.Entries == 0 ? known
            : null;
    }

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

    /// <summary>Something that moved meanwhile counts, or that its customer woke it: then nothing is noted. What moved less
    /// than six months ago is noted, so that the account is looked at again only when it is due.</summary>
    public static Decision<AccountRow> NoteIdleness(NoteIdleness command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        if (
            account.Entries != command.Account.Entries
            || account.IdleSince != command.Account.IdleSince
            || AccountStanding.Of(account).FallAsleep() is not { } asleep
        )
        {
            return Decision.Accept(account);
        }

        var noted = account with { IdleSince = command.IdleSince };
        if (command.IdleSince > IdleBefore(command.Now))
        {
            return Decision.Accept(
                account.IdleSince == command.IdleSince ? account : book.Update(AccountTables.Accounts, noted)
            );
        }

        command.IfAsleep?.Send(book, account.CustomerId);
        return Decision.Accept(
            AccountRules.Move(
                book,
                noted,
                asleep,
                EventTypes.AccountDormant,
                AccountRules.AppsOf(book, command.Consents)
            )
        );
    }
}
