using OpenBanking.Server;

namespace OpenBanking.Tests.Rules;

/// <summary>A clock that jumps is not believed for a day.</summary>
public sealed class SteadyClockTests
{
    private readonly MovableClock clock = new();
    private readonly SteadyClock steady;

    public SteadyClockTests() => steady = new(clock);

    [Fact]
    public void A_clock_that_goes_with_the_time_is_believed_from_the_start()
    {
        clock.Pass(TimeSpan.FromMinutes(1));
        Assert.True(steady.IsSteady());
        clock.Pass(TimeSpan.FromDays(3));
        Assert.True(steady.IsSteady());
    }

    [Theory]
    [InlineData(86_400)]
    [InlineData(-86_400)]
    [InlineData(300)]
    [InlineData(-300)]
    [InlineData(61)]
    public void A_clock_that_was_set_is_not_believed_for_a_day(int seconds)
    {
        clock.Set(TimeSpan.FromSeconds(seconds));
        Assert.False(steady.IsSteady());

        clock.Pass(TimeSpan.FromDays(1) - TimeSpan.FromTicks(1));
        Assert.False(steady.IsSteady());
        clock.Pass(TimeSpan.FromTicks(1));
        Assert.True(steady.IsSteady());
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    public void A_clock_that_is_corrected_a_little_is_believed(int seconds)
    {
        clock.Set(TimeSpan.FromSeconds(seconds));
        Assert.True(steady.IsSteady());
    }

    [Fact]
    public void A_clock_that_is_set_right_again_is_not_believed_at_once()
    {
        clock.Set(TimeSpan.FromDays(1));
        Assert.False(steady.IsSteady());
        clock.Pass(TimeSpan.FromHours(23));
        clock.Set(-TimeSpan.FromDays(1));
        Assert.False(steady.IsSteady());
        clock.Pass(TimeSpan.FromHours(23));
        Assert.False(steady.IsSteady());
    }
}
