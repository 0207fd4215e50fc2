using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What a guide has its readers type, and a folder to type it in.</summary>
public sealed partial class TypedGuide(string page) : IDisposable
{
    private readonly string[] blocks =
    [
        .. Blocks()
            .Matches(File.ReadAllText(RepositoryFiles.Find(page)))
            .Select(match => match.Groups[1].Value),
    ];

    public string Folder { get; } = Directory.CreateTempSubdirectory("guide").FullName;

    /// <summary>The one block that holds these words.</summary>
    public string With(string words) =>
        Assert.Single(blocks, block => block.Contains(words, StringComparison.Ordinal));

    public string Read(string file) => File.ReadAllText(Path.Combine(Folder, file));

    public async Task<string> RunAsync(params string[] commands)
    {
        var start = new ProcessStartInfo("bash", ["-euc", string.Join('\n', commands)])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var bash = Process.Start(start)!;
        var error = bash.StandardError.ReadToEndAsync();
        var output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        Assert.True(bash.ExitCode == 0, output + await error);
        return output;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    [GeneratedRegex("```bash\n(.*?)```", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Blocks();
}
