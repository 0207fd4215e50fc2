using System.Globalization;
using System.Text.RegularExpressions;

namespace OpenBanking.Tests.Bench;

/// <summary>The quickstart's duration: all steps, without building and starting, as it prints it itself.</summary>
public static partial class QuickstartRun
{
    private const int Runs = 5;

    public static async Task<int> MeasureAsync()
    {
        var seconds = new List<double>();
        for (var run = 0; run < Runs; run++)
        {
            var folder = Directory.CreateTempSubdirectory("openbanking-bench-").FullName;
            using var process = Programs.Run(
                Programs.Quickstart,
                "--once",
                "--data",
                folder,
                "--server-port",
                Ports.Free().ToString(),
                "--sample-port",
                Ports.Free().ToString()
            );
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            seconds.Add(double.Parse(Total().Match(output).Groups[1].Value, CultureInfo.InvariantCulture));
            Directory.Delete(folder, recursive: true);
        }

        Console.WriteLine($"Quickstart, steps 2 to 8, median of {Runs}: {seconds.Median():0.0} s");
        return 0;
    }

    [GeneratedRegex(@"Every step worked, in ([0-9.]+) s", RegexOptions.None, 1000)]
    private static partial Regex Total();
}
