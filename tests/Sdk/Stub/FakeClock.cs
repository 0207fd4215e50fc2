namespace OpenBanking.Tests.Sdk.Stub;

/// <summary>A clock that stands still until a test moves it, timers included.</summary>
internal sealed class FakeClock : TimeProvider
{
    // Looked at so often, not for so long: a machine that stands still between two looks makes no test fail.
    private const int MostLooks = 4_000;
    private static readonly TimeSpan betweenLooks = TimeSpan.FromMilliseconds(5);

    private readonly Lock gate = new();
    private readonly List<FakeTimer> timers = [];
    private DateTimeOffset now = new(2026, 11, 20, 8, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(
        TimerCallback callback,
        object? state,
        TimeSpan dueTime,
        TimeSpan period
    )
    {
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan time)
    {
        List<FakeTimer> due;
        lock (gate)
        {
            now += time;
            due = timers.FindAll(timer => timer.DueAt <= now);
            timers.RemoveAll(due.Contains);
        }

        due.ForEach(timer => timer.Fire());
    }

    /// <summary>Waits until the client waits between two attempts, moves the clock to the end of that wait,
    /// and returns how long it was. Timeouts of attempts and calls are not waits.</summary>
    public async Task<TimeSpan> SkipWaitAsync()
    {
        for (var look = 0; look < MostLooks; look++)
        {
            TimeSpan? wait;
            lock (gate)
            {
                wait = timers.Find(timer => !timer.IsTimeout)?.DueTime;
            }

            if (wait is { } found)
            {
                Advance(found);
                return found;
            }

            await Task.Delay(betweenLooks);
        }

        throw new TimeoutException("The client did not wait.");
    }

    private void Schedule(FakeTimer timer, TimeSpan dueTime)
    {
        lock (gate)
        {
            timers.Remove(timer);
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                timer.DueTime = dueTime;
                timer.DueAt = now + dueTime;
                timers.Add(timer);
            }
        }
    }

    private sealed class FakeTimer(FakeClock clock, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan DueTime { get; set; }
        public DateTimeOffset DueAt { get; set; }

        public bool IsTimeout => state is CancellationTokenSource;

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Schedule(this, dueTime);
            return true;
        }

        public void Dispose() => clock.Schedule(this, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
