using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace OpenBanking.Tests.Contract;

/// <summary>The forms of the authorization server are read by name, and described apart from that: both agree.</summary>
public sealed partial class FormTests(ContractServer fixture) : IClassFixture<ContractServer>
{
    private const string Authorization = "server/OpenBanking.Server/Authorization";
    private const string Pushed = "PushedAuthorizationForm";
    private const string Token = "TokenForm";
    private const string TokenName = "TokenNameForm";

    /// <summary>Which forms a file reads parameters of; none for those that the document has not.</summary>
    private static readonly Dictionary<string, string[]> readers = new()
    {
        ["AuthorizeEndpoint.cs"] = [],
        ["CertificateAuthentication.cs"] = [Pushed, Token, TokenName],
        ["ClientAuthentication.cs"] = [Pushed, Token, TokenName],
        ["EndSessionEndpoint.cs"] = [],
        ["IntrospectionEndpoint.cs"] = [TokenName],
        ["PushedAuthorizationEndpoint.cs"] = [Pushed],
        ["RequestPrompts.cs"] = [Pushed],
        ["ResourceIndicators.cs"] = [Pushed, Token],
        ["RevocationEndpoint.cs"] = [TokenName],
        ["TokenEndpoint.cs"] = [Token],
    };

    /// <summary>Read to be refused; and one that is taken and not needed (RFC 7009 §2.1).</summary>
    private static readonly string[] notTaken = ["client_secret", "id_token_hint", "request", "request_uri"];

    private static readonly string[] notRead = ["token_type_hint"];

    [Fact]
    public void The_document_has_the_parameters_that_the_server_reads_and_no_others()
    {
        var read = readers
            .Values.SelectMany(forms => forms)
            .Distinct()
            .ToDictionary(form => form, _ => new HashSet<string>());
        foreach (
            var file in Directory.EnumerateFiles(
                RepositoryFiles.Find(Authorization),
                "*.cs",
                SearchOption.AllDirectories
            )
        )
        {
            var names = Parameter()
                .Matches(File.ReadAllText(file))
                .Select(match => match.Groups[1].Value + match.Groups[2].Value.ToLowerInvariant())
                .ToList();
            if (names is [])
            {
                continue;
            }

            Assert.True(
                readers.TryGetValue(Path.GetFileName(file), out var forms),
                $"{file} reads a form: say here which one."
            );
            foreach (var form in forms!)
            {
                read[form].UnionWith(names);
            }
        }

        var schemas = JsonNode.Parse(File.ReadAllText(RepositoryFiles.Find("openapi/openbanking.v1.json")))![
            "components"
        ]!["schemas"]!;
        foreach (var (form, names) in read)
        {
            Assert.Equal(
                names.Except(notTaken).Order(),
                schemas[form]!["properties"]!
                    .AsObject()
                    .Select(property => property.Key)
                    .Except(notRead)
                    .Order()
            );
            Assert.NotEqual("false", schemas[form]!["additionalProperties"]?.ToJsonString());
        }
    }

    /// <summary>The server that the tests start holds its answers to the document.</summary>
    [Theory]
    [InlineData("/oauth/par")]
    [InlineData("/oauth/token")]
    [InlineData("/oauth/revoke")]
    [InlineData("/oauth/introspect")]
    public async Task A_form_that_is_too_large_is_refused_as_documented(string path)
    {
        using var http = new HttpClient { BaseAddress = fixture.Server.Address };
        using var form = new FormUrlEncodedContent([new("scope", new string('x', 300_000))]);
        using var answer = await http.PostAsync(path, form);
        Assert.Equal(413, (int)answer.StatusCode);
        Assert.Contains("\"body_too_large\"", await answer.Content.ReadAsStringAsync());
    }

    /// <summary>However the form is called where it is read; <c>resource</c> is read as a list.</summary>
    [GeneratedRegex(
        """\b(?:form|Form|parameters)(?:\[\s*"([a-z_]+)"\s*\]|\.(Resource)s\b)""",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex Parameter();
}
