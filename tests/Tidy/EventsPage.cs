using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace OpenBanking.Tests.Tidy;

/// <summary>The page of events is made from what the packages say of them.</summary>
public sealed partial class EventsPage
{
    private const string Page = "docs/reference/events.md";
    private const string EventsSource = "sdk/OpenBanking.Contract/Webhooks.cs";
    private const string RefusalsSource = "sdk/OpenBanking.Sdk/WebhookVerificationException.cs";

    [Fact]
    public void The_page_of_events_is_made_from_the_types_of_the_packages()
    {
        var page = Write();
        if (Documents.Updating)
        {
            File.WriteAllText(Path.Combine(Repository.Root, Page), page);
        }

        Assert.Equal(page, Repository.Read(Page));
        Assert.DoesNotContain("summary", page);
        Assert.All(EventTypes.All, type => Assert.Contains($"| `{type}` |", page));
    }

    [Theory]
    [InlineData("docs/guides/webhooks.md")]
    [InlineData("docs/guides/webhooks.zh-CN.md")]
    public void The_guide_names_every_reason_of_a_refusal_and_every_log_line_of_the_endpoint(string guide)
    {
        var text = Repository.Read(guide);
        var reasons = Reasons()
            .Matches(Repository.Read(RefusalsSource))
            .Select(reason => reason.Groups[2].Value);
        var lines = LogLines()
            .Matches(Repository.Read("docs/reference/diagnostics.md"))
            .Select(line => $"| {line.Groups[1].Value} |")
            .ToList();
        Assert.InRange(lines.Count, 6, 20);
        Assert.All(
            reasons.Select(reason => $"`{reason}`").Concat(lines),
            named => Assert.Contains(named, text)
        );
    }

    private static string Write()
    {
        var page = new StringBuilder();
        page.Append(
            $"""
            # Events

            Made from `{EventsSource}` and `{RefusalsSource}`; the tests in `tests/Tidy` write it anew
            with `UPDATE_DOCS=1`. How to take them in: [webhooks](../guides/webhooks.md). One example of each is in
            [the OpenAPI document](../../openapi/openbanking.v1.json), under `webhooks`. [中文](events.zh-CN.md)

            | event | what happened |
            | --- | --- |

            """
        );
        foreach (Match type in Types().Matches(Repository.Read(EventsSource)))
        {
            page.Append($"| `{type.Groups[2].Value}` | {Plain(type.Groups[1].Value)} |\n");
        }

        page.Append(
            """

            ## Why a delivery is refused

            The reason of `WebhookVerificationException`, which the endpoint of `MapOpenBankingWebhooks` answers with status 400, and
            logs.

            | reason | meaning |
            | --- | --- |

            """
        );
        foreach (Match reason in Reasons().Matches(Repository.Read(RefusalsSource)))
        {
            page.Append($"| `{reason.Groups[2].Value}` | {Plain(reason.Groups[1].Value)} |\n");
        }

        return page.ToString().ReplaceLineEndings("\n");
    }

    private static string Plain(string docstring) =>
        Tags().Replace(LineStarts().Replace(docstring, " "), "`");

    [GeneratedRegex(
        """/// <summary>((?:(?!</summary>)(?:.|\n))*)</summary>\n[ ]*public const string \w+ = "([a-z_.]+)";""",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Types();

    [GeneratedRegex(
        @"^ {4}/// <summary>((?:(?!</summary>)(?:.|\n))*)</summary>\n {4}(\w+),$",
        RegexOptions.Multiline,
        1000
    )]
    private static partial Regex Reasons();

    [GeneratedRegex(@"^\| (1\d\d) \| `Webhook", RegexOptions.Multiline, 1000)]
    private static partial Regex LogLines();

    [GeneratedRegex(@"\n[ ]*/// ", RegexOptions.None, 1000)]
    private static partial Regex LineStarts();

    [GeneratedRegex("</?c>", RegexOptions.None, 1000)]
    private static partial Regex Tags();
}
