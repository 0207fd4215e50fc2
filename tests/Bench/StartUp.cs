using System.Diagnostics;

namespace OpenBanking.Tests.Bench;

/// <summary>Cold start: from starting the built server's process to its first 200, on an empty folder and on one that
/// has data.</summary>
public static class StartUp
{
    private const int Runs = 7;

    public static async Task<int> MeasureAsync()
    {
        var empty = new List<double>();
        var again = new List<double>();
        for (var run = 0; run < Runs; run++)
        {
            var folder = Directory.CreateTempSubdirectory("openbanking-bench-").FullName;
            empty.Add(await StartAsync(folder));
            again.Add(await StartAsync(folder));
            Directory.Delete(folder, recursive: true);
        }

        Console.WriteLine($"Cold start to the first 200, median of {Runs}:");
        Console.WriteLine(
            $"  empty data folder {empty.Median():0} ms, folder with data {again.Median():0} ms"
        );
        return 0;
    }

    private static async Task<double> StartAsync(string folder)
    {
        var address = new Uri($"http://localhost:{Ports.Free()}");
        var started = Stopwatch.GetTimestamp();
        using var process = Programs.Run(
            Programs.Server,
            $"--Server:PublicAddress={address}",
            $"--Server:DataFolder={folder}",
            "--Logging:LogLevel:Default=Warning"
        );
        var elapsed = await Programs.WaitUntilReadyAsync(address, started);
        process.Kill();
        await process.WaitForExitAsync();
        return elapsed.TotalMilliseconds;
    }
}
