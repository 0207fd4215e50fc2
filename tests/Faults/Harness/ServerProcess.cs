using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;

namespace OpenBanking.Tests.Faults;

/// <summary>The server as a process of its own, which can be killed and stopped like one.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(90);
    private readonly Process process;
    private readonly ConcurrentQueue<string> said = [];

    private ServerProcess(Process process) => this.process = process;

    /// <summary>Why it could not start.</summary>
    public string Said => string.Join('\n', said);

    public bool HasExited => process.HasExited;

    /// <summary>128 and the signal, when it was ended by one.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>Starts the server on its data and waits until it is ready.</summary>
    public static Task<ServerProcess> StartAsync(
        Uri address,
        string dataFolder,
        params IReadOnlyList<string> settings
    ) => StartAsync(ProgramFile(), address, dataFolder, settings);

    /// <summary>Starts another build of the server.</summary>
    public static async Task<ServerProcess> StartAsync(
        string program,
        Uri address,
        string dataFolder,
        IReadOnlyList<string> settings
    )
    {
        var server = await LaunchAsync(
            program,
            address,
            [$"--Server:PublicAddress={address}", $"--Server:DataFolder={dataFolder}", .. settings],
            environment: new Dictionary<string, string>()
        );
        return server.HasExited
            ? throw new InvalidOperationException($"The server ended with {server.ExitCode}: {server.Said}")
            : server;
    }

    /// <summary>Starts the server, and waits until it answers, stands still or has ended.</summary>
    /// <param name="listening">Where it answers.</param>
    /// <param name="settings">All of its settings.</param>
    /// <param name="environment">Environment variables.</param>
    public static Task<ServerProcess> LaunchAsync(
        Uri listening,
        IReadOnlyList<string> settings,
        IReadOnlyDictionary<string, string> environment
    ) => LaunchAsync(ProgramFile(), listening, settings, environment);

    private static async Task<ServerProcess> LaunchAsync(
        string program,
        Uri listening,
        IReadOnlyList<string> settings,
        IReadOnlyDictionary<string, string> environment
    )
    {
        var process = Run(
            program,
            [
                "--Server:RequestsPerSecond=1000000",
                "--Server:RequestBurst=1000000",
                "--Logging:LogLevel:Default=None",
                WideVelocity.Setting,
                .. settings,
            ],
            environment
        );
        var server = new ServerProcess(process);
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => server.said.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var http = new HttpClient();
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < patience; await Task.Delay(20))
        {
            if (server.HasExited || server.IsPaused || await IsReadyAsync(http, listening))
            {
                return server;
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
        Signal("TERM");
        await process.WaitForExitAsync();
    }

    /// <summary>Waits until it has ended by itself; false when it does not.</summary>
    public async Task<bool> EndsAsync()
    {
        using var end = new CancellationTokenSource(patience);
        await process.WaitForExitAsync(end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return process.HasExited;
    }

    /// <summary>SIGSTOP: it keeps its connections and does nothing.</summary>
    public void Pause() => Signal("STOP");

    /// <summary>SIGCONT: it goes on as if nothing had been.</summary>
    public void Continue() => Signal("CONT");

    /// <summary>Whether it stands still. One that ends while it is looked at does not.</summary>
    public bool IsPaused
    {
        get
        {
            try
            {
                return File.ReadAllText($"/proc/{process.Id}/stat")
                    .Split(')')[^1]
                    .TrimStart()
                    .StartsWith('T');
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <summary>Whether the books balance, and what was said about them.</summary>
    public static async Task<(bool Balance, string Report)> VerifyBooksAsync(
        string dataFolder,
        params IReadOnlyList<string> settings
    )
    {
        var (exitCode, output) = await RunToEndAsync([
            "verify-books",
            $"--Server:DataFolder={dataFolder}",
            .. settings,
        ]);
        return (exitCode == 0, output);
    }

    /// <summary>Runs the server's program until it ends.</summary>
    public static Task<(int ExitCode, string Output)> RunToEndAsync(params IReadOnlyList<string> arguments) =>
        RunProgramToEndAsync(ProgramFile(), arguments);

    /// <summary>Runs another build of the server's program until it ends.</summary>
    public static async Task<(int ExitCode, string Output)> RunProgramToEndAsync(
        string program,
        params IReadOnlyList<string> arguments
    )
    {
        using var process = Run(program, arguments, environment: new Dictionary<string, string>());
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

    private static async Task<bool> IsReadyAsync(HttpClient http, Uri address)
    {
        try
        {
            return (await http.GetAsync(new Uri(address, "/health/ready"))).IsSuccessStatusCode;
        }
        catch (Exception away) when (away is HttpRequestException or SocketException)
        {
            return false;
        }
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", process.Id.ToString()]);
        kill.WaitForExit();
    }

    private static Process Run(
        string program,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> environment
    )
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

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
}
