using System.Diagnostics;

namespace OpenBanking.Tests.Storage;

/// <summary>What a run of the server's program came to.</summary>
internal sealed record ServerRun(int ExitCode, IReadOnlyList<string> Output, string Error);

/// <summary>The server's program, as a process of its own.</summary>
internal static class ServerProgram
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int CannotStart = 2;

    private static string Program => Path.Combine(AppContext.BaseDirectory, "OpenBanking.Server.dll");

    public static Task<ServerRun> RunAsync(params IEnumerable<string> arguments) =>
        RunDotnetAsync([Program, .. arguments]);

    /// <summary>Runs it in another folder than this process is in.</summary>
    public static Task<ServerRun> RunInAsync(string folder, params IEnumerable<string> arguments) =>
        RunDotnetAsync([Program, .. arguments], folder);

    /// <summary>Runs it with other settings of .NET.</summary>
    public static Task<ServerRun> RunWithAsync(string runtimeConfig) =>
        RunDotnetAsync(["exec", "--runtimeconfig", runtimeConfig, Program]);

    private static async Task<ServerRun> RunDotnetAsync(IEnumerable<string> arguments, string folder = "")
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new(
            process.ExitCode,
            (await output).Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries),
            error.Trim()
        );
    }
}
