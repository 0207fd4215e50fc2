using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Accounts;

/// <summary>What an e-account may do.</summary>
public static class AccountRules
{
    /// <summary>Why this much may not go out to anything but the bound card; null when it may.</summary>
    public static string? DeclineOutflow(AccountRow account, long amount, DateTimeOffset now)
    {
        var today = BusinessCalendar.DateOf(now);
        var limits = LimitRules.For(account.Type, today);
        var counted = CountedFor(account, today);
        return DeclineState(account) is { } decline ? decline
            : amount > limits.DailyOutflow - counted.DayOutflow ? DeclineCodes.AccountDailyLimit
            : amount > limits.YearlyOutflow - counted.YearOutflow ? DeclineCodes.AccountYearlyLimit
            : amount > account.Available ? DeclineCodes.InsufficientFunds
            : null;
    }

    /// <summary>Why the account's state lets nothing be asked of it; null when it does.</summary>
    public static string? DeclineState(AccountRow account) =>
        account.State switch
        {
            AccountState.Active => null,
            AccountState.Frozen => DeclineCodes.AccountFrozen,
            _ => DeclineCodes.AccountNotActive,
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

    /// <summary>Puts a new account in use; one that is in use stays so.</summary>
    public static void Activate(Book book, Id<AccountRow> accountId, Id<AppRow> appId)
    {
        var account = book.Get(AccountTables.Accounts, accountId);
        if (account.State == AccountState.PendingActivation)
        {
            account = book.Update(AccountTables.Accounts, account with { State = AccountState.Active });
            Emit(book, EventTypes.AccountActive, account, appId);
        }
    }

    /// <summary>The bank's act: nothing goes out any more. What is held already may be captured, since it is set aside.</summary>
    /// <param name="apps">Those that are told: all that the customer lets use the account.</param>
    public static AccountRow Freeze(Book book, AccountRow account, IEnumerable<Id<AppRow>> apps) =>
        Tell(
            book,
            EventTypes.AccountFrozen,
            book.Update(AccountTables.Accounts, account with { State = AccountState.Frozen }),
            apps
        );

    /// <summary>The bank lets a frozen account be what it was.</summary>
    public static AccountRow Unfreeze(
        Book book,
        AccountRow account,
        AccountState state,
        IEnumerable<Id<AppRow>> apps
    ) =>
        Tell(
            book,
            EventTypes.AccountUnfrozen,
            book.Update(AccountTables.Accounts, account with { State = state }),
            apps
        );

    public static AccountStatus StatusOf(AccountState state) =>
        state switch
        {
            AccountState.PendingActivation => AccountStatus.PendingActivation,
            AccountState.Active => AccountStatus.Active,
            AccountState.Frozen => AccountStatus.Frozen,
            _ => throw new InvalidOperationException($"Unknown state {state}."),
        };

    public static void Emit(Book book, string type, AccountRow account, Id<AppRow> appId) =>
        book.Emit(
            new(
                appId.Value,
                type,
                account.Version,
                StatusOf(account.State).Value,
                EventSubject.Of("account_id", account.Id),
                EventSubject.Of("customer_id", account.CustomerId)
            )
        );

    private static AccountRow Tell(Book book, string type, AccountRow account, IEnumerable<Id<AppRow>> apps)
    {
        foreach (var app in apps)
        {
            Emit(book, type, account, app);
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
