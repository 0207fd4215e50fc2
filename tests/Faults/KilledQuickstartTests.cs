using System.Diagnostics;
using Xunit;

namespace OpenBanking.Tests.Faults;

/// <summary>The server is killed while the quickstart plays; the next start finds its data and plays it to the end.
/// <c>FAULT_SEED</c> plays a run again.</summary>
public sealed class KilledQuickstartTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_quickstart_cut_off_by_a_kill_is_played_again_on_the_same_data()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("FAULT_SEED"), out var given)
            ? given
            : Environment.TickCount;
        output.WriteLine($"FAULT_SEED={seed}");
        var folder = Directory.CreateTempSubdirectory("openbanking-fault-").FullName;
        try
        {
            using (var first = Start(folder))
            {
                await WaitForStepAsync(first, new Random(seed).Next(2, 9));
                await KillServerAsync(folder);
                var end =
                    await first.StandardOutput.ReadToEndAsync() + await first.StandardError.ReadToEndAsync();
                await first.WaitForExitAsync();
                Assert.True(first.ExitCode == 1, end);
                Assert.Contains("FAILED at: ", end);
            }

            using var second = Start(folder);
            var report =
                await second.StandardOutput.ReadToEndAsync() + await second.StandardError.ReadToEndAsync();
            await second.WaitForExitAsync();
            Assert.True(second.ExitCode == 0, report);
            Assert.Contains("Every step worked", report);

            var (balance, books) = await ServerProcess.VerifyBooksAsync(Path.Combine(folder, "server"));
            output.WriteLine(books);
            Assert.True(balance, books);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Start(string folder)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var root = own.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        var program = Path.Combine(
            root,
            "samples/Quickstart/bin",
            own.Parent!.Name,
            own.Name,
            "OpenBanking.Samples.Quickstart.dll"
        );
        return Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [
                    program,
                    "--once",
                    "--data",
                    folder,
                    "--server-port",
                    Ports.Free().ToString(),
                    "--sample-port",
                    Ports.Free().ToString(),
                ]
            )
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
    }

    private static async Task WaitForStepAsync(Process quickstart, int steps)
    {
        while (steps > 0 && await quickstart.StandardOutput.ReadLineAsync() is { } line)
        {
            steps -= line.StartsWith("  ", StringComparison.Ordinal) && char.IsDigit(line[2]) ? 1 : 0;
        }
    }

    /// <summary>kill -9 of the server that serves this folder, and of nothing else.</summary>
    private static async Task KillServerAsync(string folder)
    {
        var servers = Process
            .GetProcessesByName("dotnet")
            .Where(process =>
                File.ReadAllText($"/proc/{process.Id}/cmdline") is var command
                && command.Contains("OpenBanking.Server.dll", StringComparison.Ordinal)
                && command.Contains(folder, StringComparison.Ordinal)
            )
            .ToList();
        var server = Assert.Single(servers);
        server.Kill();
        await server.WaitForExitAsync();
    }
}
