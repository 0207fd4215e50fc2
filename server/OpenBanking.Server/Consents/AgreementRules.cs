using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Consents;

/// <summary>What a payment agreement covers.</summary>
public static class AgreementRules
{
    public static bool IsActive(AgreementRow agreement, DateTimeOffset now) =>
        agreement.State == ConsentState.Authorized && now < agreement.ExpiresAt;

    /// <summary>Whether it is for the account and the customer that it was read with before the batch. It always is, but where somebody
    /// changes the store by hand.</summary>
    public static bool IsAsRead(AgreementRow agreement, AgreementRow read) =>
        (agreement.AccountId, agreement.CustomerId) == (read.AccountId, read.CustomerId);

    /// <summary>Why the agreement does not cover a payment in this scene; null when it does.</summary>
    public static string? DeclineScene(AgreementRow agreement, string scene) =>
        agreement.Scenes is null || agreement.Scenes.Split(' ').Contains(scene)
            ? null
            : DeclineCodes.AgreementSceneNotCovered;

    /// <summary>Why the agreement does not cover a payment of this much; null when it does.</summary>
    public static string? DeclinePayment(AgreementRow agreement, long amount, DateTimeOffset now)
    {
        var counted = CountedFor(agreement, now);
        return amount > agreement.PerPaymentLimit ? DeclineCodes.AgreementPerPaymentLimit
            : amount > agreement.DailyLimit - counted.DayPaid ? DeclineCodes.AgreementDailyLimit
            : amount > agreement.MonthlyLimit - counted.MonthPaid ? DeclineCodes.AgreementMonthlyLimit
            : amount > agreement.TotalLimit - agreement.TotalPaid ? DeclineCodes.AgreementTotalLimit
            : null;
    }

    /// <summary>Why the agreement does not cover a top-up of this much; null when it does. A top-up moves the
    /// customer's money between the customer's own accounts, so it does not count for the month nor the total.</summary>
    public static string? DeclineTopUp(AgreementRow agreement, long amount, DateTimeOffset now)
    {
        var counted = CountedFor(agreement, now);
        return amount > agreement.PerPaymentLimit ? DeclineCodes.AgreementPerPaymentLimit
            : amount > agreement.DailyLimit - counted.DayToppedUp ? DeclineCodes.AgreementDailyLimit
            : null;
    }

    /// <summary>What was paid under it on the day that counts now, and in its month.</summary>
    public static (DateOnly Day, long OfDay, long OfMonth) PaidAt(AgreementRow agreement, DateTimeOffset now)
    {
        var counted = CountedFor(agreement, now);
        return (counted.Day, counted.DayPaid, counted.MonthPaid);
    }

    /// <summary>What was topped up under it on the day that counts now.</summary>
    public static long ToppedUpAt(AgreementRow agreement, DateTimeOffset now) =>
        CountedFor(agreement, now).DayToppedUp;

    public static AgreementRow CountPayment(AgreementRow agreement, long amount, DateTimeOffset now)
    {
        var counted = CountedFor(agreement, now);
        return counted with
        {
            DayPaid = checked(counted.DayPaid + amount),
            MonthPaid = agreement.MonthlyLimit is null ? 0 : checked(counted.MonthPaid + amount),
            TotalPaid = checked(counted.TotalPaid + amount),
            LastUsedOn = counted.Day,
        };
    }

    public static AgreementRow GiveBackPayment(
        AgreementRow agreement,
        long amount,
        DateOnly paid,
        DateTimeOffset now
    )
    {
        var counted = CountedFor(agreement, now);
        return counted with
        {
            DayPaid = counted.Day == paid ? counted.DayPaid - amount : counted.DayPaid,
            MonthPaid =
                agreement.MonthlyLimit is not null && IsSameMonth(counted.Day, paid)
                    ? counted.MonthPaid - amount
                    : counted.MonthPaid,
            TotalPaid = counted.TotalPaid - amount,
        };
    }

    public static AgreementRow CountTopUp(AgreementRow agreement, long amount, DateTimeOffset now)
    {
        var counted = CountedFor(agreement, now);
        return counted with { DayToppedUp = checked(counted.DayToppedUp + amount), LastUsedOn = counted.Day };
    }

    public static AgreementRow GiveBackTopUp(
        AgreementRow agreement,
        long amount,
        DateOnly asked,
        DateTimeOffset now
    )
    {
        var counted = CountedFor(agreement, now);
        return counted.Day == asked ? counted with { DayToppedUp = counted.DayToppedUp - amount } : counted;
    }

    /// <summary>The counters as they stand now: a new business day or month begins at nothing, and one that has begun stays
    /// begun, as with <see cref="Accounts.AccountRules"/>.</summary>
    private static AgreementRow CountedFor(AgreementRow agreement, DateTimeOffset now)
    {
        var today = BusinessCalendar.DateOf(now);
        return today <= agreement.Day
            ? agreement
            : agreement with
            {
                Day = today,
                DayPaid = 0,
                DayToppedUp = 0,
                MonthPaid = IsSameMonth(today, agreement.Day) ? agreement.MonthPaid : 0,
            };
    }

    private static bool IsSameMonth(DateOnly one, DateOnly other) =>
        (one.Year, one.Month) == (other.Year, other.Month);
}
