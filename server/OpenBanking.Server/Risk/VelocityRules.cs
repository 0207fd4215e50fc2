using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;

namespace OpenBanking.Server.Risk;

/// <summary>At most so much by one subject in a window of time. Windows are counted by the clock, one after the
/// other.</summary>
/// <param name="Name">What operators know it by.</param>
/// <param name="Then">What becomes of a payment beyond it: <c>confirm</c> or <c>decline</c>.</param>
/// <param name="MostPayments">How many payments; null where the amount counts.</param>
/// <param name="MostAmount">How much of the customer's money, in minor units; null where the number counts.</param>
public sealed record VelocityRule(
    string Name,
    VelocitySubject Subject,
    int WindowSeconds,
    RiskAnswer Then,
    long? MostPayments = null,
    long? MostAmount = null
)
{
    /// <summary>The longest window.</summary>
    public static readonly TimeSpan LongestWindow = TimeSpan.FromDays(1);

    /// <summary>The rule for one subject at one time.</summary>
    public VelocityCheck For(Guid subjectId, DateTimeOffset now)
    {
        var window = TimeSpan.FromSeconds(WindowSeconds).Ticks;
        var start = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % window), TimeSpan.Zero);
        var measure = MostPayments is null ? VelocityMeasure.Amount : VelocityMeasure.Payments;
        return new(
            new(Subject, subjectId, measure, WindowSeconds, start),
            MostPayments ?? MostAmount!.Value,
            Then
        );
    }

    /// <summary>Whether it says one thing, and one that can be kept to.</summary>
    internal bool IsSound =>
        WindowSeconds > 0
        && WindowSeconds <= LongestWindow.TotalSeconds
        && (MostPayments is null) != (MostAmount is null)
        && (MostPayments ?? MostAmount) >= 0
        && Then != RiskAnswer.Allow
        && Enum.IsDefined(Subject);
}

/// <summary>A rule for one payment.</summary>
public sealed record VelocityCheck(VelocityKey Counter, long Most, RiskAnswer Then);

/// <summary>What velocity rules say of a payment, and how it counts for the next.</summary>
public static class VelocityRules
{
    /// <summary>What the rules say of one more payment.</summary>
    public static RiskAnswer Judge(IReadOnlyList<VelocityCheck> checks, long amount, Book book) =>
        checks
            .Where(check => TotalOf(book, check.Counter) + AddedBy(check, amount) > check.Most)
            .Select(check => check.Then)
            .DefaultIfEmpty(RiskAnswer.Allow)
            .Max();

    /// <summary>Counts a payment that went through.</summary>
    public static void Count(IReadOnlyList<VelocityCheck> checks, long amount, Book book)
    {
        // Two rules may be about one counter.
        foreach (var check in checks.DistinctBy(check => check.Counter))
        {
            book.Add(VelocityTables.Counters, check.Counter, AddedBy(check, amount));
        }
    }

    private static long TotalOf(Book book, VelocityKey counter) =>
        book.Find(VelocityTables.Counters, counter)?.Total ?? 0;

    private static long AddedBy(VelocityCheck check, long amount) =>
        check.Counter.Measure == VelocityMeasure.Payments ? 1 : amount;
}
