using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace OpenBanking.Tests.Tidy;

/// <summary>Holds documents and code together. <c>UPDATE_DOCS=1</c> writes the pages that are made from code.</summary>
public sealed partial class Documents
{
    private const string ErrorsPage = "docs/reference/errors.md";

    /// <summary>Where the part of the page begins that is written by hand; <see cref="AuthorizationErrors"/> holds it.</summary>
    private const string WrittenByHand = "\n## The authorization server\n";

    /// <summary>Whether what is made from code is written anew.</summary>
    public static bool Updating { get; } = Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1";

    [Fact]
    public void The_errors_page_is_made_from_the_catalogue()
    {
        var page = WriteErrorsPage();
        var before = Repository.Read(ErrorsPage);
        page += before[before.IndexOf(WrittenByHand, StringComparison.Ordinal)..];
        if (Updating)
        {
            File.WriteAllText(Path.Combine(Repository.Root, ErrorsPage), page);
        }

        Assert.Equal(page, Repository.Read(ErrorsPage));
    }

    [Fact]
    public void Every_problem_code_is_used_by_the_server()
    {
        var code = string.Concat(Repository.Server.Select(Repository.Read));
        var unused = typeof(ProblemCodes)
            .GetFields()
            .Where(field => field.IsLiteral && !code.Contains($"ProblemCodes.{field.Name}"));
        Assert.Empty(unused.Select(field => field.Name));
    }

    [Fact]
    public void Every_code_of_the_catalogues_and_every_event_is_there_once()
    {
        AssertThereOnce(typeof(ProblemCodes), ProblemCodes.Catalogue.Select(entry => entry.Code));
        AssertThereOnce(typeof(DeclineCodes), DeclineCodes.Catalogue.Select(entry => entry.Code));
        AssertThereOnce(typeof(PayoutDeclineCodes), PayoutDeclineCodes.Catalogue.Select(entry => entry.Code));
        AssertThereOnce(typeof(EventTypes), EventTypes.All);

        static void AssertThereOnce(Type codes, IEnumerable<string> catalogue) =>
            Assert.Equal(
                codes
                    .GetFields()
                    .Where(field => field.IsLiteral)
                    .Select(field => (string)field.GetRawConstantValue()!)
                    .Order(),
                catalogue.Order()
            );
    }

    [Fact]
    public void Every_decline_says_on_the_page_what_customer_and_partner_can_do()
    {
        var page = Repository.Read(ErrorsPage);
        Assert.All(
            DeclineCodes.Catalogue,
            entry =>
            {
                Assert.All([entry.CustomerAdvice, entry.PartnerAdvice], IsSentence);
                Assert.Contains(
                    $"| `{entry.Code}` | {entry.Title} | {entry.CustomerAdvice} | {entry.PartnerAdvice} |",
                    page
                );
            }
        );
        Assert.All(
            PayoutDeclineCodes.Catalogue,
            entry =>
            {
                IsSentence(entry.PartnerAdvice);
                Assert.Contains($"| `{entry.Code}` | {entry.Title} | {entry.PartnerAdvice} |", page);
            }
        );
    }

    [Fact]
    public void Every_code_of_the_SDKs_own_is_on_the_page()
    {
        var codes = Constants()
            .Matches(Repository.Read("sdk/OpenBanking.Sdk/OpenBankingException.cs"))
            .Select(match => match.Groups["code"].Value)
            .ToList();
        Assert.InRange(codes.Count, 12, 40);
        var page = Repository.Read(ErrorsPage);
        var own = page[page.IndexOf("\n## What the SDK says itself\n", StringComparison.Ordinal)..];
        Assert.Equal(codes.Order(), Rows().Matches(own).Select(match => match.Groups["code"].Value).Order());
    }

    [Fact]
    public void Code_in_the_documents_is_quoted_from_the_samples()
    {
        var samples = SnippetsOf("samples/", "tests/Sdk/Testing/", "tests/Http/MutualTls/");
        foreach (var page in Pages().Where(_ => Updating))
        {
            var text = Quotes()
                .Replace(Repository.Read(page), quote => Quote(quote.Groups[1].Value, samples));
            File.WriteAllText(Path.Combine(Repository.Root, page), text);
        }

        var quotes = Pages()
            .SelectMany(page => Quotes().Matches(Repository.Read(page)).Select(match => (page, match)))
            .ToList();
        Assert.NotEmpty(quotes);
        Assert.All(
            quotes,
            quote =>
                Assert.Equal(samples[quote.match.Groups[1].Value], quote.match.Groups[2].Value.Trim('\n'))
        );
    }

    [Theory]
    [InlineData("README")]
    [InlineData("docs/start/first-payment")]
    [InlineData("docs/guides/authorize-and-capture")]
    [InlineData("docs/guides/authorization-server")]
    [InlineData("docs/guides/testing")]
    [InlineData("docs/guides/clients-and-statements")]
    [InlineData("docs/guides/open-accounts")]
    [InlineData("docs/guides/webhooks")]
    [InlineData("docs/guides/coupons")]
    [InlineData("docs/guides/without-the-sdk")]
    [InlineData("docs/guides/certificates")]
    public void Both_languages_show_the_same_commands_and_code(string page)
    {
        static IEnumerable<string> Blocks(string file) =>
            Fences().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value);

        Assert.Equal(Blocks($"{page}.md"), Blocks($"{page}.zh-CN.md"));
    }

    [Theory]
    [InlineData("docs/guides/authorization-server.md")]
    [InlineData("docs/guides/authorization-server.zh-CN.md")]
    public void The_guide_to_other_authorization_servers_names_every_scope_of_an_app(string page)
    {
        var text = Repository.Read(page);

        Assert.All(Scopes.OfApp, scope => Assert.Contains($"`{scope}`", text));
        Assert.Contains($"scope: '{Scopes.Accounts} {string.Join(' ', Scopes.OfApp)}'", text);
    }

    [Fact]
    public void The_first_payment_page_shows_its_whole_program_in_order()
    {
        static IEnumerable<string> Lines(string code) =>
            code.Split('\n').Where(line => line.Length > 0 && !Marker().IsMatch(line));

        var shown = Quotes()
            .Matches(Repository.Read("docs/start/first-payment.md"))
            .SelectMany(quote => Lines(quote.Groups[2].Value));
        Assert.Equal(Lines(Repository.Read("samples/FirstPayment/Program.cs")), shown);
    }

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        var broken = Pages()
            .SelectMany(page =>
                Links().Matches(Repository.Read(page)).Select(match => (page, Target: match.Groups[1].Value))
            )
            .Where(link => !link.Target.Contains("://") && !link.Target.StartsWith('#'))
            .Where(link => !Exists(link.page, link.Target.Split('#')[0]));
        Assert.Empty(broken);
    }

    [Fact]
    public void Every_picture_is_shown_and_small_and_shown_in_both_languages()
    {
        const string folder = "docs/guides/pictures/";
        const int mostBytes = 60 * 1024;
        var pictures = Repository
            .Files.Where(file => file.StartsWith(folder, StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(pictures);
        Assert.All(
            pictures,
            file =>
            {
                var name = file[folder.Length..];
                var language = name.Split('.')[1];
                var page = language == "en" ? "customers-pages.md" : $"customers-pages.{language}.md";
                Assert.Contains($"](pictures/{name})", Repository.Read("docs/guides/" + page));
                Assert.InRange(new FileInfo(Path.Combine(Repository.Root, file)).Length, 1, mostBytes);
                Assert.Equal(
                    2,
                    pictures.Count(other =>
                        other.StartsWith(file.Split('.')[0] + ".", StringComparison.Ordinal)
                    )
                );
            }
        );
    }

    [Fact]
    public void Every_decision_is_in_the_list()
    {
        var list = Repository.Read("docs/decisions/README.md");
        var records = Repository
            .Files.Where(file => Decision().IsMatch(file))
            .Select(Path.GetFileName)
            .ToList();
        Assert.NotEmpty(records);
        Assert.All(records, record => Assert.Contains($"({record})", list));
    }

    /// <summary>The code between markers in these folders, by name.</summary>
    public static Dictionary<string, string> SnippetsOf(params string[] folders) =>
        Repository
            .CSharp.Where(file => folders.Any(folder => file.StartsWith(folder, StringComparison.Ordinal)))
            .SelectMany(file => Snippets().Matches(Repository.Read(file)))
            .ToDictionary(match => match.Groups[1].Value, match => Outdent(match.Groups[2].Value));

    private static IEnumerable<string> Pages() =>
        Repository.Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal));

    private static bool Exists(string page, string target)
    {
        var path = Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, target);
        return File.Exists(path) || Directory.Exists(path);
    }

    private static string WriteErrorsPage()
    {
        var page = new StringBuilder();
        page.Append(
            """
            # Problem, decline and OAuth codes

            Made from the catalogue in `sdk/OpenBanking.Contract/Problems.cs`; the tests in `tests/Tidy` write it anew with
            `UPDATE_DOCS=1`. What [the authorization server](#the-authorization-server) and [the bank's pages](#the-banks-error-page)
            refuse with stands at the end, written by hand and held by tests against the code. [中文](errors.zh-CN.md)

            ## Problems

            Refusals are `application/problem+json` (RFC 9457). Nothing was done, and nothing is kept under the idempotency
            key, except with `outcome_unknown` and `internal_error`, and with `dpop_proof_reused` of the request before: it may have been
            done, and the same request under the same key tells. A new key could do it twice.

            | code | status | meaning | what to do | try again |
            | --- | --- | --- | --- | --- |

            """
        );
        foreach (var entry in ProblemCodes.Catalogue)
        {
            var again = entry.Retryable ? "yes" : "no";
            page.Append($"| `{entry.Code}` | {entry.Status} | {entry.Title} | {entry.Advice} | {again} |\n");
        }

        page.Append(
            """

            ## Declines

            A decline is a fact: the payment or top-up exists with status `failed`, and its answer is kept under the
            idempotency key. To try again, use a key for a new attempt.

            | code | meaning | what the customer can do | what the partner can do |
            | --- | --- | --- | --- |

            """
        );
        foreach (var entry in DeclineCodes.Catalogue)
        {
            page.Append(
                $"| `{entry.Code}` | {entry.Title} | {entry.CustomerAdvice} | {entry.PartnerAdvice} |\n"
            );
        }

        page.Append(
            """

            ## Payouts

            Why a transfer to the partner or a merchant failed, in the `decline_code` of the payout.

            | code | meaning | what the partner can do |
            | --- | --- | --- |

            """
        );
        foreach (var entry in PayoutDeclineCodes.Catalogue)
        {
            page.Append($"| `{entry.Code}` | {entry.Title} | {entry.PartnerAdvice} |\n");
        }

        page.Append(
            """

            ## Applications

            Why an application for an e-account came to nothing, in its `reason`.

            | code | meaning | what the customer can do | what the partner can do |
            | --- | --- | --- | --- |

            """
        );
        foreach (var entry in ApplicationReasons.Catalogue)
        {
            page.Append(
                $"| `{entry.Code}` | {entry.Title} | {entry.CustomerAdvice} | {entry.PartnerAdvice} |\n"
            );
        }

        return page.ToString().ReplaceLineEndings("\n");
    }

    private static void IsSentence(string advice) => Assert.Matches(@"^[A-Z].{5,}\.$", advice);

    private static string Quote(string name, Dictionary<string, string> samples) =>
        $"<!-- from samples: {name} -->\n```csharp\n{samples[name]}\n```";

    private static string Outdent(string code)
    {
        var lines = code.Trim('\n').TrimEnd().Split('\n');
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length == 0 ? "" : line[indent..]));
    }

    [GeneratedRegex(@"// <(\w+)>\n(.*?)\n[ ]*// </\1>", RegexOptions.Singleline, 1000)]
    private static partial Regex Snippets();

    [GeneratedRegex(@"^// </?\w+>$", RegexOptions.None, 1000)]
    private static partial Regex Marker();

    [GeneratedRegex(@"<!-- from samples: (\w+) -->\n```csharp\n(.*?)```", RegexOptions.Singleline, 1000)]
    private static partial Regex Quotes();

    [GeneratedRegex(@"```\w*\n(.*?)```", RegexOptions.Singleline, 1000)]
    private static partial Regex Fences();

    [GeneratedRegex(@"\]\(([^)\s]+)\)", RegexOptions.None, 1000)]
    private static partial Regex Links();

    [GeneratedRegex(@"const string \w+ = ""(?<code>\w+)"";", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Constants();

    [GeneratedRegex(@"^\| `(?<code>\w+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Rows();

    [GeneratedRegex(@"^docs/decisions/\d{4}-", RegexOptions.None, 1000)]
    private static partial Regex Decision();
}
