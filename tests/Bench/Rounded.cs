using System.Diagnostics;
using System.Globalization;

namespace OpenBanking.Tests.Bench;

/// <summary>Runs a round, and runs it again when something else on the machine took the cores meanwhile.</summary>
public static class Rounded
{
    private const double MostForeignLoad = 0.10;
    private const int MostTries = 4;

    public static async Task<MeasuredRound> RunAsync(
        Process server,
        Func<Task<IReadOnlyList<byte[]>>> prepare,
        Func<IReadOnlyList<byte[]>, Task<RoundResult>> run
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            // Proofs are good for a minute: they are made right before they are used.
            var prepared = await prepare();
            var before = Snapshot(server);
            var result = await run(prepared);
            var after = Snapshot(server);
            var foreign = ForeignLoad(before, after);
            if (foreign <= MostForeignLoad || attempt == MostTries)
            {
                if (foreign > MostForeignLoad)
                {
                    Console.WriteLine(
                        $"  (a round with {foreign:P0} foreign load is kept after {attempt} tries)"
                    );
                }

                return new(result, prepared.Count, after.Server - before.Server, Idle(before, after));
            }

            Console.WriteLine($"  (a round with {foreign:P0} foreign load is run again)");
        }
    }

    /// <summary>Which part of the cores' time went to other processes.</summary>
    private static double ForeignLoad(Cores before, Cores after)
    {
        var own = after.Server + after.Load - (before.Server + before.Load);
        return Math.Max(0, (after.Busy - before.Busy - own) / (after.Total - before.Total));
    }

    /// <summary>Which part of the cores' time nobody took.</summary>
    private static double Idle(Cores before, Cores after) =>
        (after.Idle - before.Idle) / (after.Total - before.Total);

    private static Cores Snapshot(Process server)
    {
        // user nice system idle iowait irq softirq steal, in hundredths of a second
        var ticks = File.ReadLines("/proc/stat")
            .First()
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture) / 100)
            .ToArray();
        server.Refresh();
        var idle = ticks[3] + ticks[4];
        var softIrq = ticks[6];
        return new(
            ticks[..8].Sum(),
            ticks[..8].Sum() - idle - softIrq,
            idle,
            server.TotalProcessorTime.TotalSeconds,
            Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds
        );
    }

    /// <summary>Seconds of all cores: in all, busy, idle, and our own two processes'.</summary>
    private readonly record struct Cores(double Total, double Busy, double Idle, double Server, double Load);
}

/// <summary>A round, and what the cores did meanwhile.</summary>
/// <param name="Requests">How many were sent.</param>
/// <param name="ServerSeconds">Of processor time that the server took.</param>
/// <param name="Idle">Which part of the cores' time nobody took.</param>
public sealed record MeasuredRound(RoundResult Result, int Requests, double ServerSeconds, double Idle)
{
    /// <summary>Of processor time that the server took for each.</summary>
    public double ServerMicroseconds => ServerSeconds / Requests * 1e6;
}
