using BenchmarkDotNet.Reports;

namespace OpenBanking.Tests.SdkBench;

/// <summary>The SDK without signing beside the others.</summary>
internal static class Ratios
{
    public static void Print(Summary summary)
    {
        foreach (
            var reports in summary.Reports.GroupBy(report => report.BenchmarkCase.Parameters.DisplayInfo)
        )
        {
            Print(reports.Key, reports.ToDictionary(NameOf));
        }
    }

    private static void Print(string bank, Dictionary<string, BenchmarkReport> reports)
    {
        var sdk = reports[nameof(Calls.Sdk)];
        foreach (var (name, other) in reports)
        {
            if (name is nameof(Calls.Sdk) or nameof(Calls.SdkWithProofs))
            {
                continue;
            }

            Console.WriteLine(
                $"{bank}: SDK / {name}: time {Time(sdk) / Time(other):0.00}, allocated {Bytes(sdk) / Bytes(other):0.00}"
            );
        }
    }

    private static string NameOf(BenchmarkReport report) =>
        report.BenchmarkCase.Descriptor.WorkloadMethod.Name;

    private static double Time(BenchmarkReport report) => report.ResultStatistics!.Median;

    private static double Bytes(BenchmarkReport report) =>
        report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase)!.Value;
}
