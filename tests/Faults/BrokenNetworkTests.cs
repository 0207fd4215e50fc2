using Npgsql;
using Xunit;

namespace OpenBanking.Tests.Faults;

/// <summary>The network between server and database cuts, goes silent and slow under load.</summary>
public sealed class BrokenNetworkTests(ITestOutputHelper output)
{
    [Fact]
    public async Task What_was_acknowledged_survives_the_network_and_nothing_happens_twice()
    {
        var random = new Random(FaultSettings.NewSeed(output));
        await using var bank = Bank.OnPostgresBehind(out var network);
        using var _ = network;
        await bank.StartAsync();
        await using var load = await Load.PrepareAsync(bank.Address);
        (string Name, Func<Task> Break)[] faults =
        [
            ("every connection is cut", () => Task.Run(network.Cut)),
            ("the database ends every connection", () => EndEveryConnectionAsync(bank)),
            ("the answer to a commit is lost", () => Task.Run(network.LoseNextAnswer)),
            ("nobody gets through for a while", () => CloseForAsync(network, random.Next(500, 3_000))),
            ("everything is slow", () => SlowDownForAsync(network, random.Next(500, 1_500))),
            ("every connection falls silent, and stays so", () => Task.Run(network.FallSilent)),
        ];
        var count = Math.Max(faults.Length, FaultSettings.Runs(faults.Length));
        var running = load.RunAsync(random.Next());
        for (var fault = 0; fault < count; fault++)
        {
            await Task.Delay(random.Next(100, 600));
            await faults[fault % faults.Length].Break();
            await load.AssertGoesOnAsync();
        }

        load.Stop();
        await running;
        output.WriteLine($"{count} faults of the network");
        await load.AssertNothingIsLostOrDoubledAsync(output);
        await bank.AssertItsBooksHoldAsync(output);
    }

    private static async Task CloseForAsync(TcpProxy network, int milliseconds)
    {
        network.Close();
        await Task.Delay(milliseconds);
        network.Heal();
    }

    private static async Task SlowDownForAsync(TcpProxy network, int milliseconds)
    {
        network.Delay = TimeSpan.FromMilliseconds(20);
        await Task.Delay(milliseconds);
        network.Delay = TimeSpan.Zero;
    }

    private static async Task EndEveryConnectionAsync(Bank bank)
    {
        await using var connection = new NpgsqlConnection($"{bank.DirectConnectionString};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name LIKE 'OpenBanking.Server%'
            """,
            connection
        );
        await command.ExecuteNonQueryAsync();
    }
}
