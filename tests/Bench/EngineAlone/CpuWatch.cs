using System.Diagnostics;
using System.Globalization;

namespace OpenBanking.Tests.Bench.EngineAlone;

/// <summary>Where the cores' time went: to this process, to some others that belong to the measurement, and elsewhere.</summary>
internal sealed class CpuWatch(Func<IReadOnlyList<int>> others)
{
    private const double TicksPerSecond = 100;

    private (double Own, double Others, double Busy, double Total) started;

    public void Start() => started = Now();

    /// <summary>Seconds of this process, seconds of the others, and which part of the cores went elsewhere.</summary>
    public (double Own, double Others, double Foreign) Stop()
    {
        var ended = Now();
        var own = ended.Own - started.Own;
        var othersTook = ended.Others - started.Others;
        var foreign = (ended.Busy - started.Busy - own - othersTook) / (ended.Total - started.Total);
        return (own, othersTook, Math.Max(0, foreign));
    }

    private (double Own, double Others, double Busy, double Total) Now()
    {
        // user nice system idle iowait irq softirq steal
        var ticks = File.ReadLines("/proc/stat")
            .First()
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture) / TicksPerSecond)
            .ToArray();
        using var own = Process.GetCurrentProcess();
        return (
            own.TotalProcessorTime.TotalSeconds,
            others().Sum(SecondsOf),
            ticks[..8].Sum() - ticks[3] - ticks[4] - ticks[6],
            ticks[..8].Sum()
        );
    }

    private static double SecondsOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            // utime and stime, with those of children that have ended.
            return fields[11..15].Sum(text => double.Parse(text, CultureInfo.InvariantCulture))
                / TicksPerSecond;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
