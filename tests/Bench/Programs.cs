using System.Diagnostics;

namespace OpenBanking.Tests.Bench;

/// <summary>Programs as processes of their own, from the same configuration as this one.</summary>
public static class Programs
{
    private static readonly DirectoryInfo own = new(
        AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)
    );

    public static string Server => Find("server/OpenBanking.Server", "OpenBanking.Server.dll");

    public static string Quickstart => Find("samples/Quickstart", "OpenBanking.Samples.Quickstart.dll");

    public static string Bench => typeof(Programs).Assembly.Location;

    public static Process Run(string program, params string[] arguments) =>
        Process.Start(
            new ProcessStartInfo("dotnet", [program, .. arguments])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;

    /// <summary>The server with the routes of <see cref="BenchServer"/>, which holds nobody back and logs no request.</summary>
    public static Process RunBenchServer(Uri address, string folder, params string[] more) =>
        Run(
            Bench,
            [
                "serve",
                $"--Server:PublicAddress={address}",
                $"--Server:DataFolder={folder}",
                "--Server:RequestsPerSecond=1000000",
                "--Server:RequestBurst=1000000",
                "--Logging:LogLevel:Default=Warning",
                "--Notices:Payments=false",
                WideVelocity.Setting,
                .. more,
            ]
        );

    /// <summary>Waits until the server answers; gives how long that took.</summary>
    public static async Task<TimeSpan> WaitUntilReadyAsync(Uri address, long since)
    {
        using var http = new HttpClient();
        while (true)
        {
            try
            {
                using var response = await http.GetAsync(new Uri(address, "/health/ready"));
                if (response.IsSuccessStatusCode)
                {
                    return Stopwatch.GetElapsedTime(since);
                }
            }
            catch (HttpRequestException)
            {
                await Task.Delay(5);
            }
        }
    }

    public static double Median(this IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static string Find(string project, string file)
    {
        var root = own.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, project, "bin", own.Parent!.Name, own.Name, file);
    }
}
