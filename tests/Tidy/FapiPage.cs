using System.Text.RegularExpressions;
using Xunit;

namespace OpenBanking.Tests.Tidy;

/// <summary>Holds docs/reference/fapi.md against the repository: what it names is there, and it names everything.</summary>
public sealed partial class FapiPage
{
    private const string Page = "docs/reference/fapi.md";

    private static readonly (string Series, int Count)[] series =
    [
        ("AS", 28),
        ("RS", 5),
        ("N", 8),
        ("C", 9),
        ("W", 17),
        ("R", 11),
    ];

    [Fact]
    public void Every_requirement_has_its_row()
    {
        var rows = Rows().Matches(Repository.Read(Page)).Select(row => row.Groups[1].Value).ToList();
        var expected = series.SelectMany(one =>
            Enumerable.Range(1, one.Count).Select(number => $"{one.Series}-{number}")
        );
        Assert.Empty(expected.Except(rows));
        Assert.Equal(rows.Count, rows.Distinct().Count());
    }

    [Fact]
    public void Every_file_it_names_is_there()
    {
        var files = Files().Matches(Repository.Read(Page)).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(files);
        Assert.Empty(files.Where(file => !Repository.Files.Contains("server/OpenBanking.Server/" + file)));
    }

    [Fact]
    public void Every_test_it_names_is_there()
    {
        var tests = Repository
            .CSharp.Where(file => file.StartsWith("tests/", StringComparison.Ordinal))
            .Select(Repository.Read)
            .ToList();
        var named = Tests().Matches(Repository.Read(Page)).Select(match => match.Value.Trim('`')).Distinct();
        Assert.NotEmpty(named);
        Assert.Empty(
            named.Where(name =>
                name.Split('.') is not [var type, var method]
                || !tests.Any(code => code.Contains($"class {type}") && code.Contains($" {method}("))
            )
        );
    }

    [Fact]
    public void Every_module_is_a_test_by_its_name()
    {
        var modules = Modules().Matches(Repository.Read(Page)).ToList();
        Assert.NotEmpty(modules);
        Assert.All(
            modules,
            module =>
                Assert.Equal(
                    module.Groups[1].Value.Replace('-', '_'),
                    module.Groups[2].Value,
                    ignoreCase: true
                )
        );
    }

    [GeneratedRegex(@"^\| ([A-Z]+-\d+) \|", RegexOptions.Multiline, 1000)]
    private static partial Regex Rows();

    [GeneratedRegex(@"`([\w/]+\.(?:cs|cshtml))`", RegexOptions.None, 1000)]
    private static partial Regex Files();

    [GeneratedRegex(@"`[A-Z]\w+\.[A-Z]\w+_\w+`", RegexOptions.None, 1000)]
    private static partial Regex Tests();

    [GeneratedRegex(@"^\| \d+ \| `([\w-]+)` \| `\w+\.(\w+)` \|", RegexOptions.Multiline, 1000)]
    private static partial Regex Modules();
}
