namespace OpenBanking.Server.Ledger;

/// <summary>How the lines of the bank's own accounts are numbered: by their time, so that those of some days are found by their
/// key, and what comes later goes to its end. Postings that are alone and steps have ranges of their own until the year
/// 2255.</summary>
public static class BankLines
{
    /// <summary>Lines with smaller numbers are steps that older servers have posted: they say nothing of their time.</summary>
    public const long MostOfOlder = 1L << 40;

    /// <summary>In 1972: whatever is earlier counts as this, so that no step has a number like that of a posting which is
    /// alone.</summary>
    private const long Earliest = 1L << 46;

    /// <summary>Beyond every posting that is alone, and below every step: in 2255.</summary>
    public const long SinglesEnd = 1L << 53;

    /// <summary>The number of a posting that is alone: its microsecond.</summary>
    public static long Single(DateTimeOffset at) =>
        Math.Max(Earliest, (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>The microsecond of a line; null of one that says nothing of its time.</summary>
    public static long? TimeOf(long sequence) =>
        sequence < MostOfOlder ? null
        : sequence < SinglesEnd ? sequence
        : sequence >> 10;

    /// <summary>The least number of a posting in several steps; the next 1,023 are of the same microsecond.</summary>
    public static long FirstStep(DateTimeOffset at) => Single(at) << 10;

    /// <summary>The number of one step: of steps that are counted from one, or below zero. Two of the same posting, microsecond
    /// and number would have to be five hundred steps apart.</summary>
    public static long Step(DateTimeOffset at, long step) =>
        FirstStep(at) + (step < 0 ? 512 : 0) + (Math.Abs(step) & 511);
}
