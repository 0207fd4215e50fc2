using System.Text.RegularExpressions;
using Xunit;

namespace OpenBanking.Tests.Tidy;

/// <summary>The reference in Chinese is written by hand, beside pages that are made from code: row by row it has the same codes, statuses
/// and amounts.</summary>
public sealed partial class ReferencePages
{
    [Theory]
    [InlineData("errors")]
    [InlineData("events")]
    [InlineData("magic-values")]
    [InlineData("diagnostics")]
    public void Both_languages_have_the_same_tables_with_the_same_codes_and_figures(string page)
    {
        var english = Tables(Repository.Read($"docs/reference/{page}.md"));
        var chinese = Tables(Repository.Read($"docs/reference/{page}.zh-CN.md"));

        Assert.NotEmpty(english);
        Assert.Equal(english.Count, chinese.Count);
        foreach (var (rows, translated) in english.Zip(chinese))
        {
            Assert.Equal(rows, translated);
        }
    }

    [Fact]
    public void Every_row_of_the_reference_in_Chinese_is_in_Chinese()
    {
        string[] pages = ["errors", "events", "magic-values"];
        var rows = pages
            .SelectMany(page => Repository.Lines($"docs/reference/{page}.zh-CN.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .ToList();

        Assert.InRange(rows.Count, 200, 500);
        Assert.All(rows, row => Assert.Matches(Chinese(), row));
    }

    [Fact]
    public void Pages_in_Chinese_lead_to_the_reference_in_Chinese()
    {
        var links = Repository
            .Files.Where(file => file.EndsWith(".zh-CN.md", StringComparison.Ordinal))
            .Where(file => !file.StartsWith("docs/reference/", StringComparison.Ordinal))
            .SelectMany(file =>
                Links().Matches(Repository.Read(file)).Select(link => (file, link.Groups[1].Value))
            )
            .ToList();

        Assert.InRange(links.Count, 10, 100);
        Assert.All(links, link => Assert.EndsWith(".zh-CN", link.Value));
    }

    /// <summary>The tables of a page, each with what its rows have in every language: how many cells, codes and figures.</summary>
    private static List<List<string>> Tables(string page)
    {
        var tables = new List<List<string>>();
        var inTable = false;
        foreach (var line in page.Split('\n'))
        {
            var isRow = line.StartsWith('|');
            if (isRow && !inTable)
            {
                // The head is a translation.
                tables.Add([]);
            }
            else if (isRow)
            {
                tables[^1].Add(InEveryLanguage(line));
            }

            inTable = isRow;
        }

        return tables;
    }

    private static string InEveryLanguage(string row)
    {
        var codes = Codes().Matches(row).Select(code => code.Value).ToList();
        var figures = Figures().Matches(Codes().Replace(row, "")).Select(figure => figure.Value);
        // What stands first is what the row is about; the rest comes in the order of the language.
        return $"{row.Count(sign => sign == '|')} {codes.FirstOrDefault()} "
            + string.Join(' ', codes.Concat(figures).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("`[^`]+`", RegexOptions.None, 1000)]
    private static partial Regex Codes();

    [GeneratedRegex(@"\d[\d.]*\d|\d", RegexOptions.None, 1000)]
    private static partial Regex Figures();

    [GeneratedRegex(@"[\u4e00-\u9fff]", RegexOptions.None, 1000)]
    private static partial Regex Chinese();

    [GeneratedRegex(
        @"reference/((?:errors|events|magic-values|diagnostics|outcomes)[\w.-]*)\.md",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Links();
}
