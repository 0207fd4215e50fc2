using System.Diagnostics;
using System.Globalization;

namespace OpenBanking.Tests.Bench;

/// <summary>Runs a round, and runs it again when something else on the machine took the cores meanwhile.</summary>
public static class Rounded
{
    private const double MostForeignLoad = 0.10;
    private const int MostTries = 4;

    public static async Task<RoundResult> RunAsync(
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
            var foreign = ForeignLoad(before, Snapshot(server));
            if (foreign <= MostForeignLoad || attempt == MostTries)
            {
                if (foreign > MostForeignLoad)
                {
                    Console.WriteLine(
                        $"  (a round with {foreign:P0} foreign load is kept after {attempt} tries)"
                    );
                }

                return result;
            }

            Console.WriteLine($"  (a round with {foreign:P0} foreign load is run again)");
        }
    }

    /// <summary>Which part of the cores' time went to other processes.</summary>
    private static double ForeignLoad(
        (double Busy, double Total, double Own) before,
        (double Busy, double Total, double Own) after
    )
    {
        var total = after.Total - before.Total;
        return Math.Max(0, (after.Busy - before.Busy - (after.Own - before.Own)) / total);
    }

    /// <summary>Seconds of all cores: busy, in all, and our own two processes'.</summary>
    private static (double Busy, double Total, double Own) Snapshot(Process server)
    {
        // user nice system idle iowait irq softirq steal, in hundredths of a second
        var ticks = File.ReadLines("/proc/stat")
            .First()
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture) / 100)
            .ToArray();
        server.Refresh();
        var own = server.TotalProcessorTime + Process.GetCurrentProcess().TotalProcessorTime;
        var softIrq = ticks[6];
        return (ticks[..8].Sum() - ticks[3] - ticks[4] - softIrq, ticks[..8].Sum(), own.TotalSeconds);
    }
}
