using System.Diagnostics;

namespace OpenBanking.Tests.SdkBench;

/// <summary>The SDK against one rival after the other, closely in turns: SDK, rival, rival, SDK, a few calls each, so that
/// what drifts hits both alike. Connections are new in each bout: which of the bank's threads serves one depends on how many came
/// before. The median of a thousand such rounds has an interval of confidence that no distribution is
/// assumed for: that of the sign test.</summary>
internal static class Duels
{
    private const int Bouts = 48;
    private const int WarmUpBouts = 6;
    private const int RoundsPerBout = 25;
    private const int CallsPerTurn = 25;

    /// <summary>Of the normal distribution, both sides: 95 %.</summary>
    private const double Confidence = 1.96;

    public static async Task MeasureAsync(bool inMemory)
    {
        var (process, address) = StubBank.Start(inMemory);
        using var stub = process;
        (string Name, Func<Clients, Func<Task>> Of)[] rivals =
        [
            ("by hand", clients => clients.HandWritten),
            ("RestSharp", clients => clients.RestSharp),
#if GENERATED
            ("NSwag", clients => clients.Generated),
#endif
        ];
        Console.WriteLine("SDK / rival: median (95 %), rounds the SDK won");
        foreach (var (name, of) in rivals)
        {
            List<Pair> rounds = [];
            for (var bout = -WarmUpBouts; bout < Bouts; bout++)
            {
                using var clients = new Clients(address);
                await clients.WarmUpAsync(bout + WarmUpBouts, CallsPerTurn);
                for (var round = 0; round < RoundsPerBout; round++)
                {
                    var pair = await FightAsync(clients.Sdk, of(clients));
                    if (bout >= 0)
                    {
                        rounds.Add(pair);
                    }
                }
            }

            Console.WriteLine(
                $"{name, -10} time {Describe(rounds, pair => pair.Elapsed)}   processor {Describe(rounds, pair => pair.Processor)}"
            );
        }

        process?.Kill();
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
