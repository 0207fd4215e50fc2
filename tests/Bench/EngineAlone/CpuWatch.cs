using System.Diagnostics;
using System.Globalization;

namespace OpenBanking.Tests.Bench.EngineAlone;

/// <summary>Where the cores' time went: to this process, to some others that belong to the measurement, and elsewhere.</summary>
internal sealed class CpuWatch(Func<IReadOnlyList<int>> others)
{
    private const double TicksPerSecond = 100;

    private Cores started;

    public void Start() => started = Now();

    public CpuUse Stop()
    {
        var ended = Now();
        var own = ended.Own - started.Own;
        var othersTook = ended.Others - started.Others;
        var total = ended.Total - started.Total;
        var foreign = (ended.Busy - started.Busy - own - othersTook) / total;
        return new(own, othersTook, Math.Max(0, foreign), (ended.Idle - started.Idle) / total);
    }

    private Cores Now()
    {
        // user nice system idle iowait irq softirq steal
        var ticks = File.ReadLines("/proc/stat")
            .First()
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture) / TicksPerSecond)
            .ToArray();
        using var own = Process.GetCurrentProcess();
        var idle = ticks[3] + ticks[4];
        var softIrq = ticks[6];
        return new(
            own.TotalProcessorTime.TotalSeconds,
            others().Sum(SecondsOf),
            ticks[..8].Sum() - idle - softIrq,
            idle,
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

    /// <summary>Seconds: of this process and the others, and of all cores, busy, idle, and in all.</summary>
    private readonly record struct Cores(double Own, double Others, double Busy, double Idle, double Total);
}

/// <summary>Where the cores' time went.</summary>
/// <param name="Own">Seconds of this process.</param>
/// <param name="Others">Seconds of the others that belong to the measurement.</param>
/// <param name="Foreign">Which part of the cores' time went elsewhere.</param>
/// <param name="Idle">Which part of it nobody took.</param>
internal readonly record struct CpuUse(double Own, double Others, double Foreign, double Idle);
