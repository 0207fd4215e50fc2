using System.Net;
using System.Text.RegularExpressions;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>The bank's error page answers each code as the page of errors says.</summary>
public sealed partial class ErrorsPageTests(SharedServer shared)
{
    [Fact]
    public async Task The_banks_error_page_knows_each_code_with_the_status_that_is_written()
    {
        var page = await File.ReadAllTextAsync(RepositoryFiles.Find("docs/reference/errors.md"));
        var rows = Rows().Matches(page.Split("## The bank's error page")[1]);
        using var http = new HttpClient();

        Assert.InRange(rows.Count, 9, 30);
        foreach (Match row in rows)
        {
            var code = row.Groups[1].Value;
            var answer = await http.GetAsync(new Uri(shared.Server.Address, $"/bank/error?code={code}"));
            Assert.Equal((HttpStatusCode)int.Parse(row.Groups[2].Value), answer.StatusCode);
            Assert.Contains($"<p class=\"hint\">{code}</p>", await answer.Content.ReadAsStringAsync());
        }
    }

    [GeneratedRegex(@"^\| `([a-z_]+)` \| (\d{3}) \|", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Rows();
}
