using BenchmarkDotNet.Reports;

namespace OpenBanking.Tests.SdkBench;

/// <summary>What a call costs by each client, as BenchmarkDotNet has it, and the SDK without signing beside it, as its duels
/// ended.</summary>
internal static class Table
{
    public static void Print(IReadOnlyList<Duel> duels, params BenchmarkReport[] reports)
    {
        Console.WriteLine(
            "| | time | allocated | SDK / it: time (95 %) | bouts won | processor time (95 %) | bouts won |"
        );
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var duel in duels)
        {
            Console.WriteLine(
                $"| {duel.Rival} | {Measured(duel.Rival, reports)} | {duel.Time} | {duel.Processor} |"
            );
        }

        Console.WriteLine($"| {nameof(Calls.Sdk)} | {Measured(nameof(Calls.Sdk), reports)} | | | | |");
    }

    /// <summary>A round's time is the lower quartile of its iterations, those that nothing else came in the way of; of the
    /// rounds it is the median.</summary>
    private static string Measured(string client, BenchmarkReport[] reports)
    {
        BenchmarkReport[] rounds =
        [
            .. reports.Where(report => report.BenchmarkCase.Descriptor.WorkloadMethod.Name == client),
        ];
        if (rounds is [])
        {
            return "|";
        }

        var time = rounds.Select(report => report.ResultStatistics!.Q1).Order().ElementAt(rounds.Length / 2);
        var bytes = rounds[0].GcStats.GetBytesAllocatedPerOperation(rounds[0].BenchmarkCase)!.Value;
        return $"{time / 1_000:0.0} µs | {bytes:N0} B";
    }
}
