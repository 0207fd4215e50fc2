using System.Diagnostics;

namespace OpenBanking.Tests.Tidy;

/// <summary>The files of this repository, as git sees them.</summary>
public static class Repository
{
    private static readonly Lazy<IReadOnlyList<string>> files = new(ListFiles);

    public static string Root { get; } = FindRoot();

    /// <summary>Paths with slashes, from the root.</summary>
    public static IReadOnlyList<string> Files => files.Value;

    public static IEnumerable<string> CSharp =>
        Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal));

    public static IEnumerable<string> Server =>
        CSharp.Where(file => file.StartsWith("server/", StringComparison.Ordinal));

    public static string Read(string file) =>
        File.ReadAllText(Path.Combine(Root, file)).ReplaceLineEndings("\n");

    public static string[] Lines(string file) => Read(file).Split('\n');

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OpenBanking.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("This is not in the repository.");
        }

        return folder.FullName;
    }

    private static IReadOnlyList<string> ListFiles()
    {
        var start = new ProcessStartInfo("git", ["ls-files", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var git = Process.Start(start)!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return
        [
            .. output
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(file => File.Exists(Path.Combine(Root, file))),
        ];
    }
}
