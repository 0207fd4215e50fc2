using System.Diagnostics;
using OpenBanking.Server.Engine;
using Xunit;

namespace OpenBanking.Tests.Faults;

/// <summary>One of two nodes stands still: nobody else does, and when it wakes it does nothing twice.</summary>
public sealed class PausedNodeTests(ITestOutputHelper output)
{
    /// <summary>Longer than a lock is waited for.</summary>
    private static readonly TimeSpan pause = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_node_that_stands_still_at_any_moment_stops_no_other()
    {
        var random = new Random(FaultSettings.NewSeed(output));
        await using var bank = Bank.On("Postgres");
        var second = new Uri($"http://localhost:{Ports.Free()}");
        await bank.StartAsync();
        var paused = await bank.StartNodeAsync(second);
        await using var load = await Load.PrepareAsync(bank.Address);
        load.Reach(second);
        var pauses = FaultSettings.Runs(shortForm: 2);
        for (var number = 0; number < pauses; number++)
        {
            var running = load.RunAsync(random.Next());
            await Task.Delay(random.Next(300, 1_000));
            paused.Pause();
            await AssertTheOtherGoesOnAsync(load);
            paused.Continue();
            await load.AssertGoesOnAsync();
            load.Stop();
            await running;
        }

        output.WriteLine($"{pauses} pauses at random times");
        await load.AssertNothingIsLostOrDoubledAsync(output);
        await bank.AssertItsBooksHoldAsync(output);
    }

    [Fact]
    public async Task A_node_that_stands_still_with_its_transaction_open_stops_no_other()
    {
        var random = new Random(FaultSettings.NewSeed(output));
        await using var bank = Bank.On("Postgres");
        var second = new Uri($"http://localhost:{Ports.Free()}");
        await bank.StartAsync();
        await using var load = await Load.PrepareAsync(bank.Address);
        load.Reach(second);
        var point = $"--Server:CrashAt={CrashPoint.Written}:{random.Next(5, 40)}:Stop";
        var paused = await bank.StartNodeAsync(second, point);
        var running = load.RunAsync(random.Next());
        await Eventually.BecomesAsync(
            () => Task.FromResult(paused.IsPaused),
            () => $"{point} was not reached."
        );
        await AssertTheOtherGoesOnAsync(load);
        paused.Continue();
        await load.AssertGoesOnAsync();
        load.Stop();
        await running;

        await load.AssertNothingIsLostOrDoubledAsync(output);
        await bank.AssertItsBooksHoldAsync(output);
    }

    /// <summary>It is answered again and again, also when it wants what the other had locked.</summary>
    private async Task AssertTheOtherGoesOnAsync(Load load)
    {
        var longest = TimeSpan.Zero;
        var answered = load.Answered;
        var since = Stopwatch.StartNew();
        for (var all = Stopwatch.StartNew(); all.Elapsed < pause; await Task.Delay(50))
        {
            if (load.Answered > answered)
            {
                (answered, longest) = (load.Answered, since.Elapsed > longest ? since.Elapsed : longest);
                since.Restart();
            }
        }

        output.WriteLine($"nobody was answered for {longest.TotalSeconds:0.0} s at the longest");
        Assert.InRange(since.Elapsed, TimeSpan.Zero, pause - TimeSpan.FromSeconds(0.5));
    }
}
