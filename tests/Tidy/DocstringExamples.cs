using System.Text.RegularExpressions;
using Xunit;

namespace OpenBanking.Tests.Tidy;

/// <summary>What the docstrings of the SDK show is code that the tests run: the text of an example is that between the markers
/// of its name in <c>tests/Sdk/Examples</c>. <c>UPDATE_DOCS=1</c> writes it anew.</summary>
public sealed partial class DocstringExamples
{
    [Fact]
    public void Examples_of_docstrings_are_quoted_from_code_that_runs()
    {
        var examples = Documents.SnippetsOf("tests/Sdk/Examples/");
        foreach (var file in Sdk)
        {
            var text = Repository.Read(file);
            var quoted = Quotes().Replace(text, quote => Quote(quote, examples));
            if (Documents.Updating)
            {
                File.WriteAllText(Path.Combine(Repository.Root, file), quoted);
            }

            Assert.Equal(quoted, Documents.Updating ? quoted : text);
        }

        Assert.Equal(
            examples.Keys.Order(),
            Sdk.SelectMany(file => Quotes().Matches(Repository.Read(file)))
                .Select(quote => quote.Groups["name"].Value)
                .Order()
        );
    }

    [Fact]
    public void Every_method_of_a_sub_client_has_an_example()
    {
        var missing = Repository
            .CSharp.Select(file => (file, Name: SubClient().Match(file)))
            .Where(client => client.Name.Success)
            .SelectMany(client =>
                Methods()
                    .Matches(Repository.Read(client.file))
                    .Select(method =>
                        (Docstring: method.Groups["doc"].Value, Name: NameOf(client.Name, method))
                    )
            )
            .ToList();
        Assert.InRange(missing.Count, 30, 200);
        Assert.Empty(
            missing
                .Where(method => !method.Docstring.Contains($"<code source=\"{method.Name}\">"))
                .Select(method => method.Name)
        );
    }

    private static IEnumerable<string> Sdk =>
        Repository.CSharp.Where(file => file.StartsWith("sdk/OpenBanking.Sdk/", StringComparison.Ordinal));

    private static string NameOf(Match client, Match method) =>
        $"{client.Groups["name"].Value}_{method.Groups["name"].Value}";

    private static string Quote(Match quote, Dictionary<string, string> examples)
    {
        var start = $"{quote.Groups["indent"].Value}///";
        var lines = examples[quote.Groups["name"].Value]
            .Replace("&", "&amp;")
            .Replace("<", "&lt;")
            .Replace(">", "&gt;")
            .Split('\n')
            .Select(line => line.Length == 0 ? start : $"{start} {line}");
        return $"{start} <example><code source=\"{quote.Groups["name"].Value}\">\n"
            + $"{string.Join('\n', lines)}\n{start} </code></example>";
    }

    [GeneratedRegex(
        """(?<indent>[ ]*)/// <example><code source="(?<name>\w+)">\n(?:[ ]*///.*\n)*?[ ]*/// </code></example>""",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Quotes();

    [GeneratedRegex(
        @"^sdk/OpenBanking\.Sdk/(?:(?<name>(?!OpenBanking)\w+)Client|(?<name>AppRegistration))\.cs$",
        RegexOptions.None,
        1000
    )]
    private static partial Regex SubClient();

    [GeneratedRegex(
        @"(?<doc>(?:[ ]*///.*\n)+)[ ]*public (?:virtual|static) (?:async )?[\w<>\[\]?]+ (?<name>\w+)\(",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Methods();
}
