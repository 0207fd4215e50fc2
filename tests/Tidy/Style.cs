using System.Text.RegularExpressions;
using Xunit;

namespace OpenBanking.Tests.Tidy;

/// <summary>Holds the part of the house style that a program can check.</summary>
public sealed partial class Style
{
    private const int LongestLine = 140;
    private const int LongestFile = 500;

    /// <summary>What the user fixed, and the root files that tools need.</summary>
    private static readonly string[] topLevel =
    [
        ".ci",
        ".config",
        ".csharpierignore",
        ".csharpierrc.json",
        ".editorconfig",
        ".gitattributes",
        ".gitignore",
        "BannedSymbols.txt",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Directory.Build.props",
        "Directory.Packages.props",
        "LICENSE",
        "OpenBanking.sln",
        "README.md",
        "README.zh-CN.md",
        "SECURITY.md",
        "docs",
        "global.json",
        "nuget",
        "openapi",
        "run",
        "samples",
        "sdk",
        "server",
        "test",
        "tests",
    ];

    [Fact]
    public void The_top_level_is_what_was_agreed() =>
        Assert.Equal(
            topLevel.Order(),
            Repository.Files.Select(file => file.Split('/')[0]).Distinct().Order()
        );

    [Fact]
    public void Lines_and_files_are_short_enough_to_read()
    {
        var long_ = Repository.CSharp.SelectMany(file =>
            Repository
                .Lines(file)
                .Select((line, number) => (Where: $"{file}:{number + 1}", line.Length))
                .Where(line => line.Length > LongestLine)
                .Select(line => line.Where)
                .Concat(Repository.Lines(file).Length > LongestFile ? [file] : [])
        );
        Assert.Empty(long_);
    }

    /// <summary>The one rule of style that a formatter does not settle: to have the compiler hold it would run all of its style
    /// analyzers, which take a third of what analysis costs.</summary>
    [Fact]
    public void A_namespace_is_that_of_its_file() =>
        Assert.Empty(
            Repository.CSharp.Where(file =>
                Repository
                    .Lines(file)
                    .Any(line =>
                        line.StartsWith("namespace ", StringComparison.Ordinal) && !line.EndsWith(';')
                    )
            )
        );

    [Fact]
    public void Nothing_is_left_for_later() =>
        Assert.Empty(
            Repository
                .Files.Where(file =>
                    !file.StartsWith("tests/Tidy/", StringComparison.Ordinal) && IsText(file)
                )
                .Where(file => Unfinished().IsMatch(Repository.Read(file)))
        );

    [Fact]
    public void Tests_are_named_as_sentences()
    {
        var names = Repository
            .CSharp.Where(file => file.StartsWith("tests/", StringComparison.Ordinal))
            .SelectMany(file =>
                TestMethods().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value)
            )
            .ToList();
        Assert.NotEmpty(names);
        Assert.Empty(names.Where(name => !name.Contains('_')));
    }

    [Fact]
    public void No_test_is_skipped() =>
        Assert.Empty(
            Repository
                .CSharp.Where(file => file.StartsWith("tests/", StringComparison.Ordinal))
                .Where(file => !file.Contains("/Tidy/") && Skips().IsMatch(Repository.Read(file)))
        );

    /// <summary>The framework adds none to a form that says where it goes.</summary>
    [Fact]
    public void A_form_that_names_its_action_asks_for_its_token()
    {
        var forms = Repository
            .Files.Where(file => file.EndsWith(".cshtml", StringComparison.Ordinal))
            .SelectMany(file =>
                Forms().Matches(Repository.Read(file)).Select(form => $"{file}: {form.Value}")
            )
            .ToList();
        Assert.NotEmpty(forms);
        Assert.Empty(
            forms.Where(form => form.Contains(" action=") && !form.Contains("asp-antiforgery=\"true\""))
        );
    }

    [Fact]
    public void No_build_output_database_or_key_is_committed() =>
        Assert.Empty(Repository.Files.Where(file => Unwanted().IsMatch(file)));

    private static bool IsText(string file) =>
        Path.GetExtension(file)
            is ".cs"
                or ".cshtml"
                or ".csproj"
                or ".props"
                or ".md"
                or ".sql"
                or ".css"
                or ".json"
                or "";

    [GeneratedRegex("<form method=\"post\"[^>]*>", RegexOptions.None, 1000)]
    private static partial Regex Forms();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX|NotImplementedException)\b", RegexOptions.None, 1000)]
    private static partial Regex Unfinished();

    [GeneratedRegex(
        @"\[(?:Fact|Theory)[^\]]*\](?:\s*\[[^\]]*\])*\s*public (?:async )?\w+ (\w+)\(",
        RegexOptions.None,
        5000
    )]
    private static partial Regex TestMethods();

    [GeneratedRegex("Skip\\s*=\\s*\"|Assert\\.True\\(true\\)", RegexOptions.None, 1000)]
    private static partial Regex Skips();

    [GeneratedRegex(
        @"(^|/)(bin|obj|node_modules)/|\.(db|sqlite|nupkg|pfx|pem|key)$",
        RegexOptions.None,
        1000
    )]
    private static partial Regex Unwanted();
}
