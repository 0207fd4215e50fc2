using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace OpenBanking.Tests.Bench.EngineAlone;

/// <summary>PostgreSQL's own yardstick: its tpcb-like script, in a database of its own in the same cluster.</summary>
internal sealed partial class Pgbench(PostgresCluster cluster)
{
    private const int Scale = 50;
    private readonly string database = cluster.NewDatabase();

    public void Prepare() => Run("-i", "-q", "-s", Scale.ToString(CultureInfo.InvariantCulture));

    /// <summary>Transactions a second, and the mean latency in milliseconds.</summary>
    public (double PerSecond, double Milliseconds) Measure(int clients, int seconds)
    {
        var report = Run("-n", "-c", $"{clients}", "-j", $"{Math.Min(clients, 2)}", "-T", $"{seconds}");
        return (Number(PerSecond(), report), Number(Latency(), report));
    }

    private static double Number(Regex pattern, string report) =>
        double.Parse(pattern.Match(report).Groups[1].Value, CultureInfo.InvariantCulture);

    private string Run(params string[] arguments)
    {
        string[] where = ["-h", "127.0.0.1", "-p", $"{cluster.Port}", "-U", "postgres", database];
        var start = new ProcessStartInfo(PostgresCluster.ProgramFile("pgbench"), [.. arguments, .. where])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var report = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? report
            : throw new InvalidOperationException($"pgbench ended with {process.ExitCode}: {error.Result}");
    }

    [GeneratedRegex(@"tps = ([\d.]+)", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex PerSecond();

    [GeneratedRegex(@"latency average = ([\d.]+) ms", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Latency();
}
