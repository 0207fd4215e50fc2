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
            var clock = new StoppedClock(Rows.Noon.AddSeconds(begin));
            var seen = new SeenProofs(clock);
            Assert.True(seen.TryAdd("key", "proof", out _));
            for (var later = TimeSpan.Zero; later <= good; later += TimeSpan.FromSeconds(10))
            {
                clock.Now = Rows.Noon.AddSeconds(begin) + later;
                Assert.False(seen.TryAdd("key", "proof", out _), $"{begin} s, {later} later");
            }
        }
    }

    [Fact]
    public void A_proof_of_another_key_or_by_another_name_is_another()
    {
        var seen = new SeenProofs(new StoppedClock(Rows.Noon));

        Assert.True(seen.TryAdd("key", "proof", out var first));
        Assert.True(seen.TryAdd("key", "another", out var second));
        Assert.True(seen.TryAdd("another", "proof", out var third));
        // Where the one ends and the other begins is not to be moved.
        Assert.True(seen.TryAdd("keyp", "roof", out var fourth));
        Assert.Equal(4, new[] { first, second, third, fourth }.Distinct().Count());
    }

    [Fact]
    public void A_memory_that_is_full_takes_nothing_and_forgets_nothing()
    {
        var clock = new StoppedClock(Rows.Noon);
        var seen = new SeenProofs(clock, mostInSlot: 2);
        Assert.True(seen.TryAdd("key", "first", out _));
        Assert.True(seen.TryAdd("key", "second", out _));

        Assert.False(seen.TryAdd("key", "third", out _));
        Assert.False(seen.TryAdd("key", "first", out _));

        clock.Now += good;
        Assert.True(seen.TryAdd("key", "third", out _));
    }
}
