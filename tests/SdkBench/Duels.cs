using System.Diagnostics;

namespace OpenBanking.Tests.SdkBench;

/// <summary>The SDK without signing against one rival after the other, closely in turns: SDK, rival, rival, SDK, a few calls
/// each, so that what drifts hits both alike. Connections are new in each bout: which of the bank's threads serves one depends
/// on how many came before, so that a bout's rounds are not independent of each other, but bouts are.</summary>
internal static class Duels
{
    private const int Bouts = 48;
    private const int WarmUpBouts = 6;
    private const int RoundsPerBout = 25;
    private const int CallsPerTurn = 25;

    public static async Task<IReadOnlyList<Duel>> MeasureAsync(bool inMemory)
    {
        var (process, address) = StubBank.Start(inMemory);
        using var stub = process;
        var names = Clients.Names.Where(name => name != nameof(Clients.Sdk));
        var duels = new List<Duel>();
        foreach (var rival in names)
        {
            var bouts = new List<Pair>();
            for (var bout = -WarmUpBouts; bout < Bouts; bout++)
            {
                var pair = await FightAsync(rival, address, bout + WarmUpBouts);
                if (bout >= 0)
                {
                    bouts.Add(pair);
                }
            }

            duels.Add(
                new(
                    rival,
                    Ratio.Of(bouts.Select(pair => pair.Elapsed)),
                    Ratio.Of(bouts.Select(pair => pair.Processor))
                )
            );
        }

        process?.Kill();
        return duels;
    }

    /// <summary>A bout: the median of its rounds.</summary>
    private static async Task<Pair> FightAsync(string rival, Uri address, int bout)
    {
        using var clients = new Clients(address);
        await clients.WarmUpAsync(bout, CallsPerTurn);
        var rounds = new List<Pair>();
        for (var round = 0; round < RoundsPerBout; round++)
        {
            rounds.Add(await FightAsync(clients.Sdk, clients.Named(rival)));
        }

        return new(
            Median(rounds.Select(pair => pair.Elapsed)),
            Median(rounds.Select(pair => pair.Processor))
        );
    }

    private static async Task<Pair> FightAsync(Func<Task> own, Func<Task> rival)
    {
        var first = await TakeAsync(own);
        var theirs = await TakeAsync(rival);
        var theirsAgain = await TakeAsync(rival);
        var last = await TakeAsync(own);
        return new(
            (first.Elapsed + last.Elapsed) / (theirs.Elapsed + theirsAgain.Elapsed),
            (first.Processor + last.Processor) / (theirs.Processor + theirsAgain.Processor)
        );
    }

    private static async Task<Turn> TakeAsync(Func<Task> call)
    {
        var processor = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        for (var count = 0; count < CallsPerTurn; count++)
        {
            await call();
        }

        return new(
            Stopwatch.GetElapsedTime(started).TotalMicroseconds,
            (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds
        );
    }

    private static double Median(IEnumerable<double> ratios) => ratios.Order().ElementAt(RoundsPerBout / 2);

    private readonly record struct Turn(double Elapsed, double Processor);

    private readonly record struct Pair(double Elapsed, double Processor);
}

/// <summary>How the SDK did against one rival.</summary>
internal sealed record Duel(string Rival, Ratio Time, Ratio Processor);

/// <summary>The median of the bouts' ratios, with the interval of the sign test, which assumes nothing of how they are
/// distributed.</summary>
internal sealed record Ratio(double Median, double Least, double Most, int Won, int Bouts)
{
    /// <summary>Of the normal distribution, both sides: 95 %.</summary>
    private const double Confidence = 1.96;

    public static Ratio Of(IEnumerable<double> bouts)
    {
        double[] ratios = [.. bouts.Order()];
        var middle = ratios.Length / 2;
        var reach = (int)Math.Ceiling(Confidence * Math.Sqrt(ratios.Length) / 2);
        return new(
            ratios[middle],
            ratios[middle - reach],
            ratios[middle + reach],
            ratios.Count(ratio => ratio < 1),
            ratios.Length
        );
    }

    public override string ToString() => $"{Median:0.000} ({Least:0.000} to {Most:0.000}) | {Won} of {Bouts}";
}
