using System.Diagnostics;

namespace OpenBanking.Tests.Mutants;

/// <summary>Programs that are run to their end.</summary>
internal static class Programs
{
    /// <summary>A mutant may wait for what never comes.</summary>
    private static readonly TimeSpan longest = TimeSpan.FromMinutes(5);

    /// <exception cref="InvalidOperationException">It did not end well.</exception>
    public static void Must(string program, string[] arguments)
    {
        var (status, text) = Run(program, arguments);
        if (status != 0)
        {
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {status}:\n{text}"
            );
        }
    }

    public static (int Status, string Text) Run(
        string program,
        string[] arguments,
        params (string Name, string Value)[] variables
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var late = new Timer(
            _ => process.Kill(entireProcessTree: true),
            null,
            longest,
            Timeout.InfiniteTimeSpan
        );
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, text);
    }
}
