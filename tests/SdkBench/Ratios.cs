using BenchmarkDotNet.Reports;

namespace OpenBanking.Tests.SdkBench;

/// <summary>The SDK without signing beside the others.</summary>
internal static class Ratios
{
    public static void Print(Summary summary)
    {
        var (time, bytes) = (Time(summary, nameof(Calls.Sdk)), Bytes(summary, nameof(Calls.Sdk)));
        var others = summary
            .Reports.Select(report => report.BenchmarkCase.Descriptor.WorkloadMethod.Name)
            .Except([nameof(Calls.Sdk), nameof(Calls.SdkWithProofs)]);
        foreach (var other in others)
        {
            Console.WriteLine(
                $"SDK / {other}: time {time / Time(summary, other):0.00}, "
                    + $"allocated {bytes / Bytes(summary, other):0.00}"
            );
        }
    }

    private static BenchmarkReport Report(Summary summary, string name) =>
        summary.Reports.Single(report => report.BenchmarkCase.Descriptor.WorkloadMethod.Name == name);

    private static double Time(Summary summary, string name) =>
        Report(summary, name).ResultStatistics!.Median;

    private static double Bytes(Summary summary, string name)
    {
        var report = Report(summary, name);
        return report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase)!.Value;
    }
}
