using BenchmarkDotNet.Reports;

namespace OpenBanking.Tests.SdkBench;

/// <summary>The SDK beside the others, without the proof that only it makes.</summary>
internal static class Ratios
{
    public static void Print(Summary summary)
    {
        var (time, bytes) = (Of(summary, nameof(Calls.Sdk)), Bytes(summary, nameof(Calls.Sdk)));
        var proof = (Of(summary, nameof(Calls.Proof)), Bytes(summary, nameof(Calls.Proof)));
        var others = summary
            .Reports.Select(report => report.BenchmarkCase.Descriptor.WorkloadMethod.Name)
            .Except([nameof(Calls.Sdk), nameof(Calls.Proof)]);
        foreach (var other in others)
        {
            Console.WriteLine(
                $"SDK without its proof / {other}: "
                    + $"time {(time - proof.Item1) / Of(summary, other):0.00}, "
                    + $"allocated {(bytes - proof.Item2) / Bytes(summary, other):0.00}"
            );
        }
    }

    private static BenchmarkReport Report(Summary summary, string name) =>
        summary.Reports.Single(report => report.BenchmarkCase.Descriptor.WorkloadMethod.Name == name);

    private static double Of(Summary summary, string name) => Report(summary, name).ResultStatistics!.Median;

    private static double Bytes(Summary summary, string name)
    {
        var report = Report(summary, name);
        return report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase)!.Value;
    }
}
