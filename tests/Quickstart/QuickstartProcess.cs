using System.Diagnostics;
using System.Net.NetworkInformation;
using System.Runtime.Versioning;
using System.Text;
using OpenBanking.Samples.Quickstart;
using Xunit;

// Each test starts programs of its own, which want the processor to themselves.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
// ./run is a shell script, and who may read a file is asked as on Unix.
[assembly: SupportedOSPlatform("linux")]
[assembly: SupportedOSPlatform("macos")]

namespace OpenBanking.Tests.Quickstart;

/// <summary>What a quickstart came to.</summary>
public sealed record Ended(int ExitCode, string Output, string Errors)
{
    public override string ToString() => $"exit code {ExitCode}\n{Output}{Errors}";
}

/// <summary>The quickstart as <c>./run</c> starts it: a process of its own, on ports of its own.</summary>
public sealed class QuickstartProcess : IDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(90);

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly Task<string> errors;

    private QuickstartProcess(Process process, int serverPort, int samplePort)
    {
        this.process = process;
        errors = process.StandardError.ReadToEndAsync();
        Server = new($"http://localhost:{serverPort}");
        Sample = new($"http://localhost:{samplePort}");
    }

    public Uri Server { get; }

    public Uri Sample { get; }

    /// <summary>Starts it on two ports that are free, or on those given.</summary>
    public static QuickstartProcess Start(string folder, (int Server, int Sample) ports, params string[] more)
    {
        var (server, sample) = ports;
        return new(
            Run(folder, ["--server-port", $"{server}", $"--sample-port={sample}", .. more]),
            server,
            sample
        );
    }

    public static (int Server, int Sample) FreePorts() => (Ports.Free(), Ports.Free());

    /// <summary>Plays once in the folder.</summary>
    public static async Task<Ended> PlayAsync(string folder, (int, int) ports, params string[] more)
    {
        using var quickstart = Start(folder, ports, ["--data", folder, "--once", .. more]);
        return await quickstart.EndAsync();
    }

    /// <summary>Gives it these arguments and no others.</summary>
    public static async Task<Ended> RunAsync(params string[] arguments)
    {
        using var quickstart = new QuickstartProcess(Run(Path.GetTempPath(), arguments), 1, 2);
        return await quickstart.EndAsync();
    }

    /// <summary>Reads on until a line has the text.</summary>
    public async Task WaitForAsync(string text)
    {
        using var patient = new CancellationTokenSource(patience);
        while (await process.StandardOutput.ReadLineAsync(patient.Token) is { } line)
        {
            output.AppendLine(line);
            if (line.Contains(text))
            {
                return;
            }
        }

        Assert.Fail($"It ended before it said '{text}':\n{output}{await errors}");
    }

    /// <summary>What <c>kill -NAME</c> does.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{name} {process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async Task<Ended> EndAsync()
    {
        using var patient = new CancellationTokenSource(patience);
        output.Append(await process.StandardOutput.ReadToEndAsync(patient.Token));
        await process.WaitForExitAsync(patient.Token);
        return new(process.ExitCode, output.ToString(), await errors);
    }

    /// <summary>Whether nobody listens any more where it let the server and the sample app listen.</summary>
    public bool PortsAreFree() =>
        !IPGlobalProperties
            .GetIPGlobalProperties()
            .GetActiveTcpListeners()
            .Any(end => end.Port == Server.Port || end.Port == Sample.Port);

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    private static Process Run(string folder, params string[] arguments) =>
        Process.Start(
            new ProcessStartInfo("dotnet", [ProgramOf("Quickstart"), .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                WorkingDirectory = folder,
            }
        )!;

    /// <summary>The program of a sample that was built with these tests, where it was built.</summary>
    public static string ProgramOf(string sample)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(
            Programs.Root,
            $"samples/{sample}/bin",
            own.Parent!.Name,
            own.Name,
            $"OpenBanking.Samples.{sample}.dll"
        );
    }
}
