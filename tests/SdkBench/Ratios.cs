using BenchmarkDotNet.Reports;

namespace OpenBanking.Tests.SdkBench;

/// <summary>What the rounds come to: each client's time and bytes, and the SDK without signing beside each other client in
/// the same round, with the interval of Student's t.</summary>
internal static class Ratios
{
    /// <summary>Of Student's t with fifteen degrees of freedom, both sides: 95 %.</summary>
    private const double Confidence = 2.131;

    public static void Print(Summary summary)
    {
        foreach (var bank in summary.Reports.GroupBy(report => RoundByRound.Bank(report.BenchmarkCase)))
        {
            var clients = bank.GroupBy(NameOf)
                .ToDictionary(
                    client => client.Key,
                    client => client.OrderBy(report => RoundByRound.Round(report.BenchmarkCase)).ToArray()
                );
            Console.WriteLine();
            Console.WriteLine(
                $"| {bank.Key} | time: lower quartile, median of rounds | allocated | SDK ÷ it (95 %) |"
            );
            Console.WriteLine("| --- | --- | --- | --- |");
            foreach (var (name, rounds) in clients)
            {
                Console.WriteLine(
                    $"| {name} | {Median(rounds):0.0} µs | {Bytes(rounds[0]):N0} B | {Ratio(clients[nameof(Calls.Sdk)], rounds)} |"
                );
            }
        }
    }

    /// <summary>The mean of the rounds' ratios, by their logarithms: which way round they are makes no difference.</summary>
    private static string Ratio(BenchmarkReport[] sdk, BenchmarkReport[] other)
    {
        double[] logs = [.. sdk.Zip(other, (own, theirs) => Math.Log(Time(own) / Time(theirs)))];
        var mean = logs.Average();
        var spread = Math.Sqrt(logs.Sum(log => (log - mean) * (log - mean)) / (logs.Length - 1));
        var reach = Confidence * spread / Math.Sqrt(logs.Length);
        return sdk == other
            ? ""
            : $"{Math.Exp(mean):0.000} ({Math.Exp(mean - reach):0.000}-{Math.Exp(mean + reach):0.000})";
    }

    private static string NameOf(BenchmarkReport report) =>
        report.BenchmarkCase.Descriptor.WorkloadMethod.Name;

    private static double Median(BenchmarkReport[] rounds) =>
        rounds.Select(Time).Order().ElementAt(rounds.Length / 2) / 1_000;

    /// <summary>Of a call, the lower quartile of a round's iterations: those that nothing else came in the way of.</summary>
    private static double Time(BenchmarkReport report) => report.ResultStatistics!.Q1;

    private static double Bytes(BenchmarkReport report) =>
        report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase)!.Value;
}
