using Xunit;

namespace OpenBanking.Tests.Faults;

/// <summary>kill -9 of PostgreSQL under load, and its restart: the server finds it again by itself.</summary>
public sealed class KilledDatabaseTests(ITestOutputHelper output)
{
    [Fact]
    public async Task What_was_acknowledged_survives_the_database_and_nothing_happens_twice()
    {
        var random = new Random(FaultSettings.NewSeed(output));
        using var cluster = new PostgresCluster(durable: true);
        await using var bank = Bank.OnPostgres(cluster, cluster.NewDatabase());
        await bank.StartAsync();
        await using var load = await Load.PrepareAsync(bank.Address);
        await AssertTheFirstPaymentAfterARestartIsMadeAsync(cluster, load);
        var kills = FaultSettings.Runs(shortForm: 4);
        var running = load.RunAsync(random.Next());
        for (var kill = 0; kill < kills; kill++)
        {
            await Task.Delay(random.Next(100, 800));
            cluster.Kill();
            await Task.Delay(random.Next(0, 1_500));
            cluster.Start();
            await load.AssertGoesOnAsync();
        }

        load.Stop();
        await running;
        output.WriteLine($"{kills} kills of PostgreSQL");
        await load.AssertNothingIsLostOrDoubledAsync(output);
        await bank.AssertItsBooksHoldAsync(output);
    }

    /// <summary>Its connections are dead and it does not know yet; nobody else has to.</summary>
    private static async Task AssertTheFirstPaymentAfterARestartIsMadeAsync(
        PostgresCluster cluster,
        Load load
    )
    {
        await load.SendAsync(load.NewPayment(customer: 0));
        cluster.Kill();
        cluster.Start();
        var first = await load.SendAsync(load.NewPayment(customer: 0));
        Assert.True(first.Ending == Ending.Ok, first.Failure);
    }
}
