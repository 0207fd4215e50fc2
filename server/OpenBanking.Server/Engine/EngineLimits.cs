namespace OpenBanking.Server.Engine;

/// <summary>The engine's named limits.</summary>
public sealed record EngineLimits : ISettings
{
    /// <summary>The section of the settings.</summary>
    public static string Section => "Engine";

    /// <summary>How many writers a node has side by side, on a store that takes more than one.</summary>
    public int Writers { get; init; } = 2;

    /// <summary>How many commands may wait for a writer; one more is answered 503 with Retry-After.</summary>
    public int QueueLength { get; init; } = 4_096;

    /// <summary>How many commands one transaction takes at the most.</summary>
    public int BatchSize { get; init; } = 512;

    /// <summary>How often a batch is run again when another writer was first.</summary>
    public int Reruns { get; init; } = 8;

    /// <summary>How long a caller waits for its answer before it is told that the outcome is unknown; five minutes at the
    /// most.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the bodies of answers are kept; 3,650 days at the most.</summary>
    public TimeSpan AnswersKept { get; init; } = TimeSpan.FromDays(7);

    /// <exception cref="WrongSettingException">A limit is out of range.</exception>
    public void Check()
    {
        if (Writers < 1 || QueueLength < 1 || BatchSize < 1 || Reruns < 0)
        {
            throw new WrongSettingException("The limits in the section Engine must be more than nothing.");
        }

        Settings.RequireTime("Engine:ReplyTimeout", ReplyTimeout, TimeSpan.FromMinutes(5));
        Settings.RequireTime("Engine:AnswersKept", AnswersKept, TimeSpan.FromDays(3650));
    }
}
