using OpenBanking.Server.Authorization;

namespace OpenBanking.Tests.Rules.Authorization;

public class SeenProofsTests
{
    /// <summary>As long as a proof may be good: from a clock that is ahead until it is too old.</summary>
    private static readonly TimeSpan good =
        AuthorizationServerOptions.ProofAge + AuthorizationServerOptions.ClockSkew;

    [Fact]
    public void A_proof_is_new_once_whenever_it_comes_again_while_it_is_good()
    {
        // Wherever it begins, it passes from one slot of the memory into the next.
        for (var begin = 0; begin < 180; begin += 7)
        {
            var clock = new PassingClock(Rows.Noon.AddSeconds(begin));
            var seen = new SeenProofs(clock);
            Assert.True(seen.TryAdd("key", "proof", Rows.Noon, out _));
            for (var later = TimeSpan.Zero; later <= good; later += TimeSpan.FromSeconds(10))
            {
                clock.Now = Rows.Noon.AddSeconds(begin) + later;
                Assert.False(seen.TryAdd("key", "proof", Rows.Noon, out _), $"{begin} s, {later} later");
            }
        }
    }

    [Fact]
    public void A_proof_of_another_key_or_by_another_name_is_another()
    {
        var seen = new SeenProofs(new PassingClock(Rows.Noon));

        Assert.True(seen.TryAdd("key", "proof", Rows.Noon, out var first));
        Assert.True(seen.TryAdd("key", "another", Rows.Noon, out var second));
        Assert.True(seen.TryAdd("another", "proof", Rows.Noon, out var third));
        // Where the one ends and the other begins is not to be moved.
        Assert.True(seen.TryAdd("keyp", "roof", Rows.Noon, out var fourth));
        Assert.Equal(4, new[] { first, second, third, fourth }.Distinct().Count());
    }

    [Fact]
    public void A_memory_that_is_full_takes_nothing_and_forgets_nothing()
    {
        var clock = new PassingClock(Rows.Noon);
        var seen = new SeenProofs(clock, mostInSlot: 2);
        Assert.True(seen.TryAdd("key", "first", Rows.Noon, out _));
        Assert.True(seen.TryAdd("key", "second", Rows.Noon, out _));

        Assert.False(seen.TryAdd("key", "third", Rows.Noon, out _));
        Assert.False(seen.TryAdd("key", "first", Rows.Noon, out _));

        clock.Now += good;
        Assert.True(seen.TryAdd("key", "third", clock.Now, out _));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-60)]
    [InlineData(-3_600)]
    [InlineData(3_600)]
    public void A_clock_that_is_set_brings_no_proof_back(int setSeconds)
    {
        for (var begin = 0; begin < 180; begin += 7)
        {
            var clock = new PassingClock(Rows.Noon.AddSeconds(begin));
            var seen = new SeenProofs(clock);
            Assert.True(seen.TryAdd("key", "proof", clock.Now, out _));
            var issued = clock.Now;

            clock.Set += TimeSpan.FromSeconds(setSeconds);
            Assert.False(seen.TryAdd("key", "proof", issued, out _));
            Assert.True(seen.TryAdd("key", "other", issued, out _));
            clock.Set = TimeSpan.Zero;
            Assert.False(seen.TryAdd("key", "proof", issued, out _));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(50)]
    public void What_was_forgotten_stays_refused_when_the_clock_goes_back_to_when_it_was_good(int slots)
    {
        var clock = new PassingClock(Rows.Noon);
        var seen = new SeenProofs(clock);
        Assert.True(seen.TryAdd("key", "proof", Rows.Noon, out _));

        clock.Now += slots * good;
        Assert.True(seen.TryAdd("key", "later", clock.Now, out _));
        clock.Set = -slots * good;

        Assert.False(seen.TryAdd("key", "proof", Rows.Noon, out _));
        Assert.True(seen.TryAdd("key", "new", Rows.Noon.AddSeconds(1), out _));
    }

    /// <summary>A clock that can be set, and the time that passes whatever it says.</summary>
    private sealed class PassingClock(DateTimeOffset now) : TimeProvider
    {
        /// <summary>What a clock that nobody sets would say.</summary>
        public DateTimeOffset Now { get; set; } = now;

        public TimeSpan Set { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => (Now + Set).ToUniversalTime();

        public override long GetTimestamp() => Now.UtcTicks;
    }
}
