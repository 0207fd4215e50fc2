using System.Diagnostics;

namespace OpenBanking.Tests.Faults;

/// <summary>The server as a process of its own, which can be killed like one.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan startTimeout = TimeSpan.FromSeconds(120);
    private readonly Process process;

    private ServerProcess(Process process) => this.process = process;

    /// <summary>Starts the server on its data and waits until it is ready.</summary>
    /// <param name="settings">More settings, as on the command line.</param>
    public static Task<ServerProcess> StartAsync(Uri address, string dataFolder, params string[] settings) =>
        StartAsync(ProgramFile(), address, dataFolder, settings);

    /// <summary>Starts another build of the server.</summary>
    /// <inheritdoc cref="StartAsync(Uri, string, string[])"/>
    public static async Task<ServerProcess> StartAsync(
        string program,
        Uri address,
        string dataFolder,
        string[] settings
    )
    {
        var process = RunProgram(
            program,
            [
                $"--Server:PublicAddress={address}",
                $"--Server:DataFolder={dataFolder}",
                "--Server:RequestsPerSecond=1000000",
                "--Server:RequestBurst=1000000",
                "--Logging:LogLevel:Default=None",
                .. settings,
            ]
        );
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var http = new HttpClient();
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < startTimeout; await Task.Delay(50))
        {
            try
            {
                if ((await http.GetAsync(new Uri(address, "/health/ready"))).IsSuccessStatusCode)
                {
                    return new(process);
                }
            }
            catch (HttpRequestException)
            {
                // It is still starting.
            }
        }

        process.Kill();
        throw new InvalidOperationException("The server did not start.");
    }

    /// <summary>kill -9: nothing is flushed, nothing is closed.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Asks it to end, as an operator does, and waits until it has.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync();
    }

    /// <summary>Whether the books balance, and what was said about them.</summary>
    public static async Task<(bool Balance, string Report)> VerifyBooksAsync(string dataFolder)
    {
        var (exitCode, output) = await RunToEndAsync("verify-books", $"--Server:DataFolder={dataFolder}");
        return (exitCode == 0, output);
    }

    /// <summary>Runs the server's program until it ends.</summary>
    public static Task<(int ExitCode, string Output)> RunToEndAsync(params string[] arguments) =>
        RunProgramToEndAsync(ProgramFile(), arguments);

    private static async Task<(int ExitCode, string Output)> ToEndAsync(Process started)
    {
        using var process = started;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        process.Dispose();
    }

    /// <summary>Runs another build of the server's program until it ends.</summary>
    public static Task<(int ExitCode, string Output)> RunProgramToEndAsync(
        string program,
        params string[] arguments
    ) => ToEndAsync(RunProgram(program, arguments));

    /// <summary>The server that was built with this test.</summary>
    public static string ProgramFile()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var root = own.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(
            root,
            "server/OpenBanking.Server/bin",
            own.Parent!.Name,
            own.Name,
            "OpenBanking.Server.dll"
        );
    }

    private static Process RunProgram(string program, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        return Process.Start(start)!;
    }
}
