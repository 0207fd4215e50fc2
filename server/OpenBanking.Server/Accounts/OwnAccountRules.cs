using OpenBanking.Server.Authorization;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Accounts;

/// <summary>Something that customers do with an account of their own.</summary>
/// <param name="Account">Read before the batch for what never changes in it.</param>
public abstract record OwnAccountCommand<TReply>(World World, DateTimeOffset Now, AccountRow Account)
    : Command<TReply>(World, Now)
{
    public override Guid Lane => Account.CustomerId.Value;

    public override Actor Actor => Actor.Customer(Account.CustomerId);

    public override Subject Subject => Subject.Of(Account.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(AccountTables.Accounts, Account.Id);
        keys.Want(CustomerTables.Customers, Account.CustomerId);
    }
}

/// <summary>Gives an account a name of the customer's own.</summary>
/// <param name="Nickname">Null to take it away.</param>
public sealed record NameAccount(World World, DateTimeOffset Now, AccountRow Account, string? Nickname)
    : OwnAccountCommand<Done>(World, Now, Account)
{
    public override Decision<Done> Decide(Book book) => OwnAccountRules.Name(this, book);
}

/// <summary>Sets the customer's own limits, in fen; null for those of the rules alone.</summary>
/// <param name="PinHash">The PIN, hashed with the customer's salt: needed to raise a limit.</param>
public sealed record SetOwnLimits(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    long? PaymentLimit,
    long? DayLimit,
    byte[]? PinHash
) : OwnAccountCommand<PinCheck>(World, Now, Account)
{
    /// <summary>Tells the customer's phone when one was raised.</summary>
    public Notice? Notice { get; init; }

    public override Decision<PinCheck> Decide(Book book) => OwnAccountRules.SetLimits(this, book);
}

/// <summary>The customer reports a loss 挂失: of the phone, or of a secret. Nothing goes out any more.</summary>
/// <param name="Consents">The consents to use the account: their apps are told.</param>
/// <param name="OtherSessions">The customer's others than this one, which end.</param>
public sealed record ReportLoss(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    IReadOnlyList<Id<ConsentRow>> Consents,
    IReadOnlyList<Id<CustomerSessionRow>> OtherSessions,
    Notice Notice
) : OwnAccountCommand<Done>(World, Now, Account)
{
    /// <inheritdoc cref="ChangePin.SignIns"/>
    public IReadOnlyList<Id<InteractionRow>> SignIns { get; init; } = [];

    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        AccountRules.WantConsents(keys, Consents);
        SessionRules.WantAll(keys, OtherSessions);
        InteractionRules.WantAll(keys, SignIns);
    }

    public override Decision<Done> Decide(Book book) => OwnAccountRules.ReportLoss(this, book);
}

/// <summary>Wakes a dormant account: the customer is verified anew.</summary>
/// <param name="IdNumberIndex">The blind index of the ID number that was entered.</param>
/// <param name="Consents">The consents to use the account: their apps are told.</param>
public sealed record WakeAccount(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    string IdNumberIndex,
    byte[] PinHash,
    IReadOnlyList<Id<ConsentRow>> Consents,
    DateTimeOffset RealNow
) : OwnAccountCommand<PersonCheck>(World, Now, Account)
{
    /// <summary>Tells the customer's phone when it is done.</summary>
    public Notice? Notice { get; init; }

    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        keys.Want(CustomerTables.Identities, new(IdNumberIndex));
        AccountRules.WantConsents(keys, Consents);
    }

    public override Decision<PersonCheck> Decide(Book book) => OwnAccountRules.Wake(this, book);
}

/// <summary>What customers do with their accounts.</summary>
public static class OwnAccountRules
{
    public const int LongestNickname = 20;

    /// <summary>Why a page's act was refused; the pages have the words.</summary>
    public static class Refusals
    {
        public const string Nickname = "nickname_refused";
        public const string LimitAboveRules = "limit_above_rules";
        public const string LimitsContradict = "limits_contradict";
        public const string PinNeeded = "pin_needed";
        public const string NotNow = "account_state";
    }

    /// <summary>Refuses: a name that is too long, or has characters that cannot be seen; the customer was erased.</summary>
    public static Decision<Done> Name(NameAccount command, Book book)
    {
        if (command.Nickname is { } name && !ShownText.IsName(name, LongestNickname))
        {
            return Decision.Reject(Refusals.Nickname);
        }

        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        if (book.Get(CustomerTables.Customers, account.CustomerId).ErasedAt is not null)
        {
            return Decision.Reject(Refusals.NotNow);
        }

        if (account.Nickname != command.Nickname)
        {
            book.Update(AccountTables.Accounts, account with { Nickname = command.Nickname });
        }

        return Decision.Accept(new Done());
    }

    /// <summary>
    /// Refuses: a limit of nothing, or above what the rules allow in a day; more at once than in a day; raising one without
    /// the PIN.
    /// Declines: the PIN was wrong; the try is counted.
    /// </summary>
    public static Decision<PinCheck> SetLimits(SetOwnLimits command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        var most = LimitRules.Of(book).For(account.Type, BusinessCalendar.DateOf(command.Now)).DailyOutflow;
        var (payment, day) = (command.PaymentLimit ?? most, command.DayLimit ?? most);
        if (payment <= 0 || day <= 0 || payment > most || day > most)
        {
            return Decision.Reject(Refusals.LimitAboveRules);
        }

        if (command.PaymentLimit > day)
        {
            return Decision.Reject(Refusals.LimitsContradict);
        }

        if (payment > (account.PaymentLimit ?? most) || day > (account.DayLimit ?? most))
        {
            if (command.PinHash is not { } hash)
            {
                return Decision.Reject(Refusals.PinNeeded);
            }

            var check = PinRules.Check(book, account.CustomerId, hash, command.Form, command.Now);
            if (check != PinCheck.Right)
            {
                return Decision.Decline(check);
            }

            command.Notice?.Send(book, account.CustomerId);
        }

        book.Update(
            AccountTables.Accounts,
            account with
            {
                PaymentLimit = command.PaymentLimit,
                DayLimit = command.DayLimit,
            }
        );
        return Decision.Accept(PinCheck.Right);
    }

    /// <summary>Refuses: the account is closed. Reporting twice is reporting once. All passkeys of the customer end, and all
    /// other sessions, and what they have proven on ways from apps: one may lie in what was lost.</summary>
    public static Decision<Done> ReportLoss(ReportLoss command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        if (account.State == AccountState.Closed)
        {
            return Decision.Reject(Refusals.NotNow);
        }

        if (!account.FrozenFor.HasFlag(FreezeReasons.LossReport))
        {
            AccountRules.Freeze(
                book,
                account,
                FreezeReasons.LossReport,
                AccountRules.AppsOf(book, command.Consents)
            );
            command.Notice.Send(book, account.CustomerId);
        }

        PasskeyRules.EndAll(book, account.CustomerId);
        SessionRules.EndAll(book, command.OtherSessions);
        InteractionRules.EndSignIns(book, command.SignIns);
        return Decision.Accept(new Done());
    }

    /// <summary>
    /// Refuses: the account does not sleep.
    /// Declines: the PIN was wrong, or the ID number is not the customer's; the try is counted.
    /// </summary>
    public static Decision<PersonCheck> Wake(WakeAccount command, Book book)
    {
        var account = book.Get(AccountTables.Accounts, command.Account.Id);
        if (AccountRules.StandingAt(account, command.Now).Wake() is not { } awake)
        {
            return Decision.Reject(Refusals.NotNow);
        }

        var apps = AccountRules.AppsOf(book, command.Consents).ToList();
        account = AccountFreezeRules.SleepIfIdle(book, account, command.Now, apps);

        var check = PersonRules.Check(
            book,
            account.CustomerId,
            command.PinHash,
            command.Form,
            PersonRules.IsIdNumberOf(book, command.IdNumberIndex, account.CustomerId),
            command.Now,
            command.RealNow
        );
        if (check != PersonCheck.Right)
        {
            return Decision.Decline(check);
        }

        AccountRules.Move(
            book,
            account with
            {
                IdleSince = command.Now,
            },
            awake,
            EventTypes.AccountActive,
            apps
        );
        command.Notice?.Send(book, account.CustomerId);
        return Decision.Accept(check);
    }
}
