using System.Diagnostics;

namespace OpenBanking.Tests.SdkBench;

/// <summary>The SDK against one rival after the other, closely in turns: SDK, rival, rival, SDK, a few calls each, so that
/// what drifts hits both alike. The median of a thousand such rounds has an interval of confidence that no distribution is
/// assumed for: that of the sign test.</summary>
internal static class Duels
{
    private const int Rounds = 1_200;
    private const int WarmUpRounds = 150;
    private const int CallsPerTurn = 25;

    /// <summary>Of the normal distribution, both sides: 95 %.</summary>
    private const double Confidence = 1.96;

    public static async Task MeasureAsync(bool inMemory)
    {
        using var clients = new Clients(inMemory);
        (string Name, Func<Task> Call)[] rivals =
        [
            ("by hand", clients.HandWritten),
            ("RestSharp", clients.RestSharp),
#if GENERATED
            ("NSwag", clients.Generated),
#endif
        ];
        Console.WriteLine("SDK / rival: median (95 %), rounds the SDK won");
        foreach (var (name, call) in rivals)
        {
            List<Pair> rounds = [];
            for (var round = -WarmUpRounds; round < Rounds; round++)
            {
                var pair = await FightAsync(clients.Sdk, call);
                if (round >= 0)
                {
                    rounds.Add(pair);
                }
            }

            Console.WriteLine(
                $"{name, -10} time {Describe(rounds, pair => pair.Elapsed)}   processor {Describe(rounds, pair => pair.Processor)}"
            );
        }
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

    private static string Describe(List<Pair> rounds, Func<Pair, double> what)
    {
        double[] ratios = [.. rounds.Select(what).Order()];
        var reach = (int)Math.Ceiling(Confidence * Math.Sqrt(ratios.Length) / 2);
        var middle = ratios.Length / 2;
        var won = (double)ratios.Count(ratio => ratio < 1) / ratios.Length;
        return $"{ratios[middle]:0.000} ({ratios[middle - reach]:0.000}-{ratios[middle + reach]:0.000}), {won:0 %}";
    }

    private readonly record struct Turn(double Elapsed, double Processor);

    private readonly record struct Pair(double Elapsed, double Processor);
}
