using System.Diagnostics;
using System.Net.NetworkInformation;

namespace OpenBanking.Samples.Quickstart;

/// <summary>The server and the sample app as processes of their own, so that all that is played goes over real HTTP.</summary>
public sealed class Processes(string logs) : IAsyncDisposable
{
    private static readonly TimeSpan startTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan stopTimeout = TimeSpan.FromSeconds(10);

    private readonly Lock changing = new();
    private readonly List<Process> running = [];
    private bool stopping;

    /// <summary>Environment variables of the programs, beside this one's own.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Completes when one of them ends by itself; gives which.</summary>
    public async Task<string> WhenOneEndsAsync() =>
        Path.GetFileName(
            (await Task.WhenAny(Running().Select(WaitAsync)).Unwrap()).StartInfo.ArgumentList[0]
        );

    /// <exception cref="StepFailedException">Something listens on the port already.</exception>
    public static void RequireFree(int port, string option)
    {
        var taken = IPGlobalProperties
            .GetIPGlobalProperties()
            .GetActiveTcpListeners()
            .Any(end => end.Port == port);
        if (taken)
        {
            throw new StepFailedException(
                $"Port {port} is in use. Stop what uses it, or choose another with {option}."
            );
        }
    }

    /// <summary>Starts a program and waits until it answers.</summary>
    /// <exception cref="StepFailedException">It ended, or did not answer in time.</exception>
    public async Task<Process> StartAsync(string program, Uri health, params string[] arguments)
    {
        var name = Path.GetFileNameWithoutExtension(program);
        var log = Path.Combine(logs, name + ".log");
        PrivateFiles.CreateFolder(logs);
        var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [program, .. arguments])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        foreach (var (variable, value) in Variables)
        {
            process.StartInfo.Environment[variable] = value;
        }

        var output = new StreamWriter(PrivateFiles.Open(log, FileMode.Append, FileShare.ReadWrite))
        {
            AutoFlush = true,
        };
        var lastError = "";
        process.OutputDataReceived += (_, line) => Write(output, line.Data);
        process.ErrorDataReceived += (_, line) =>
        {
            lastError = IsSentence(line.Data) ? line.Data! : lastError;
            Write(output, line.Data);
        };
        lock (changing)
        {
            if (stopping)
            {
                throw new StepFailedException($"{name} is not started: everything is being stopped.");
            }

            process.Start();
            running.Add(process);
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await WaitUntilReadyAsync(process, name, health, () => $"{lastError} (see {log})");
        return process;
    }

    /// <summary>Stops one of them.</summary>
    public async Task StopAsync(Process process)
    {
        lock (changing)
        {
            running.Remove(process);
        }

        await EndAsync(process);
        process.Dispose();
    }

    /// <summary>Stops them all; none is started any more.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (changing)
        {
            stopping = true;
        }

        // The last one first: the sample app needs the server.
        foreach (var process in Running().Reverse())
        {
            await StopAsync(process);
        }
    }

    private Process[] Running()
    {
        lock (changing)
        {
            return [.. running];
        }
    }

    /// <summary>Whether a line says something, and is not the place in a stack trace.</summary>
    private static bool IsSentence(string? line) =>
        !string.IsNullOrWhiteSpace(line)
        && !line.TrimStart().StartsWith("at ", StringComparison.Ordinal)
        && !line.TrimStart().StartsWith("---", StringComparison.Ordinal);

    private static async Task WaitUntilReadyAsync(Process process, string name, Uri health, Func<string> why)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < startTimeout; )
        {
            if (process.HasExited)
            {
                await process.WaitForExitAsync();
                throw new StepFailedException($"{name} did not start. {why()}");
            }

            try
            {
                using var response = await http.GetAsync(health);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception notYet) when (notYet is HttpRequestException or TaskCanceledException)
            {
                // It is still starting.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }

        throw new StepFailedException(
            $"{name} did not answer within {startTimeout.TotalSeconds:0} s. {why()}"
        );
    }

    /// <summary>Asks first, so that nothing is cut off; then insists.</summary>
    private static async Task EndAsync(Process process)
    {
        if (process.HasExited)
        {
            return;
        }

        using var terminate = OperatingSystem.IsWindows()
            ? null
            : Process.Start("/bin/sh", ["-c", $"kill -TERM {process.Id}"]);
        using var timeout = new CancellationTokenSource(stopTimeout);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static async Task<Process> WaitAsync(Process process)
    {
        await process.WaitForExitAsync();
        return process;
    }

    private static void Write(StreamWriter output, string? line)
    {
        if (line is not null)
        {
            lock (output)
            {
                output.WriteLine(line);
            }
        }
    }
}
