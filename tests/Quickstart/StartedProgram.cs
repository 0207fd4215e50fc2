using System.Diagnostics;
using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Quickstart;

/// <summary>A program in a folder of its own, which ends with its test.</summary>
internal sealed class StartedProgram : IDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly List<string> said = [];

    private StartedProgram(string[] command, string folder)
    {
        process = new Process
        {
            StartInfo = new ProcessStartInfo(command[0], command[1..])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            },
        };
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Starts it, and waits until it answers.</summary>
    public static async Task<StartedProgram> StartAsync(string[] command, string folder, Uri home)
    {
        var started = new StartedProgram(command, folder);
        using var http = new HttpClient();
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(TimeSpan.FromMilliseconds(50)))
        {
            Assert.False(started.process.HasExited, started.Said());
            Assert.True(waited.Elapsed < patience, $"It does not answer: {started.Said()}");
            try
            {
                using var answer = await http.GetAsync(home);
                return started;
            }
            catch (HttpRequestException)
            {
                // It is still starting.
            }
        }
    }

    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    private void Hear(string? line)
    {
        lock (said)
        {
            said.Add(line ?? "");
        }
    }

    private string Said()
    {
        lock (said)
        {
            return string.Join('\n', said);
        }
    }
}
