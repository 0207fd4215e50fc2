using System.Diagnostics;
using Xunit;

namespace OpenBanking.Tests.Faults;

/// <summary>Servers of two schemas on one PostgreSQL under payments, from the first expansion to the contract. The old one
/// is this build, or the one that <c>UPGRADE_FROM</c> names (an <c>OpenBanking.Server.dll</c>).</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class RollingUpgradeTests(ITestOutputHelper output) : IAsyncDisposable
{
    private const int CannotStart = 2;
    private const int Some = 12;
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    /// <summary>The first version starts on no schema but its own.</summary>
    private readonly string? earlier = Environment.GetEnvironmentVariable("UPGRADE_FROM");

    private readonly PostgresCluster cluster = new(durable: false);
    private readonly string folder = Directory.CreateTempSubdirectory("openbanking-upgrade-").FullName;
    private readonly Uri oldNode = new($"http://localhost:{Ports.Free()}");
    private readonly Uri newNode = new($"http://localhost:{Ports.Free()}");

    private readonly RehearsalFolder expanded = new RehearsalFolder()
        .With(
            "9001_channels",
            """
            -- expand
            ALTER TABLE payment ADD COLUMN channel text NOT NULL DEFAULT 'app';
            CREATE TABLE channel (world integer NOT NULL, name text NOT NULL, PRIMARY KEY (world, name));
            """
        )
        .With(
            "9002_payment_by_channel",
            """
            -- expand
            -- concurrently: payment_by_channel
            CREATE INDEX CONCURRENTLY payment_by_channel ON payment (world, channel);
            """
        );

    private readonly RehearsalFolder contracted = new();
    private readonly List<ServerProcess> started = [];

    [Fact]
    public async Task Old_and_new_servers_pay_side_by_side_until_the_last_old_one_is_gone()
    {
        var store = StoreOf(cluster.NewDatabase());
        var old = await StartOldAsync(store);
        var payments = await SteadyPayments.OpenAsync(oldNode);
        await payments.PayThroughAsync(oldNode);
        await payments.UntilPaidAsync(Some, oldNode);

        // Expand under the old node; then the new one comes beside it, and the old one may even start again.
        Assert.Contains("applied: 9002_payment_by_channel.sql", await MigrateAsync(store, expanded));
        await payments.UntilPaidAsync(Some, oldNode);
        started.Add(await ServerProcess.StartAsync(newNode, folder, Rehearsing(store, expanded)));
        await payments.PayThroughAsync(oldNode, newNode);
        await payments.UntilPaidAsync(Some, newNode);
        if (earlier is null)
        {
            await payments.PayThroughAsync(newNode);
            await old.StopAsync();
            old = await StartOldAsync(store);
            await payments.PayThroughAsync(oldNode, newNode);
        }

        await payments.UntilPaidAsync(Some, oldNode);

        // The contract is refused until the old node is gone.
        Contract();
        var (refused, why) = await ServerProcess.RunToEndAsync(["migrate", .. Rehearsing(store, contracted)]);
        output.WriteLine(why);
        Assert.Equal(CannotStart, refused);
        Assert.StartsWith("9003_no_channels.sql needs servers of schema 9002 or newer.", why);
        Assert.Single(why.Trim().Split('\n'));
        await payments.UntilPaidAsync(Some, oldNode);
        await payments.PayThroughAsync(newNode);
        await old.StopAsync();
        await ContractWhenAloneAsync(store);
        await payments.UntilPaidAsync(Some, newNode);

        var (late, tooOld) = await ServerProcess.RunProgramToEndAsync(
            OldProgram,
            [$"--Server:PublicAddress={oldNode}", $"--Server:DataFolder={folder}", .. store]
        );
        output.WriteLine(tooOld);
        Assert.Equal(CannotStart, late);
        Assert.Contains("newer version", tooOld);
        Assert.Single(tooOld.Trim().Split('\n'));

        await payments.StopAsync();
        await payments.AssertEachIsThereOnceAsync(newNode);
        var (balance, books) = await ServerProcess.RunToEndAsync([
            "verify-books",
            $"--Server:DataFolder={folder}",
            .. Rehearsing(store, contracted),
        ]);
        output.WriteLine(
            $"{payments.PaidAt(oldNode)} by the old node, {payments.PaidAt(newNode)} by the new one: {books}"
        );
        Assert.True(balance == 0, books);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in started)
        {
            await server.DisposeAsync();
        }

        cluster.Dispose();
        expanded.Dispose();
        contracted.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private string OldProgram => earlier ?? ServerProcess.ProgramFile();

    private async Task<ServerProcess> StartOldAsync(string[] store)
    {
        var old = await ServerProcess.StartAsync(OldProgram, oldNode, folder, store);
        started.Add(old);
        return old;
    }

    private string[] StoreOf(string database) =>
        ["--Storage:Provider=Postgres", $"--Storage:ConnectionString={cluster.ConnectionStringOf(database)}"];

    private static string[] Rehearsing(string[] store, RehearsalFolder rehearsal) =>
        [.. store, $"--Storage:RehearsalFolder={rehearsal.Path}"];

    /// <summary>The version after the next: what the next one added goes.</summary>
    private void Contract()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(expanded.Path, "Postgres")))
        {
            contracted.With(Path.GetFileNameWithoutExtension(file), File.ReadAllText(file).TrimEnd('\n'));
        }

        contracted.With("9003_no_channels", "-- contract: needs 9002\nDROP TABLE channel");
    }

    private static async Task<string> MigrateAsync(string[] store, RehearsalFolder rehearsal)
    {
        var (exitCode, report) = await ServerProcess.RunToEndAsync([
            "migrate",
            .. Rehearsing(store, rehearsal),
        ]);
        Assert.True(exitCode == 0, report);
        return report;
    }

    /// <summary>PostgreSQL may still be burying the connections of a node that has just ended.</summary>
    private async Task ContractWhenAloneAsync(string[] store)
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            var (exitCode, report) = await ServerProcess.RunToEndAsync([
                "migrate",
                .. Rehearsing(store, contracted),
            ]);
            if (exitCode == 0)
            {
                Assert.Contains("applied: 9003_no_channels.sql", report);
                return;
            }

            Assert.True(waited.Elapsed < patience, report);
        }
    }
}
