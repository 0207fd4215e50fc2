namespace OpenBanking.Tests;

/// <summary>A clock that stands still until it is set, and whose timers ring when they are told to.</summary>
internal sealed class StoppedClock(DateTimeOffset now) : TimeProvider
{
    private readonly List<Timer> timers = [];

    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now.ToUniversalTime();

    public override ITimer CreateTimer(
        TimerCallback callback,
        object? state,
        TimeSpan dueTime,
        TimeSpan period
    )
    {
        var timer = new Timer(() => callback(state));
        timers.Add(timer);
        return timer;
    }

    /// <summary>Lets every timer ring once.</summary>
    public void Ring() => timers.ForEach(timer => timer.Ring());

    private sealed class Timer(Action ring) : ITimer
    {
        public void Ring() => ring();

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            // Nothing runs.
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
