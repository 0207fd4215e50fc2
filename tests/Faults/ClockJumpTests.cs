using Xunit;

namespace OpenBanking.Tests.Faults;

/// <summary>The clock of the server's machine jumps under load, and is set right again.</summary>
public sealed class ClockJumpTests(ITestOutputHelper output)
{
    private static readonly TimeSpan[] jumps =
    [
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(-5),
        TimeSpan.FromDays(1),
        TimeSpan.FromDays(-1),
    ];

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Postgres")]
    public async Task Money_keys_and_events_do_not_care_what_time_it_is(string store)
    {
        var random = new Random(FaultSettings.NewSeed(output));
        await using var bank = Bank.On(store);
        using var clock = new MachineClock();
        await bank.StartAsync(clock.Environment);
        await using var load = await Load.PrepareAsync(bank.Address);
        // One whose own clock is right, and one whose clock is always the server's.
        var alike = load.Reach(bank.Address, clock);
        var early = await load.SendAsync(load.NewPayment(customer: 0));
        var running = load.RunAsync(random.Next());
        foreach (var jump in jumps)
        {
            await clock.JumpAsync(jump);
            await load.AssertGoesOnAsync();
            await AssertItsKeyFindsItAsync(early, alike);
            await clock.JumpAsync(TimeSpan.Zero);
            await load.AssertGoesOnAsync();
        }

        load.Stop();
        await running;
        await AssertItsKeyFindsItAsync(early, alike);
        await load.AssertNothingIsLostOrDoubledAsync(output);
        await bank.AssertItsBooksHoldAsync(output);
    }

    /// <summary>A key is good for as long as what it made, at whatever time that was.</summary>
    private static async Task AssertItsKeyFindsItAsync(Act act, OpenBankingClient client)
    {
        var (id, failures) = (act.Made!.Id, 0);
        do
        {
            // Right after a jump a token may be one of another time.
            await act.SendAsync(client);
        } while (act.Ending != Ending.Ok && ++failures < 3);

        Assert.True(act.Ending == Ending.Ok, act.Failure);
        Assert.Equal(id, act.Made!.Id);
    }
}
