namespace OpenBanking.Tests;

/// <summary>A clock that passes with time, and can be set apart from it.</summary>
internal sealed class MovableClock : TimeProvider
{
    private DateTimeOffset now = Rows.Noon;
    private long passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => now.ToUniversalTime();

    public override long GetTimestamp() => passed;

    public void Pass(TimeSpan time)
    {
        now += time;
        passed += time.Ticks;
    }

    public void Set(TimeSpan by) => now += by;
}
