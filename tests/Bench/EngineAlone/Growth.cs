using OpenBanking.Server.Storage;

namespace OpenBanking.Tests.Bench.EngineAlone;

/// <summary>What a payment costs as the tables grow, and whether memory does.</summary>
internal static class Growth
{
    private const int Callers = 256;
    private const int FillCallers = 1_000;
    private const int RoundSeconds = 8;
    private const int Rounds = 3;
    private const int WarmUpSeconds = 20;

    /// <summary>To a million payments, or as many as are asked for, on PostgreSQL beside pgbench.</summary>
    public static async Task<int> MeasurePostgresAsync(int most)
    {
        using var cluster = EngineLoad.NewCluster();
        var pgbench = new Pgbench(cluster);
        pgbench.Prepare();
        using var bank = await Bank.OpenAsync(EngineLoad.NewDatabase(cluster), "", EngineLoad.Customers);
        await MeasureAsync(
            "PostgreSQL",
            bank,
            most,
            new(() => cluster.Processes),
            () => Task.FromResult(pgbench.Measure(8, RoundSeconds).PerSecond)
        );
        return 0;
    }

    /// <summary>The same on SQLite, where what stays small is the yardstick.</summary>
    public static async Task<int> MeasureSqliteAsync(int most)
    {
        using var growing = new TemporaryBank("growing");
        using var small = new TemporaryBank("small");
        using var bank = await growing.OpenAsync(new());
        await MeasureAsync("SQLite", bank, most, new(() => []), () => YardstickAsync(small));
        return 0;
    }

    /// <summary>Pays for a while and says every half minute what memory is in use.</summary>
    public static async Task<int> SoakAsync(double minutes)
    {
        const double step = 30;
        using var cluster = EngineLoad.NewCluster();
        using var bank = await Bank.OpenAsync(EngineLoad.NewDatabase(cluster), "", EngineLoad.Customers);
        var payments = 0;
        for (var passed = 0.0; passed < minutes * 60; passed += step)
        {
            payments += (await bank.PayForAsync(Callers, step)).Count;
            var managed = GC.GetTotalMemory(forceFullCollection: true) / 1e6;
            Console.WriteLine(
                $"  after {passed + step, 5:0} s, {payments, 9} payments: {managed:0} MB managed, "
                    + $"{Environment.WorkingSet / 1e6:0} MB working set"
            );
        }

        return 0;
    }

    private static async Task MeasureAsync(
        string store,
        Bank bank,
        int most,
        MeasuredRounds rounds,
        Func<Task<double>> yardstick
    )
    {
        await bank.PayForAsync(1, WarmUpSeconds / 4.0);
        var payments = 0;
        double? first = null;
        foreach (var milestone in Milestones(most))
        {
            await bank.PayAsync(FillCallers, Math.Max(0, milestone - payments));
            payments = Math.Max(payments, milestone);
            var ratios = new List<double>();
            for (var round = 0; round < Rounds; round++)
            {
                var (stick, paid, cost) = await rounds.RoundAsync(
                    yardstick,
                    () => bank.PayForAsync(Callers, RoundSeconds)
                );
                payments += paid.Count;
                ratios.Add(paid.PerSecond / stick);
                Console.WriteLine(
                    $"  {store}, {payments} payments: {paid.PerSecond:0}/s, p99 {paid.P99:0.0} ms; {cost}; "
                        + $"yardstick {stick:0}/s; ratio {ratios[^1]:0.00}"
                );
            }

            var median = ratios.Order().ElementAt(ratios.Count / 2);
            first ??= median;
            Console.WriteLine(
                $"{store}, from {milestone} payments: ratio {MeasuredRounds.MinMedianMax(ratios)}, "
                    + $"{median / first:0.00} of the first"
            );
        }
    }

    /// <summary>Ten times as many each, and at last as many as are asked for.</summary>
    private static IEnumerable<int> Milestones(int most)
    {
        for (var milestone = 10_000; milestone < most; milestone *= 10)
        {
            yield return milestone;
        }

        yield return most;
    }

    /// <summary>A bank of the same customers whose file is new each time.</summary>
    private static async Task<double> YardstickAsync(TemporaryBank small)
    {
        File.Delete(Path.Combine(small.Folder, "openbanking.db"));
        using var bank = await small.OpenAsync(new());
        return (await bank.PayForAsync(Callers, RoundSeconds)).PerSecond;
    }
}
