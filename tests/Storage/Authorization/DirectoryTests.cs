using OpenBanking.Server.Fees;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Authorization;

/// <summary>What a node keeps for a moment, and another one changes.</summary>
public abstract class DirectoryTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private readonly MovableClock clock = new();

    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1)]
    [Theory]
    public async Task An_app_is_kept_for_two_seconds_wherever_the_clock_is_set(int days)
    {
        var directory = new AppDirectory(Store, clock);
        Put();
        Assert.Equal(Rows.App.Name, await NameAsync());
        Database.Execute("UPDATE app SET name = 'Audio' WHERE world = 7");
        clock.Set(TimeSpan.FromDays(days));

        clock.Pass(AppDirectory.KeptFor - TimeSpan.FromTicks(1));
        Assert.Equal(Rows.App.Name, await NameAsync());
        clock.Pass(TimeSpan.FromTicks(1));
        Assert.Equal("Audio", await NameAsync());

        async Task<string?> NameAsync() => (await directory.FindAsync($"{Rows.App.Id}"))?.Row.Name;
    }

    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1)]
    [Theory]
    public async Task Fees_are_kept_for_two_seconds_wherever_the_clock_is_set(int days)
    {
        var directory = new FeeDirectory(Store, clock, Engine);
        Put();
        Assert.Equal(Rows.FeeRule.BasisPoints, await FeeAsync());
        Database.Execute("UPDATE fee_rule SET basis_points = 70 WHERE world = 7");
        clock.Set(TimeSpan.FromDays(days));

        clock.Pass(FeeDirectory.KeptFor - TimeSpan.FromTicks(1));
        Assert.Equal(Rows.FeeRule.BasisPoints, await FeeAsync());
        clock.Pass(TimeSpan.FromTicks(1));
        Assert.Equal(70, await FeeAsync());

        async Task<int?> FeeAsync() =>
            (await directory.FindAsync(Rows.World, Rows.App, Rows.Noon))?.BasisPoints;
    }

    /// <summary>Anybody may open sandboxes; what a node keeps of their clocks does not grow with them.</summary>
    [Fact]
    public async Task The_clocks_of_so_many_worlds_are_kept_and_then_read_anew()
    {
        var clocks = new WorldClocks(Store, clock);
        var read = 0;
        Store.HasRead = _ =>
        {
            read++;
            return Task.CompletedTask;
        };
        for (var world = 1; world <= WorldClocks.MostKept; world++)
        {
            await clocks.NowAsync(new(world));
        }

        await clocks.NowAsync(new(1));
        Assert.Equal(WorldClocks.MostKept, read);

        await clocks.NowAsync(new(WorldClocks.MostKept + 1));
        await clocks.NowAsync(new(1));
        Assert.Equal(WorldClocks.MostKept + 2, read);
    }

    /// <summary>Another node moves it: within a second that counts here, however often the clock is asked for.</summary>
    [Fact]
    public async Task A_sandboxs_clock_is_read_once_a_second_and_that_of_the_live_world_never()
    {
        using (var session = Store.OpenWriteSession())
        {
            session.Insert(
                World.Live,
                WorldTables.Worlds,
                [
                    new()
                    {
                        Number = Rows.World.Number,
                        Name = "Video",
                        ClockAheadSeconds = 0,
                        CreatedAt = Rows.Noon,
                    },
                ]
            );
        }

        var clocks = new WorldClocks(Store, clock);
        Assert.Equal(0, await AheadAsync());
        var read = 0;
        Store.HasRead = _ =>
        {
            read++;
            return Task.CompletedTask;
        };
        Assert.Equal(clocks.RealNow, await clocks.NowAsync(World.Live));
        Database.Execute("UPDATE world SET clock_ahead_seconds = 60 WHERE number = 7");

        clock.Pass(WorldClocks.KeptFor - TimeSpan.FromTicks(1));
        Assert.Equal((0, 0), (await AheadAsync(), read));
        clock.Pass(TimeSpan.FromTicks(1));
        Assert.Equal(60, await AheadAsync());
        Assert.Equal((60, 1), (await AheadAsync(), read));

        async Task<int> AheadAsync() =>
            (int)(await clocks.NowAsync(Rows.World) - clocks.RealNow).TotalSeconds;
    }

    private void Put()
    {
        using var session = Store.OpenWriteSession();
        session.Insert(
            World.Live,
            PartnerTables.AppWorlds,
            [new() { Id = Rows.App.Id, WorldNumber = Rows.World.Number }]
        );
        session.Insert(Rows.World, PartnerTables.Apps, [Rows.App with { Jwks = """{"keys":[]}""" }]);
        session.Insert(Rows.World, FeeTables.Rules, [Rows.FeeRule]);
    }
}
