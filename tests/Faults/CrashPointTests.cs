using OpenBanking.Server.Engine;
using Xunit;

namespace OpenBanking.Tests.Faults;

/// <summary>kill -9 of the server under load between any two steps that must not come apart.</summary>
public sealed class CrashPointTests(ITestOutputHelper output)
{
    private const int Killed = 128 + 9;

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("Postgres")]
    public async Task What_was_acknowledged_survives_a_kill_at_every_named_point_and_nothing_happens_twice(
        string store
    )
    {
        var random = new Random(FaultSettings.NewSeed(output));
        await using var bank = Bank.On(store);
        await bank.StartAsync();
        await using var load = await Load.PrepareAsync(bank.Address);
        await load.ConfirmAsWellAsync();
        await bank.StopAsync();
        var points = Enum.GetValues<CrashPoint>();
        var kills = Math.Max(points.Length, FaultSettings.Runs(points.Length));
        for (var kill = 0; kill < kills; kill++)
        {
            var point = $"{points[kill % points.Length]}:{random.Next(1, 6)}";
            var server = await bank.StartToCrashAsync(point);
            var running = load.RunAsync(random.Next());
            var ended = await server.EndsAsync();
            load.Stop();
            await running;
            Assert.True(ended, $"{point} was not reached.");
            Assert.True(
                server.ExitCode == Killed,
                $"{point}: it ended with {server.ExitCode}: {server.Said}"
            );
        }

        output.WriteLine($"{store}: {kills} kills at {points.Length} named points");
        await bank.StartAsync();
        await load.AssertNothingIsLostOrDoubledAsync(output);
        await bank.AssertItsBooksHoldAsync(output);
    }
}
