using Xunit;

namespace OpenBanking.Tests.Faults;

/// <summary>kill -9 of the server under load, again and again on the same data.</summary>
public sealed class KilledServerTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Postgres")]
    public async Task What_was_acknowledged_survives_a_kill_at_any_moment_and_nothing_happens_twice(
        string store
    )
    {
        var random = new Random(FaultSettings.NewSeed(output));
        await using var bank = Bank.On(store);
        var server = await bank.StartAsync();
        await using var load = await Load.PrepareAsync(bank.Address);
        var kills = FaultSettings.Runs(shortForm: 5);
        for (var kill = 0; kill < kills; kill++)
        {
            var running = load.RunAsync(random.Next());
            await Task.Delay(random.Next(100, 1_000));
            await server.KillAsync();
            load.Stop();
            await running;
            server = await bank.StartAsync();
        }

        output.WriteLine($"{store}: {kills} kills at random times");
        await load.AssertNothingIsLostOrDoubledAsync(output);
        await bank.AssertItsBooksHoldAsync(output);
    }

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Postgres")]
    public async Task What_a_killed_server_left_is_sealed_and_signed_when_the_next_one_stops(string store)
    {
        var random = new Random(FaultSettings.NewSeed(output));
        await using var bank = Bank.On(store);
        var server = await bank.StartAsync();
        await using var load = await Load.PrepareAsync(bank.Address);
        var running = load.RunAsync(random.Next());
        await Task.Delay(1_000);
        await server.KillAsync();
        load.Stop();
        await running;

        // Long before the lease of the killed one would be over.
        server = await bank.StartAsync();
        running = load.RunAsync(random.Next());
        await load.AssertGoesOnAsync();
        load.Stop();
        await running;
        await server.StopAsync();

        var (exitCode, report) = await ServerProcess.RunToEndAsync([
            "verify-audit",
            $"--Server:DataFolder={bank.Folder}",
            .. bank.Store,
        ]);
        output.WriteLine(report.TrimEnd());
        Assert.Equal(0, exitCode);
        Assert.Matches(@"(?m)^(\d+) positions, signed to \1; 0 records are not sealed yet; ", report);
    }
}
