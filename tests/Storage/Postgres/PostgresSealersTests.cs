using OpenBanking.Server.Audit;
using OpenBanking.Tests.Storage.Audit;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>Sealers of several nodes on one database.</summary>
public sealed class PostgresSealersTests : AuditSuite<PostgresDatabase>
{
    [Fact]
    public async Task A_sealer_that_is_there_keeps_the_chain_until_its_lease_ends_and_one_that_is_gone_does_not()
    {
        var first = new Sealers(Store, TimeProvider.System);
        using var second = new Sealers(Store, new UnhurriedClock());
        var holding = NewChain(sealers: first);
        var other = NewChain(sealers: second);
        await Engine.SubmitAsync(Probe.Put(1));
        Assert.True(await holding.HoldAsync());

        for (var i = 0; i < 3; i++)
        {
            Assert.False(await other.HoldAsync());
            Clock.Now += AuditChain.Lease * 0.6;
            // Renewed, it is there still.
            Assert.True(await holding.HoldAsync());
        }

        first.Dispose();
        for (var i = 0; !await other.HoldAsync(); i++)
        {
            Assert.True(i < 100, "The one that is gone is waited for.");
            await Task.Delay(50);
        }

        Assert.Equal(0, await holding.SealAsync());
        Assert.Equal(1, await other.SealAsync());
        await AssertSoundAsync();
    }

    [Fact]
    public async Task A_sealer_of_a_version_that_does_not_show_itself_gives_way()
    {
        using var sealers = new Sealers(Store, TimeProvider.System);
        var older = NewChain();
        var newer = NewChain(sealers: sealers);
        await Engine.SubmitAsync(Probe.Put(1));
        Assert.True(await older.HoldAsync());

        Assert.True(await newer.HoldAsync());
        Assert.False(await older.HoldAsync());
        Assert.Equal(1, await newer.SealAsync());
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Who_holds_the_chain_is_not_asked_after_at_every_commit()
    {
        var first = new Sealers(Store, TimeProvider.System);
        using var second = new Sealers(Store, new StandingClock());
        Assert.True(await NewChain(sealers: first).HoldAsync());
        var other = NewChain(sealers: second);
        Assert.False(await other.HoldAsync());
        first.Dispose();
        await Task.Delay(200, TestContext.Current.CancellationToken);

        Assert.False(await other.HoldAsync());
    }

    /// <summary>A long time passes between any two looks at it.</summary>
    private sealed class UnhurriedClock : TimeProvider
    {
        private long hours;

        public override long GetTimestamp() => ++hours * TimestampFrequency * 3_600;
    }

    /// <summary>No time passes.</summary>
    private sealed class StandingClock : TimeProvider
    {
        public override long GetTimestamp() => 1;
    }
}
