using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;

namespace OpenBanking.Tests.Bench.EngineAlone;

/// <summary>The engine without HTTP: payments with limits, double entry, idempotency, events and audit, every fourth with
/// a coupon, all to one hot settlement account; beside a yardstick on the same disk in the same minute.</summary>
internal static class EngineLoad
{
    public const int Customers = 100_000;
    private const int WarmUpSeconds = 20;
    private const int RoundSeconds = 8;
    private const int Rounds = 5;

    /// <summary>One caller's waits are short, and their mean is soon known; what the machine does besides is not.</summary>
    private const int LatencyRounds = 15;
    private const int LatencyRoundSeconds = 3;
    private const int PgbenchClients = 8;

    /// <summary>Of 16 MB each.</summary>
    private const int LogSegments = 380;

    /// <summary>As many as a slow disk, too, has before a statement is given up.</summary>
    private const int SegmentsAtOnce = 20;

    private static readonly int[] callers = [256, 1_000];

    /// <summary>Beside pgbench's tpcb-like script in the same cluster: rates with many callers, latency with one.</summary>
    public static async Task<int> MeasurePostgresAsync(params int[] counts)
    {
        using var cluster = NewCluster();
        var pgbench = new Pgbench(cluster);
        pgbench.Prepare();
        using var bank = await Bank.OpenAsync(NewDatabase(cluster), "", Customers);
        var rounds = new MeasuredRounds(() => cluster.Processes);
        await bank.PayForAsync(callers[0], WarmUpSeconds);
        foreach (var count in counts is [] ? [.. callers, 1] : counts)
        {
            await (
                count == 1
                    ? rounds.MeasureLatencyAsync(
                        "PostgreSQL, one caller's latency ÷ tpcb-like, one client",
                        LatencyRounds,
                        () => pgbench.Measure(1, LatencyRoundSeconds).Milliseconds,
                        () => bank.PayForAsync(1, LatencyRoundSeconds)
                    )
                    : rounds.MeasureAsync(
                        $"PostgreSQL, {count} callers ÷ tpcb-like, {PgbenchClients} clients",
                        Rounds,
                        () => pgbench.Measure(PgbenchClients, RoundSeconds).PerSecond,
                        () => bank.PayForAsync(count, RoundSeconds)
                    )
            );
        }

        return 0;
    }

    /// <summary>Payments on PostgreSQL without end, for a profiler to look at.</summary>
    public static async Task<int> ProfilePostgresAsync(int callers)
    {
        using var cluster = NewCluster();
        using var bank = await Bank.OpenAsync(NewDatabase(cluster), "", Customers);
        return await PayWithoutEndAsync(bank, callers);
    }

    /// <summary>Payments on SQLite without end.</summary>
    public static async Task<int> ProfileSqliteAsync(int callers)
    {
        using var temporary = new TemporaryBank("profile");
        using var bank = await temporary.OpenAsync(new());
        return await PayWithoutEndAsync(bank, callers);
    }

    /// <summary>Beside the same engine with one payment a transaction.</summary>
    public static async Task<int> MeasureSqliteAsync()
    {
        using var batched = new TemporaryBank("batched");
        using var single = new TemporaryBank("single");
        using var bank = await batched.OpenAsync(new());
        using var yardstick = await single.OpenAsync(new() { BatchSize = 1 });
        var rounds = new MeasuredRounds(() => []);
        await bank.PayForAsync(callers[0], WarmUpSeconds);
        await yardstick.PayForAsync(callers[0], WarmUpSeconds / 2);
        foreach (var count in callers)
        {
            await rounds.MeasureAsync(
                $"SQLite, {count} callers ÷ one transaction a payment",
                Rounds,
                async () => (await yardstick.PayForAsync(count, RoundSeconds)).PerSecond,
                () => bank.PayForAsync(count, RoundSeconds)
            );
        }

        return 0;
    }

    /// <summary>Two nodes on one PostgreSQL beside one of them alone, with as many callers in all.</summary>
    public static async Task<int> MeasureNodesAsync()
    {
        const int all = 512;
        using var cluster = NewCluster();
        var options = NewDatabase(cluster);
        using var bank = await Bank.OpenAsync(options, "", Customers);
        using var other = await SecondNode.StartAsync(options.ConnectionString!);
        var rounds = new MeasuredRounds(() => [.. cluster.Processes, other.ProcessId]);
        await Task.WhenAll(
            bank.PayForAsync(all / 2, WarmUpSeconds),
            other.PayForAsync(all / 2, WarmUpSeconds)
        );
        await rounds.MeasureAsync(
            $"two nodes on one PostgreSQL ÷ one, {all} callers",
            Rounds,
            async () => (await bank.PayForAsync(all, RoundSeconds)).PerSecond,
            async () =>
            {
                var both = await Task.WhenAll(
                    bank.PayForAsync(all / 2, RoundSeconds),
                    other.PayForAsync(all / 2, RoundSeconds)
                );
                return both[0] with
                {
                    Count = both.Sum(node => node.Count),
                    PerSecond = both.Sum(node => node.PerSecond),
                };
            }
        );
        return 0;
    }

    private static async Task<int> PayWithoutEndAsync(Bank bank, int callers)
    {
        while (true)
        {
            var before = Environment.CpuUsage.TotalTime;
            var paid = await bank.PayForAsync(callers, RoundSeconds);
            var cpu = (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / paid.Count;
            Console.WriteLine($"{paid.PerSecond:0} payments/s, mean {paid.Mean:0.00} ms, CPU {cpu:0} µs");
        }
    }

    /// <summary>Whose log is as long as it will be: a server that has run for a while writes its log over segments that it is done
    /// with, where a new one fills each with zeros first, in the middle of somebody's commit.</summary>
    public static PostgresCluster NewCluster()
    {
        var cluster = new PostgresCluster(
            durable: true,
            "shared_buffers=1GB",
            "max_wal_size=8GB",
            "min_wal_size=6GB",
            "checkpoint_timeout=15min"
        );
        for (var made = 0; made < LogSegments; made += SegmentsAtOnce)
        {
            cluster.Execute(
                "postgres",
                $"""
                DO $$ BEGIN
                    FOR segment IN 1..{SegmentsAtOnce} LOOP
                        PERFORM pg_logical_emit_message(false, 'bench', 'a segment is left only when something is in it');
                        PERFORM pg_switch_wal();
                    END LOOP;
                END $$
                """
            );
        }

        cluster.Execute("postgres", "CHECKPOINT");
        return cluster;
    }

    public static StorageOptions NewDatabase(PostgresCluster cluster) =>
        new()
        {
            Provider = StorageProvider.Postgres,
            ConnectionString = cluster.ConnectionStringOf(cluster.NewDatabase()),
        };
}

/// <summary>A bank in a file that goes when it is done.</summary>
internal sealed class TemporaryBank(string name) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory($"openbanking-bench-{name}-").FullName;

    public string Folder => folder;

    public Task<Bank> OpenAsync(EngineLimits limits) =>
        Bank.OpenAsync(new() { Provider = StorageProvider.Sqlite }, folder, EngineLoad.Customers, limits);

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
