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
        await AssertARefusalIsAllThatHappensAsync(bank, disk, roomAgain: () => { });
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

    private static PostgresCluster NewCluster(SmallDisk disk, params IReadOnlyList<string> initdb) =>
        new(durable: true, disk.Folder, ["--wal-segsize=1", .. initdb], smallLog);

    private async Task AssertARefusalIsAllThatHappensAsync(Bank bank, SmallDisk disk, Action roomAgain)
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
            disk.MakeRoom();
            roomAgain();
            await load.AssertGoesOnAsync();
            load.Stop();
            await running;
        }

        await load.AssertNothingIsLostOrDoubledAsync(output);
        await bank.AssertItsBooksHoldAsync(output);
    }
}
