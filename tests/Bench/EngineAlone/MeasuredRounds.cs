namespace OpenBanking.Tests.Bench.EngineAlone;

/// <summary>Rounds of a yardstick and what is measured, one right after the other. A round in which others took more of
/// the cores than they may is run again, and that is said.</summary>
/// <param name="others">Processes that belong to the measurement beside this one.</param>
internal sealed class MeasuredRounds(Func<IReadOnlyList<int>> others)
{
    private const double MostForeign = 0.10;
    private const int MostTries = 4;

    private readonly CpuWatch watch = new(others);

    public Task MeasureAsync(string what, int rounds, Func<double> yardstick, Func<Task<Paid>> measure) =>
        MeasureAsync(what, rounds, () => Task.FromResult(yardstick()), measure);

    /// <summary>Rates: payments a second over what the yardstick does a second.</summary>
    public async Task MeasureAsync(
        string what,
        int rounds,
        Func<Task<double>> yardstick,
        Func<Task<Paid>> measure
    )
    {
        var ratios = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var (perSecond, paid, cost) = await RoundAsync(yardstick, measure);
            ratios.Add(paid.PerSecond / perSecond);
            Console.WriteLine(
                $"  {paid.PerSecond, 7:0} payments/s, p50 {paid.P50, 6:0.0} ms, p99 {paid.P99, 6:0.0} ms; {cost}; "
                    + $"yardstick {perSecond, 6:0}/s; ratio {ratios[^1]:0.00}"
            );
        }

        Console.WriteLine($"{what}: {MinMedianMax(ratios)}");
    }

    /// <summary>Latencies: the mean of a payment over the mean of the yardstick.</summary>
    public async Task MeasureLatencyAsync(
        string what,
        int rounds,
        Func<double> yardstick,
        Func<Task<Paid>> measure
    )
    {
        var ratios = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var (milliseconds, paid, cost) = await RoundAsync(() => Task.FromResult(yardstick()), measure);
            ratios.Add(paid.Mean / milliseconds);
            Console.WriteLine(
                $"  {paid.Mean:0.00} ms a payment (p99 {paid.P99:0.00} ms); {cost}; yardstick {milliseconds:0.00} ms; "
                    + $"ratio {ratios[^1]:0.00}"
            );
        }

        Console.WriteLine($"{what}: {MinMedianMax(ratios)}");
    }

    public static string MinMedianMax(IReadOnlyList<double> ratios)
    {
        var sorted = ratios.Order().ToList();
        return $"{sorted[0]:0.00} / {sorted[sorted.Count / 2]:0.00} / {sorted[^1]:0.00} (min / median / max)";
    }

    /// <summary>What the yardstick gave, what was paid, and what it cost the cores.</summary>
    public async Task<(double Yardstick, Paid Paid, string Cost)> RoundAsync(
        Func<Task<double>> yardstick,
        Func<Task<Paid>> measure
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            var stick = await yardstick();
            watch.Start();
            var paid = await measure();
            var (own, theirs, foreign, _) = watch.Stop();
            if (foreign <= MostForeign || attempt == MostTries)
            {
                return (
                    stick,
                    paid,
                    $"CPU µs a payment: {own * 1e6 / paid.Count:0} here, {theirs * 1e6 / paid.Count:0} there, "
                        + $"{foreign:P0} foreign load"
                );
            }

            Console.WriteLine($"  (a round with {foreign:P0} foreign load is run again)");
        }
    }
}
