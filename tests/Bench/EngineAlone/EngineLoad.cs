using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Storage;

namespace OpenBanking.Tests.Bench.EngineAlone;

/// <summary>The engine without HTTP: payments with limits, double entry, idempotency, events and audit, every fourth with
/// a coupon, all to one hot settlement account; beside pgbench's tpcb-like script in the same cluster and minute.</summary>
internal static class EngineLoad
{
    private static readonly int Customers = int.Parse(
        Environment.GetEnvironmentVariable("BENCH_CUSTOMERS") ?? "100000"
    );
    private static readonly int WarmUpSeconds = int.Parse(
        Environment.GetEnvironmentVariable("BENCH_WARMUP") ?? "20"
    );
    private static readonly int RoundSeconds = int.Parse(
        Environment.GetEnvironmentVariable("BENCH_SECONDS") ?? "8"
    );
    private const int PgbenchClients = 8;

    public static async Task<int> MeasurePostgresAsync(int rounds)
    {
        using var cluster = NewCluster();
        var pgbench = new Pgbench(cluster);
        pgbench.Prepare();
        var database = cluster.NewDatabase();
        await using var bank = await Bank.OpenAsync(
            new()
            {
                Provider = StorageProvider.Postgres,
                ConnectionString = cluster.ConnectionStringOf(database),
            },
            "",
            Customers
        );
        cluster.Execute(database, "VACUUM ANALYZE");
        var watch = new CpuWatch(() => cluster.Processes);
        await bank.PayAsync(256, TimeSpan.FromSeconds(WarmUpSeconds));
        foreach (var callers in (int[])[256, 1_000])
        {
            var ratios = new List<double>();
            for (var round = 0; round < rounds; round++)
            {
                var (perSecond, _) = pgbench.Measure(PgbenchClients, RoundSeconds);
                watch.Start();
                var paid = await bank.PayAsync(callers, TimeSpan.FromSeconds(RoundSeconds));
                var (own, server, foreign) = watch.Stop();
                var ratio = paid.PerSecond / perSecond;
                ratios.Add(ratio);
                Console.WriteLine(
                    $"{callers} callers: {paid.PerSecond:0} payments/s, p50 {paid.P50:0.0} ms, p99 {paid.P99:0.0} ms; "
                        + $"tpcb-like {perSecond:0}/s; ratio {ratio:0.00}; CPU µs a payment: "
                        + $"{own * 1e6 / paid.Count:0} engine, {server * 1e6 / paid.Count:0} PostgreSQL; foreign {foreign:P0}"
                );
            }

            Console.WriteLine($"{callers} callers ÷ tpcb-like: {MinMedianMax(ratios)}");
        }

        return 0;
    }

    public static PostgresCluster NewCluster() =>
        new(durable: true, "shared_buffers=1GB", "max_wal_size=8GB", "checkpoint_timeout=15min");

    public static string MinMedianMax(List<double> ratios)
    {
        var sorted = ratios.Order().ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{sorted[0]:0.00} / {sorted[sorted.Count / 2]:0.00} / {sorted[^1]:0.00} (min / median / max)"
        );
    }
}

/// <summary>A bank of benchmark customers on one store, with an engine of its own.</summary>
internal sealed class Bank : IAsyncDisposable
{
    private readonly Store store;
    private readonly Ids ids = new(TimeProvider.System);

    private Bank(Store store, int customers, EngineLimits limits)
    {
        this.store = store;
        Engine = new(
            store,
            ids,
            TimeProvider.System,
            [new LedgerInvariant()],
            limits,
            NullLogger<Engine>.Instance
        );
        Data = new(ids, customers);
    }

    public Engine Engine { get; }

    public BankData Data { get; }

    public static async Task<Bank> OpenAsync(
        StorageOptions options,
        string folder,
        int customers,
        EngineLimits? limits = null
    )
    {
        var bank = new Bank(Stores.Open(options, folder, TimeProvider.System), customers, limits ?? new());
        await bank.Data.WriteAsync(bank.Engine);
        return bank;
    }

    public async Task<(int Count, double PerSecond, double P50, double P99)> PayAsync(
        int callers,
        TimeSpan time
    )
    {
        await Data.HandOutCouponsAsync(Engine, (int)(time.TotalSeconds * 5_000));
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        var (payments, latencies) = await new PaymentCallers(Engine, Data, ids).PayForAsync(callers, time);
        var elapsed = System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds;
        return (
            payments,
            payments / elapsed,
            latencies[latencies.Length / 2],
            latencies[(int)(latencies.Length * 0.99)]
        );
    }

    public ValueTask DisposeAsync()
    {
        Engine.Dispose();
        store.Dispose();
        return ValueTask.CompletedTask;
    }
}
