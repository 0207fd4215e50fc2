using System.Reflection;
using System.Text;
using Microsoft.Extensions.Logging;

namespace OpenBanking.Tests.Sdk;

/// <summary>Rules for alarms are written for the ids of log lines: the page names every one, and a test holds it to the
/// code.</summary>
public sealed class LogEventTests
{
    private const string Page = "docs/reference/diagnostics.md";

    private static readonly (string Category, Assembly Assembly)[] packages =
    [
        (OpenBankingDiagnostics.ActivitySourceName, typeof(OpenBankingClient).Assembly),
        ("OpenBanking.Sdk.AspNetCore", typeof(AccountLinkEndpointOptions).Assembly),
    ];

    private static List<(string Category, string Name, LoggerMessageAttribute Line)> Lines { get; } =
    [
        .. packages.SelectMany(package =>
            package
                .Assembly.GetTypes()
                .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public))
                .Select(method =>
                    (package.Category, method.Name, method.GetCustomAttribute<LoggerMessageAttribute>()!)
                )
                .Where(line => line.Item3 is not null)
        ),
    ];

    [Fact]
    public void Every_log_line_has_an_id_and_a_name_of_its_own()
    {
        Assert.True(Lines.Count >= 8, $"Only {Lines.Count} lines were found.");
        Assert.All(Lines, line => Assert.InRange(line.Line.EventId, 1, 999));
        Assert.Distinct(Lines.Select(line => line.Line.EventId));
        Assert.Distinct(Lines.Select(line => line.Name));
    }

    [Fact]
    public async Task The_page_names_every_log_line()
    {
        var file = Path.Combine(PublicApiTests.Root(), Page);
        var page = Write();
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(file, page);
        }

        Assert.Equal(await File.ReadAllTextAsync(file), page);
    }

    private static string Write()
    {
        var page = new StringBuilder(
            """
            # What the SDK tells of its calls

            The tables are made from the code; the tests in `tests/Sdk` write them anew with `UPDATE_DOCS=1`. Nothing here
            carries a token, a key, a body, or an id of a customer, and nothing is sent anywhere by itself. [中文](diagnostics.zh-CN.md)

            In ASP.NET Core the framework logs requests as well, under `System.Net.Http.HttpClient.OpenBanking`: with addresses, and headers
            without their values. What it logs of requests to the app itself, under `Microsoft.AspNetCore` at Information, has the
            address of the callback with its code, which is good once and for this app alone: keep it at Warning, as the templates of
            .NET and ours do.

            ## Log lines

            Set `OpenBankingOptions.LoggerFactory`, or use `AddOpenBanking`, which takes the application's. Ids and names stay
            what they are from version to version: write alarms for them, not for the words.

            | id | name | level | category | words |
            | --- | --- | --- | --- | --- |

            """
        );
        foreach (var (category, name, line) in Lines.OrderBy(line => line.Line.EventId))
        {
            page.Append($"| {line.EventId} | `{name}` | {line.Level} | `{category}` | {line.Message} |\n");
        }

        page.Append(
            """

            ## Activities

            One for each call with all its attempts, of the source `OpenBanking.Sdk`
            (`OpenBankingDiagnostics.ActivitySourceName`); its name is the method and the route, such as
            `POST /v1/payments`.

            | tag | |
            | --- | --- |
            | `http.request.method` | the method |
            | `url.template` | the route, with `{id}` for ids |
            | `http.response.status_code` | the status of the last answer |
            | `openbanking.request_id` | the bank's name for the request, `req_…`: give it to the bank's support |
            | `error.type` | the code of the refusal or failure; `outcome_unknown` where nobody knows what became of it |

            ## Metrics

            Of the meter `OpenBanking.Sdk` (`OpenBankingDiagnostics.MeterName`).

            | instrument | kind | tags |
            | --- | --- | --- |
            | `openbanking.client.calls` | counter, `{call}` | those of activities, without `openbanking.request_id` |
            | `openbanking.client.duration` | histogram, `s` | the same |
            | `openbanking.client.retries` | counter, `{retry}` | `http.request.method`, `url.template` |
            | `openbanking.client.token_requests` | counter, `{request}` | `grant_type` |

            """
        );
        return page.ToString().ReplaceLineEndings("\n");
    }
}
