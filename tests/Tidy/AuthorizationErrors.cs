using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace OpenBanking.Tests.Tidy;

/// <summary>Holds what the page of errors says of the authorization server, and of the bank's error page, against the code.</summary>
public sealed partial class AuthorizationErrors
{
    private const string Page = "docs/reference/errors.md";
    private const string Catalogue = "server/OpenBanking.Server/Authorization/OAuthErrors.cs";
    private const string Texts = "server/OpenBanking.Server/Pages/Texts.resx";
    private const string OfOAuth = "The authorization server";
    private const string OfPages = "The bank's error page";

    private static readonly string[] methods = ["get", "put", "post", "delete"];

    /// <summary>The document is what each endpoint is held to by whatever asks it in a test.</summary>
    [Fact]
    public void Each_endpoint_has_the_errors_and_statuses_of_the_document()
    {
        using var document = JsonDocument.Parse(Repository.Read("openapi/openbanking.v1.json"));
        var endpoints = document
            .RootElement.GetProperty("paths")
            .EnumerateObject()
            .Select(path => (path.Name, Errors: ErrorsOf(path.Value)))
            .Where(path => path.Errors.Count > 0)
            .ToDictionary(path => path.Name, path => path.Errors);
        Assert.InRange(endpoints.Count, 6, 20);

        var written = Parts(Section(OfOAuth))
            .Where(part => part.Title.Contains("/oauth/") && part.Rows.Count > 0)
            .ToDictionary(part => part.Title.Split(' ')[^1], part => part.Rows.Order());
        Assert.Equal(endpoints.Keys.Order(), written.Keys.Order());
        Assert.All(endpoints, endpoint => Assert.Equal(endpoint.Value.Order(), written[endpoint.Key]));
    }

    [Fact]
    public void Every_error_of_the_code_is_there_and_every_one_there_is_in_the_code()
    {
        var inCode = Repository
            .Server.Where(file => file.Contains("/Authorization/"))
            .SelectMany(file => Errors().Matches(Repository.Read(file)))
            .Concat(Constants().Matches(Repository.Read(Catalogue)))
            .Select(CodeOf)
            .Distinct()
            .ToList();
        Assert.InRange(inCode.Count, 17, 40);
        // What leads to a page of the bank's has its row there.
        var written = Rows(Section(OfOAuth)).Concat(Rows(Section(OfPages))).Select(row => row.Code);
        Assert.Empty(inCode.Except(written));
        Assert.Empty(Rows(Section(OfOAuth)).Select(row => row.Code).Except(inCode));
    }

    [Fact]
    public void Every_code_of_the_banks_error_page_is_there()
    {
        var codes = PageTexts().Matches(Repository.Read(Texts)).Select(CodeOf).ToList();
        Assert.InRange(codes.Count, 9, 30);
        Assert.Equal(codes.Order(), Rows(Section(OfPages)).Select(row => row.Code).Order());
    }

    private static List<(string Code, string Status)> ErrorsOf(JsonElement path) =>
        [
            .. methods
                .Where(method => path.TryGetProperty(method, out _))
                .SelectMany(method => path.GetProperty(method).GetProperty("responses").EnumerateObject())
                .Where(answer =>
                    answer.Name[0] == '4'
                    && answer.Value.TryGetProperty("content", out var content)
                    && content.TryGetProperty("application/json", out _)
                )
                .SelectMany(answer =>
                    Described()
                        .Matches(answer.Value.GetProperty("description").GetString()!)
                        .Select(error => (CodeOf(error), answer.Name))
                )
                .Distinct(),
        ];

    /// <summary>A part of the page from its heading to the next one of its kind.</summary>
    private static string Section(string title) =>
        Repository
            .Read(Page)
            .Split("\n## ")
            .Single(section => section.StartsWith(title + "\n", StringComparison.Ordinal));

    private static IEnumerable<(string Title, List<(string, string)> Rows)> Parts(string section) =>
        section.Split("\n### ").Skip(1).Select(part => (part.Split('\n')[0], Rows(part)));

    private static List<(string Code, string Status)> Rows(string text) =>
        [.. TableRows().Matches(text).Select(row => (CodeOf(row), row.Groups[2].Value))];

    private static string CodeOf(Match match) => match.Groups[1].Value;

    [GeneratedRegex(@"^\| `([a-z_]+)` \| (\d{3}) \| [A-Z`].+\|$", RegexOptions.Multiline, 1000)]
    private static partial Regex TableRows();

    [GeneratedRegex(@"(?:^|; )([a-z_]+): ", RegexOptions.None, 1000)]
    private static partial Regex Described();

    [GeneratedRegex(@"const string \w+ = ""([a-z_]+)"";", RegexOptions.None, 1000)]
    private static partial Regex Constants();

    /// <summary>What failures, refusals, ways back and the bank's pages are made with.</summary>
    [GeneratedRegex(
        """(?:\(\s*4\d\d,\s*|Reject\(|new\(\s*(?="[a-z_]+",\s*\$?"[A-Z])|ErrorPage\(|\("error", )"([a-z]+(?:_[a-z]+)+)"(?=[,)])""",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Errors();

    [GeneratedRegex(@"<data name=""Error_(?!interaction_finished)([a-z_]+)""", RegexOptions.None, 1000)]
    private static partial Regex PageTexts();
}
