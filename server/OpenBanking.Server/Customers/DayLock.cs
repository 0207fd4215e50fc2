namespace OpenBanking.Server.Customers;

/// <summary>What went wrong within a day. As often as may be, and nothing is looked at until a day after the first time.</summary>
/// <param name="Since">The first time, on the real clock; null when nothing went wrong.</param>
public readonly record struct DayLock(long Failures, DateTimeOffset? Since)
{
    public static readonly TimeSpan Lasts = TimeSpan.FromDays(1);

    /// <param name="most">How often may be.</param>
    public bool IsShut(long most, DateTimeOffset realNow) => Failures >= most && IsRunning(realNow);

    /// <summary>Until when nothing is looked at; null when it is.</summary>
    public DateTimeOffset? ShutUntil(long most, DateTimeOffset realNow) =>
        IsShut(most, realNow) ? Since + Lasts : null;

    /// <summary>With one more.</summary>
    public DayLock Count(DateTimeOffset realNow) =>
        IsRunning(realNow) ? this with { Failures = Failures + 1 } : new(1, realNow);

    private bool IsRunning(DateTimeOffset realNow) => realNow < Since + Lasts;
}
