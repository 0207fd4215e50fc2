using System.Diagnostics;
using System.Net.NetworkInformation;

namespace OpenBanking.Samples.Quickstart;

/// <summary>The server and the sample app as processes of their own, so that all that is played goes over real HTTP.</summary>
public sealed class Processes(string logs) : IAsyncDisposable
{
    private static readonly TimeSpan startTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan stopTimeout = TimeSpan.FromSeconds(10);

    private readonly List<Process> running = [];

    /// <summary>Completes when one of them ends by itself; gives which.</summary>
    public async Task<string> WhenOneEndsAsync() =>
        Path.GetFileName((await Task.WhenAny(running.Select(WaitAsync)).Unwrap()).StartInfo.ArgumentList[0]);

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
    public async Task StartAsync(string program, Uri health, params string[] arguments)
    {
        var name = Path.GetFileNameWithoutExtension(program);
        var log = Path.Combine(logs, name + ".log");
        Directory.CreateDirectory(logs);
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        running.Add(process);
        var output = new StreamWriter(log, append: true) { AutoFlush = true };
        var lastError = "";
        process.OutputDataReceived += (_, line) => Write(output, line.Data);
        process.ErrorDataReceived += (_, line) =>
        {
            lastError = line.Data ?? lastError;
            Write(output, line.Data);
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await WaitUntilReadyAsync(process, name, health, () => $"{lastError} (see {log})");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in running.AsEnumerable().Reverse().Where(process => !process.HasExited))
        {
            await StopAsync(process);
        }

        foreach (var process in running)
        {
            process.Dispose();
        }
    }

    private static async Task WaitUntilReadyAsync(Process process, string name, Uri health, Func<string> why)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < startTimeout; )
        {
            if (process.HasExited)
            {
                await process.WaitForExitAsync();
                throw new StepFailedException($"{name} did not start: {why()}");
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
            $"{name} did not answer within {startTimeout.TotalSeconds:0} s: {why()}"
        );
    }

    /// <summary>Asks first, so that nothing is cut off; then insists.</summary>
    private static async Task StopAsync(Process process)
    {
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
