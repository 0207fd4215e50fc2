using System.Diagnostics;

namespace OpenBanking.Tests.SdkBench;

/// <summary>The clients in turns, a few hundred calls each and one at a time, so that whatever else the machine does hits all
/// of them alike: processor time of this process, and time, of each beside the one written by hand in the same
/// round.</summary>
internal static class Pairs
{
    private const int Rounds = 100;
    private const int WarmUpRounds = 20;
    private const int CallsPerTurn = 150;

    public static async Task MeasureAsync(bool inMemory)
    {
        var (process, address) = StubBank.Start(inMemory);
        using var stub = process;
        using var clients = new Clients(address);
        var all = clients.All;
        var turns = all.Select(_ => new List<Turn>()).ToArray();
        for (var round = -WarmUpRounds; round < Rounds; round++)
        {
            // Each begins a round in its turn, so that none always comes after the same one.
            for (var place = 0; place < all.Length; place++)
            {
                var client = (place + round + WarmUpRounds) % all.Length;
                var turn = await TakeAsync(all[client].Call);
                if (round >= 0)
                {
                    turns[client].Add(turn);
                }
            }
        }

        Console.WriteLine("microseconds of processor, microseconds, bytes a call: medians");
        foreach (var (client, taken) in all.Zip(turns))
        {
            Console.WriteLine(
                $"{client.Name, -16} {Median(taken, turn => turn.Processor), 6:0.0} "
                    + $"{Median(taken, turn => turn.Elapsed), 6:0.0} {Median(taken, turn => turn.Bytes), 6:0}"
            );
        }

        Console.WriteLine("processor, time, bytes, round by round: median (middle half)");
        PrintRatios("SDK / ", turns[1], all, turns);
        PrintRatios("SDK with proofs / ", turns[2], all, turns);
        process?.Kill();
    }

    private static void PrintRatios(
        string name,
        List<Turn> mine,
        (string Name, Func<Task> Call)[] all,
        List<Turn>[] turns
    )
    {
        foreach (var (client, theirs) in all.Zip(turns).Where(pair => pair.Second != mine))
        {
            Console.WriteLine(
                $"{name + client.Name, -34} {Ratio(mine, theirs, turn => turn.Processor)}   "
                    + $"{Ratio(mine, theirs, turn => turn.Elapsed)}   {Ratio(mine, theirs, turn => turn.Bytes)}"
            );
        }
    }

    private static async Task<Turn> TakeAsync(Func<Task> call)
    {
        var processor = Environment.CpuUsage.TotalTime;
        var bytes = GC.GetTotalAllocatedBytes();
        var started = Stopwatch.GetTimestamp();
        for (var count = 0; count < CallsPerTurn; count++)
        {
            await call();
        }

        return new Turn(
            (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / CallsPerTurn,
            Stopwatch.GetElapsedTime(started).TotalMicroseconds / CallsPerTurn,
            (double)(GC.GetTotalAllocatedBytes() - bytes) / CallsPerTurn
        );
    }

    private static string Ratio(List<Turn> mine, List<Turn> theirs, Func<Turn, double> what)
    {
        double[] ratios = [.. mine.Zip(theirs, (own, other) => what(own) / what(other)).Order()];
        return $"{ratios[ratios.Length / 2]:0.00} ({ratios[ratios.Length / 4]:0.00}-{ratios[ratios.Length * 3 / 4]:0.00})";
    }

    private static double Median(List<Turn> turns, Func<Turn, double> what) =>
        turns.Select(what).Order().ElementAt(turns.Count / 2);

    private readonly record struct Turn(double Processor, double Elapsed, double Bytes);
}
