using System.Text.RegularExpressions;

namespace OpenBanking.Tests.Mutants;

/// <summary>The tests that docs/reference/fapi.md names for a requirement.</summary>
/// <param name="root">The repository.</param>
public sealed partial class FapiPage(string root)
{
    /// <summary>Plays other people's clients in node, which a copy has not installed; other tests check what it does.</summary>
    private const string OfNode = "CertifiedClientTests.";

    private readonly string[] lines = File.ReadAllLines($"{root}/docs/reference/fapi.md");
    private readonly Dictionary<string, string> sources = TestProjects.All.ToDictionary(
        project => project,
        project =>
            string.Concat(
                Directory
                    .EnumerateFiles($"{root}/tests/{project}", "*Tests.cs", SearchOption.AllDirectories)
                    .Concat(
                        Directory.EnumerateFiles(
                            $"{root}/tests/{project}",
                            "*Modules.cs",
                            SearchOption.AllDirectories
                        )
                    )
                    .Select(File.ReadAllText)
            )
    );

    /// <summary>By project; in each at least one.</summary>
    /// <exception cref="InvalidOperationException">The page names none.</exception>
    public IReadOnlyList<(string Project, string[] Names)> TestsOf(string row)
    {
        var line =
            lines.FirstOrDefault(line => line.StartsWith($"| {row} |", StringComparison.Ordinal)) ?? "";
        var tests = Tests()
            .Matches(line)
            .Select(match => match.Groups[1].Value)
            .Where(name => !name.StartsWith(OfNode, StringComparison.Ordinal))
            .ToLookup(ProjectOf, StringComparer.Ordinal);
        return tests.Count == 0
            ? throw new InvalidOperationException($"The page names no test for {row}.")
            : [.. tests.Select(group => (group.Key, group.ToArray()))];
    }

    private string ProjectOf(string test) =>
        TestProjects.All.First(project => sources[project].Contains($"class {test.Split('.')[0]}"));

    [GeneratedRegex(@"`([A-Z]\w+\.[A-Z]\w+_\w+)`", RegexOptions.None, 1000)]
    private static partial Regex Tests();
}

/// <summary>The projects whose tests notice: the quicker ones first.</summary>
internal static class TestProjects
{
    public static IReadOnlyList<string> All { get; } = ["Rules", "Http"];
}
