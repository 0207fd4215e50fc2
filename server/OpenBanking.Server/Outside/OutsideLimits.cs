namespace OpenBanking.Server.Outside;

/// <summary>How long the outside may take, section <c>Outside</c> of the configuration.</summary>
public sealed record OutsideLimits : ISettings
{
    public static string Section => "Outside";

    /// <summary>How long the outside has to answer.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an intent is nobody else's: longer than the deadline and the commands around it. After a crash
    /// it is taken up again when this has passed.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After how long a transfer without an answer is told to whoever watches; 30 days at the most.</summary>
    public TimeSpan OutstandingAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether what the ledger posts is handed to <see cref="ICoreBankingPostings"/>; unless set, by a bank's own
    /// server and by no sandbox.</summary>
    public bool? ExportPostings { get; init; }

    /// <exception cref="WrongSettingException">A limit is out of range.</exception>
    public void Check()
    {
        if (
            Deadline <= TimeSpan.Zero
            || Deadline > IntentRules.LongestWait / 2
            || Lease < Deadline * 2
            || Lease > IntentRules.LongestWait
        )
        {
            throw new WrongSettingException(
                $"Outside:Lease must be at least twice Outside:Deadline, and at most {IntentRules.LongestWait}."
            );
        }

        if (OutstandingAfter < TimeSpan.Zero || OutstandingAfter > TimeSpan.FromDays(30))
        {
            throw new WrongSettingException(
                $"Outside:OutstandingAfter must not be less than nothing, and at most {TimeSpan.FromDays(30)}."
            );
        }
    }
}
