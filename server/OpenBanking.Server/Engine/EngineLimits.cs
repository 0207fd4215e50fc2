namespace OpenBanking.Server.Engine;

/// <summary>The engine's named limits.</summary>
public sealed record EngineLimits : ISettings
{
    /// <summary>The section of the settings.</summary>
    public static string Section => "Engine";

    /// <summary>How many writers a node has side by side, on a store that takes more than one: 1 to 64.</summary>
    public int Writers { get; init; } = 2;

    /// <summary>How many commands may wait for a writer; one more is answered 503 with Retry-After. 1 to
    /// 100,000.</summary>
    public int QueueLength { get; init; } = 4_096;

    /// <summary>How many commands one transaction takes at the most: 1 to 4,096.</summary>
    public int BatchSize { get; init; } = 512;

    /// <summary>How often a batch is run again when another writer was first: 0 to 100 times.</summary>
    public int Reruns { get; init; } = 8;

    /// <summary>How long a caller waits for its answer before it is told that the outcome is unknown; five minutes at the
    /// most.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the bodies of answers are kept; 3,650 days at the most.</summary>
    public TimeSpan AnswersKept { get; init; } = TimeSpan.FromDays(7);

    /// <exception cref="WrongSettingException">A limit is out of range.</exception>
    public void Check()
    {
        Settings.RequireNumber("Engine:Writers", Writers, 1, 64);
        Settings.RequireNumber("Engine:QueueLength", QueueLength, 1, 100_000);
        Settings.RequireNumber("Engine:BatchSize", BatchSize, 1, 4_096);
        Settings.RequireNumber("Engine:Reruns", Reruns, 0, 100);
        Settings.RequireTime("Engine:ReplyTimeout", ReplyTimeout, TimeSpan.FromMinutes(5));
        Settings.RequireTime("Engine:AnswersKept", AnswersKept, TimeSpan.FromDays(3650));
    }
}
