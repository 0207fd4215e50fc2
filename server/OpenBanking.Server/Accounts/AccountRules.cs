using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Accounts;

/// <summary>What an e-account may do.</summary>
public static class AccountRules
{
    /// <summary>Why this much may not go out to anything but the bound card; null when it may.</summary>
    /// <param name="countsAt">Of which day's limits it is, where that is not today's.</param>
    public static string? DeclineOutflow(
        AccountRow account,
        long amount,
        DateTimeOffset now,
        LimitRules rules,
        DateTimeOffset? countsAt = null
    )
    {
        var today = BusinessCalendar.DateOf(countsAt ?? now);
        var limits = rules.For(account.Type, today);
        var counted = CountedFor(account, today);
        return DeclineState(account, now) is { } decline ? decline
            : amount > account.PaymentLimit ? DeclineCodes.AccountPerPaymentLimit
            : amount > DayLimitOf(account, limits) - counted.DayOutflow ? DeclineCodes.AccountDailyLimit
            : amount > limits.YearlyOutflow - counted.YearOutflow ? DeclineCodes.AccountYearlyLimit
            : amount > account.Available ? DeclineCodes.InsufficientFunds
            : null;
    }

    /// <summary>Why the account's state lets nothing be asked of it; null when it does.</summary>
    public static string? DeclineState(AccountRow account, DateTimeOffset now) =>
        DeclineOf(StateAt(account, now));

    /// <summary>The same of a state.</summary>
    public static string? DeclineOf(AccountState state) =>
        state switch
        {
            AccountState.Active => null,
            AccountState.Frozen => DeclineCodes.AccountFrozen,
            AccountState.Dormant => DeclineCodes.AccountDormant,
            AccountState.Closing or AccountState.Closed => DeclineCodes.AccountClosed,
            _ => DeclineCodes.AccountNotActive,
        };

    /// <summary>The state that counts now: an account on which nothing has moved for six months sleeps, also before somebody
    /// wrote so.</summary>
    public static AccountState StateAt(AccountRow account, DateTimeOffset now) =>
        account.State == AccountState.Active && AccountFreezeRules.IsIdle(account, now)
            ? AccountState.Dormant
            : account.State;

    /// <summary>Where it stands now, as <see cref="StateAt"/>.</summary>
    public static AccountStanding StandingAt(AccountRow account, DateTimeOffset now) =>
        AccountStanding.Of(account) is var standing && AccountFreezeRules.IsIdle(account, now)
            ? standing.FallAsleep() ?? standing
            : standing;

    /// <summary>The row as it is to be shown now; nothing writes it.</summary>
    public static AccountRow At(AccountRow account, DateTimeOffset now) =>
        StateAt(account, now) == account.State ? account : StandingAt(account, now).Write(account);

    /// <summary>What the customer allows in a day, and never more than the rules do.</summary>
    public static long DayLimitOf(AccountRow account, AccountLimits limits) =>
        Math.Min(account.DayLimit ?? limits.DailyOutflow, limits.DailyOutflow);

    /// <summary>What counts against the limits now, of the day and of the year.</summary>
    public static (DateOnly Day, long OfDay, long OfYear) OutflowAt(AccountRow account, DateTimeOffset now)
    {
        var counted = CountedFor(account, BusinessCalendar.DateOf(now));
        return (counted.OutflowDay, counted.DayOutflow, counted.YearOutflow);
    }

    /// <summary>Whether so much more may be on the account.</summary>
    public static bool HasRoomFor(AccountRow account, long amount, DateTimeOffset now, LimitRules rules) =>
        RoomOf(account, now, rules) is not { } room || amount <= room;

    /// <summary>How much more may be on the account; null for no such limit.</summary>
    public static long? RoomOf(AccountRow account, DateTimeOffset now, LimitRules rules) =>
        rules.For(account.Type, BusinessCalendar.DateOf(now)).MostBalance - BalanceOf(account);

    /// <summary>Whether the PIN alone is not enough for so much: a one-time code is needed beside it.</summary>
    public static bool NeedsCode(AccountRow account, long amount, DateTimeOffset now, LimitRules rules) =>
        amount > rules.For(account.Type, BusinessCalendar.DateOf(now)).CodeAbove;

    /// <summary>What is on the account, with what is held.</summary>
    public static long BalanceOf(AccountRow account) => checked(account.Available + account.Held);

    /// <summary>How many accounts of a class a customer has.</summary>
    public static long CountOf(CustomerRow customer, string accountType) =>
        accountType == AccountType.TypeThree.Value ? customer.TypeThreeAccounts : customer.TypeTwoAccounts;

    /// <summary>Counts an account of a class, or one less of it.</summary>
    public static CustomerRow Count(CustomerRow customer, string accountType, int change) =>
        accountType == AccountType.TypeThree.Value
            ? customer with
            {
                TypeThreeAccounts = customer.TypeThreeAccounts + change,
            }
            : customer with
            {
                TypeTwoAccounts = customer.TypeTwoAccounts + change,
            };

    /// <summary>Counts money that goes out.</summary>
    public static AccountRow CountOutflow(AccountRow account, long amount, DateTimeOffset now)
    {
        var counted = CountedFor(account, BusinessCalendar.DateOf(now));
        return counted with
        {
            DayOutflow = checked(counted.DayOutflow + amount),
            YearOutflow = checked(counted.YearOutflow + amount),
        };
    }

    /// <summary>Sets money aside; it counts as if it went out.</summary>
    public static AccountRow Hold(AccountRow account, long amount, DateTimeOffset now) =>
        CountOutflow(account, amount, now) with
        {
            Held = checked(account.Held + amount),
        };

    /// <summary>Gives money that came back to the year it went out in, and to its day if that is not over.</summary>
    public static AccountRow GiveBackOutflow(
        AccountRow account,
        long amount,
        DateOnly wentOut,
        DateTimeOffset now
    )
    {
        var counted = CountedFor(account, BusinessCalendar.DateOf(now));
        return counted with
        {
            DayOutflow = counted.OutflowDay == wentOut ? counted.DayOutflow - amount : counted.DayOutflow,
            YearOutflow =
                counted.OutflowDay.Year == wentOut.Year ? counted.YearOutflow - amount : counted.YearOutflow,
        };
    }

    /// <summary>Puts a new account in use; one that is not new stays as it is.</summary>
    /// <param name="apps">Those that are told: the ones it was opened through.</param>
    public static void Activate(Book book, Id<AccountRow> accountId, IEnumerable<Id<AppRow>> apps)
    {
        var account = book.Get(AccountTables.Accounts, accountId);
        if (AccountStanding.Of(account).Activate() is { } active)
        {
            Move(book, account, active, EventTypes.AccountActive, apps);
        }
    }

    /// <summary>Nothing goes out any more. What is held already may be captured, since it is set aside.</summary>
    /// <param name="apps">Those that are told: all that the customer lets use the account.</param>
    public static AccountRow Freeze(
        Book book,
        AccountRow account,
        FreezeReasons reason,
        IEnumerable<Id<AppRow>> apps
    ) =>
        AccountStanding.Of(account).Freeze(reason) is { } frozen
            ? Move(book, account, frozen, EventTypes.AccountFrozen, apps)
            : account;

    /// <summary>Lifts reasons to be frozen; with the last of them the account is what it was.</summary>
    /// <param name="unknown">What it was, where the row does not say so.</param>
    public static AccountRow Unfreeze(
        Book book,
        AccountRow account,
        FreezeReasons reasons,
        IEnumerable<Id<AppRow>> apps,
        AccountState unknown = AccountState.Active
    ) =>
        AccountStanding.Of(account, unknown).Thaw(reasons) is { } thawed
            ? Move(book, account, thawed, EventTypes.AccountUnfrozen, apps)
            : account;

    /// <summary>Keeps a standing, and tells the apps where the state that counts has changed.</summary>
    public static AccountRow Move(
        Book book,
        AccountRow account,
        AccountStanding to,
        string type,
        IEnumerable<Id<AppRow>> apps
    )
    {
        var before = account.State;
        account = book.Update(AccountTables.Accounts, to.Write(account));
        return account.State == before ? account : Tell(book, type, account, apps);
    }

    /// <summary>Names the consents to use an account, whose apps are to be told.</summary>
    public static void WantConsents(IKeySet keys, IReadOnlyList<Id<ConsentRow>> consents)
    {
        foreach (var consent in consents)
        {
            keys.Want(ConsentTables.Consents, consent);
        }
    }

    /// <summary>Whose consents still hold: an app that may not use the account any more hears nothing of it.</summary>
    public static IEnumerable<Id<AppRow>> AppsOf(Book book, IReadOnlyList<Id<ConsentRow>> consents) =>
        consents
            .Select(consent => book.Get(ConsentTables.Consents, consent))
            .Where(consent => consent.State == ConsentState.Authorized)
            .Select(consent => consent.AppId)
            .Distinct();

    public static AccountStatus StatusOf(AccountState state) =>
        state switch
        {
            AccountState.PendingActivation => AccountStatus.PendingActivation,
            AccountState.Active => AccountStatus.Active,
            AccountState.Frozen => AccountStatus.Frozen,
            AccountState.Dormant => AccountStatus.Dormant,
            AccountState.Closing => AccountStatus.Closing,
            AccountState.Closed => AccountStatus.Closed,
            _ => throw new InvalidOperationException($"Unknown state {state}."),
        };

    public static void Emit(
        Book book,
        string type,
        AccountRow account,
        Id<AppRow> appId,
        params IEnumerable<EventSubject> more
    ) =>
        book.Emit(
            new(
                appId.Value,
                type,
                account.Version,
                StatusOf(account.State).Value,
                [
                    EventSubject.Of("account_id", account.Id),
                    EventSubject.Of("customer_id", account.CustomerId),
                    .. more,
                ]
            )
        );

    /// <summary>Tells the apps what has become of an account.</summary>
    public static AccountRow Tell(
        Book book,
        string type,
        AccountRow account,
        IEnumerable<Id<AppRow>> apps,
        params IEnumerable<EventSubject> more
    )
    {
        foreach (var app in apps)
        {
            Emit(book, type, account, app, more);
        }

        return account;
    }

    /// <summary>The counters as they stand on a day: a new day and a new year begin at nothing. A day that has begun
    /// stays begun: commands are not decided in the order of their clocks, and one that comes late must not wipe out
    /// what the new day has counted.</summary>
    private static AccountRow CountedFor(AccountRow account, DateOnly today) =>
        today <= account.OutflowDay
            ? account
            : account with
            {
                OutflowDay = today,
                DayOutflow = 0,
                YearOutflow = account.OutflowDay.Year == today.Year ? account.YearOutflow : 0,
            };
}
