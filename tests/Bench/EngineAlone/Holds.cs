namespace OpenBanking.Tests.Bench.EngineAlone;

/// <summary>What it costs to hold money first and capture it then, beside a payment that is taken at once: in
/// processor time and in rate, in rounds of the one and the other in turn.</summary>
internal static class Holds
{
    private const int Callers = 256;
    private const int Rounds = 5;
    private const int RoundSeconds = 6;
    private const int WarmUpSeconds = 10;
    private const double MostForeign = 0.10;
    private const int MostTries = 4;

    public static async Task<int> MeasurePostgresAsync()
    {
        using var cluster = EngineLoad.NewCluster();
        using var bank = await Bank.OpenAsync(EngineLoad.NewDatabase(cluster), "", EngineLoad.Customers);
        return await MeasureAsync("PostgreSQL", bank, () => cluster.Processes);
    }

    public static async Task<int> MeasureSqliteAsync()
    {
        using var temporary = new TemporaryBank("holds");
        using var bank = await temporary.OpenAsync(new());
        return await MeasureAsync("SQLite", bank, () => []);
    }

    private static async Task<int> MeasureAsync(string store, Bank bank, Func<IReadOnlyList<int>> others)
    {
        await bank.PayForAsync(Callers, WarmUpSeconds);
        await bank.PayForAsync(Callers, WarmUpSeconds, holding: true);
        var watch = new CpuWatch(others);
        var cost = new List<double>();
        var rate = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var direct = await RunAsync(bank, watch, holding: false);
            var held = await RunAsync(bank, watch, holding: true);
            cost.Add(held.Microseconds / direct.Microseconds);
            rate.Add(direct.Paid.PerSecond / held.Paid.PerSecond);
            Console.WriteLine(
                $"  at once {Show(direct)}; held and captured {Show(held)}; "
                    + $"processor time {cost[^1]:0.00}, rate {rate[^1]:0.00}"
            );
        }

        Console.WriteLine($"{store}, {Callers} callers, held and captured ÷ at once:");
        Console.WriteLine($"  processor time {MeasuredRounds.MinMedianMax(cost)}");
        Console.WriteLine($"  payments a second, the other way round {MeasuredRounds.MinMedianMax(rate)}");
        return 0;
    }

    private static async Task<Measured> RunAsync(Bank bank, CpuWatch watch, bool holding)
    {
        for (var attempt = 1; ; attempt++)
        {
            // Before the clock starts: every payment with a coupon needs one.
            await bank.PrepareAsync(RoundSeconds);
            watch.Start();
            var paid = await bank.PayForAsync(Callers, RoundSeconds, holding);
            var (own, theirs, foreign, _) = watch.Stop();
            if (foreign <= MostForeign || attempt == MostTries)
            {
                return new(paid, (own + theirs) * 1e6 / paid.Count, foreign);
            }

            Console.WriteLine($"  (a round with {foreign:P0} foreign load is run again)");
        }
    }

    private static string Show(Measured measured) =>
        $"{measured.Paid.PerSecond:0}/s, {measured.Microseconds:0} µs, p99 {measured.Paid.P99:0} ms, "
        + $"{measured.Foreign:P0} foreign load";

    /// <param name="Microseconds">Of processor time a payment, the database's included.</param>
    private sealed record Measured(Paid Paid, double Microseconds, double Foreign);
}
