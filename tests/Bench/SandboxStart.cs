using System.Diagnostics;
using OpenBanking.Testing;

namespace OpenBanking.Tests.Bench;

/// <summary>How long a partner's test waits for its bank: <c>SandboxBank.StartAsync</c> in a process that has started one before,
/// and twenty that are started side by side.</summary>
public static class SandboxStart
{
    private const int Runs = 15;
    private const int SideBySide = 20;

    public static async Task<int> MeasureAsync()
    {
        var first = await TimeAsync();
        var next = new List<double>();
        var before = Environment.CpuUsage.TotalTime;
        for (var run = 0; run < Runs; run++)
        {
            next.Add(await TimeAsync());
        }

        var processor = (Environment.CpuUsage.TotalTime - before) / Runs;

        var began = Stopwatch.GetTimestamp();
        var banks = await Task.WhenAll(Enumerable.Range(0, SideBySide).Select(_ => SandboxBank.StartAsync()));
        var all = Stopwatch.GetElapsedTime(began);
        await Task.WhenAll(banks.Select(bank => bank.DisposeAsync().AsTask()));
        Console.WriteLine("SandboxBank.StartAsync, until an app is registered:");
        Console.WriteLine(
            $"  the first of a process {first:0} ms, each after it {next.Median():0} ms (median of {Runs}, {next.Max():0} ms "
                + $"at most; {processor.TotalMilliseconds:0} ms of processor time with its end), {SideBySide} side by side "
                + $"{all.TotalMilliseconds:0} ms in all"
        );
        return 0;
    }

    private static async Task<double> TimeAsync()
    {
        var began = Stopwatch.GetTimestamp();
        await using var bank = await SandboxBank.StartAsync();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }
}
