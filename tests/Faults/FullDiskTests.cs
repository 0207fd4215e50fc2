using System.Net;
using Xunit;

namespace OpenBanking.Tests.Faults;

/// <summary>The disk is full: what cannot be kept is refused, nothing is lost, and with room it goes on.</summary>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    private const int SqliteMegabytes = 40;
    private const int PostgresMegabytes = 160;

    /// <summary>The log's files are small and few, so that a small disk holds them.</summary>
    private static readonly string[] smallLog =
    [
        "min_wal_size=2MB",
        "max_wal_size=8MB",
        "checkpoint_timeout=30s",
    ];

    [Fact]
    public async Task On_Sqlite_payments_are_refused_while_there_is_no_room()
    {
        using var disk = new SmallDisk(SqliteMegabytes);
        await using var bank = Bank.OnSqlite(Path.Combine(disk.Folder, "server"));
        await AssertARefusalIsAllThatHappensAsync(
            bank,
            disk,
            roomAgain: () => { },
            health => AssertHealthAsync(bank, health)
        );
    }

    [Fact]
    public async Task On_Postgres_payments_are_refused_while_there_is_no_room_for_rows()
    {
        using var disk = new SmallDisk(PostgresMegabytes);
        using var log = new SmallDisk(PostgresMegabytes);
        using var cluster = NewCluster(disk, "--waldir", Path.Combine(log.Folder, "wal"));
        await using var bank = Bank.OnPostgres(cluster, cluster.NewDatabase());
        // A checkpoint that finds no room ends PostgreSQL, and so does its recovery: for good, if that finds none either.
        await AssertARefusalIsAllThatHappensAsync(bank, disk, cluster.StartIfEnded);
    }

    [Fact]
    public async Task On_Postgres_payments_are_refused_while_there_is_no_room_for_its_log()
    {
        using var disk = new SmallDisk(PostgresMegabytes);
        using var cluster = NewCluster(disk);
        await using var bank = Bank.OnPostgres(cluster, cluster.NewDatabase());
        // Without room for its log PostgreSQL ends itself, and is started again by whoever made room.
        await AssertARefusalIsAllThatHappensAsync(bank, disk, cluster.StartIfEnded);
    }

    /// <summary>Two bytes of a head find room, in the last page of what is there.</summary>
    [Fact]
    public async Task A_head_of_the_audit_that_is_written_in_part_is_taken_out_again()
    {
        using var disk = new SmallDisk(megabytes: 1, inMemory: true);
        await using var bank = Bank.OnSqlite();
        var file = Path.Combine(disk.Folder, "heads");
        var kept = new string('-', Environment.SystemPageSize - 3) + "\n";
        await File.WriteAllTextAsync(file, kept);
        disk.Fill();

        await using (
            var server = await ServerProcess.StartAsync(
                bank.Address,
                bank.Folder,
                $"--Audit:HeadsFile={file}"
            )
        )
        {
            // It signs what it has written, if that is nothing but its keys, and adds the head.
            await server.StopAsync();
        }

        Assert.Equal(kept, await File.ReadAllTextAsync(file));
        var (_, audit) = await ServerProcess.RunToEndAsync(
            "verify-audit",
            $"--Server:DataFolder={bank.Folder}"
        );
        Assert.StartsWith("head: ey", audit, StringComparison.Ordinal);
    }

    private static PostgresCluster NewCluster(SmallDisk disk, params IReadOnlyList<string> initdb) =>
        new(durable: true, disk.Folder, ["--wal-segsize=1", .. initdb], smallLog);

    /// <summary>Whoever sends requests here is told that nothing can be kept.</summary>
    private static async Task AssertHealthAsync(Bank bank, HttpStatusCode expected)
    {
        using var http = new HttpClient();
        foreach (var path in (string[])["/health/ready", "/health"])
        {
            using var answer = await http.GetAsync(new Uri(bank.Address, path));
            Assert.Equal(expected, answer.StatusCode);
        }
    }

    private async Task AssertARefusalIsAllThatHappensAsync(
        Bank bank,
        SmallDisk disk,
        Action roomAgain,
        Func<HttpStatusCode, Task>? assertHealth = null
    )
    {
        var random = new Random(FaultSettings.NewSeed(output));
        output.WriteLine($"on {disk.Kind}");
        await bank.StartAsync();
        await using var load = await Load.PrepareAsync(bank.Address);
        var rounds = Math.Min(FaultSettings.Runs(shortForm: 1), 5);
        for (var round = 0; round < rounds; round++)
        {
            var running = load.RunAsync(random.Next());
            await load.AssertGoesOnAsync();
            disk.Fill();
            await load.AssertIsRefusedAsync();
            await AssertAsync(HttpStatusCode.ServiceUnavailable);
            disk.MakeRoom();
            roomAgain();
            await load.AssertGoesOnAsync();
            await AssertAsync(HttpStatusCode.OK);
            load.Stop();
            await running;
        }

        await load.AssertNothingIsLostOrDoubledAsync(output);
        await bank.AssertItsBooksHoldAsync(output);

        Task AssertAsync(HttpStatusCode health) => assertHealth?.Invoke(health) ?? Task.CompletedTask;
    }
}
