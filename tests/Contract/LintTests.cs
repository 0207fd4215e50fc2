using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Contract;

/// <summary>The document says all that a stranger needs: by rules of our own, and by those of two linters.</summary>
public sealed class LintTests
{
    private const string Document = "openapi/openbanking.v1.json";
    private static readonly string[] broken = ["/v1/payments", "/v1/refunds/{id}"];

    [Fact]
    public async Task Spectral_finds_nothing_to_say()
    {
        var (status, output) = await SpectralAsync(RepositoryFiles.Find(Document));
        Assert.True(status == 0, output);
    }

    [Fact]
    public async Task Redocly_finds_nothing_to_say_of_either_form()
    {
        var (status, output) = await RunAsync(
            "redocly",
            "lint",
            "--config",
            RepositoryFiles.Find("openapi/redocly.yaml"),
            RepositoryFiles.Find(Document),
            RepositoryFiles.Find("openapi/openbanking.v1.openapi30.json")
        );
        Assert.True(status == 0, output);
    }

    [Fact]
    public async Task Each_rule_refuses_a_document_that_breaks_it()
    {
        var document = JsonNode.Parse(await File.ReadAllTextAsync(RepositoryFiles.Find(Document)))!;
        var schemas = document["components"]!["schemas"]!;
        // Only what is broken is there, so that it is read soon.
        var paths = document["paths"]!.AsObject();
        foreach (var whole in paths.Select(path => path.Key).Where(path => !broken.Contains(path)).ToList())
        {
            paths.Remove(whole);
        }

        JsonNode Operation(string path, string method) => document["paths"]![path]![method]!;
        Operation("/v1/payments", "post").AsObject().Remove("summary");
        Operation("/v1/payments", "post")["operationId"] = "Create_Payment";
        Operation("/v1/payments", "post")["parameters"] = new JsonArray();
        Operation("/v1/payments", "post")["requestBody"]!["content"]!["application/json"]!
            .AsObject()
            .Remove("examples");
        document["components"]!["parameters"]!["limit"]!.AsObject().Remove("description");
        document["components"]!["parameters"]!["after"]!["name"] = "afterThis";
        schemas["Refund"]!.AsObject().Remove("description");
        schemas["Refund"]!["properties"]!["reason"]!.AsObject().Remove("description");
        schemas["Refund"]!["properties"]!["createdAt"] = new JsonObject
        {
            ["type"] = "string",
            ["description"] = "When.",
        };
        schemas["Money"]!["properties"]!["amount"]!["type"] = "number";
        var read = Operation("/v1/refunds/{id}", "get");
        read.AsObject().Remove("security");
        read["responses"]!.AsObject().Remove("401");
        read["responses"]!["200"]!["headers"] = new JsonObject();
        read["responses"]!["200"]!["content"]!["application/json"]!.AsObject().Remove("examples");
        var busy = document["components"]!["responses"]!["Unavailable"]!;
        busy["headers"]!.AsObject().Remove("Retry-After");
        busy["content"] = new JsonObject { ["text/plain"] = new JsonObject() };
        var file = Path.Combine(
            Directory.CreateTempSubdirectory("openbanking-lint-").FullName,
            "broken.json"
        );
        await File.WriteAllTextAsync(file, document.ToJsonString());

        var (_, output) = await SpectralAsync(file, "--format=json");

        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        var refused = JsonNode
            .Parse(output)!
            .AsArray()
            .Select(finding => finding!["code"]!.GetValue<string>());
        Assert.Empty((await OwnRulesAsync()).Except(refused));
    }

    /// <summary>The names of the rules in the ruleset.</summary>
    private static async Task<HashSet<string>> OwnRulesAsync() =>
        [
            .. (await File.ReadAllLinesAsync(RepositoryFiles.Find("openapi/.spectral.yaml")))
                .Where(line =>
                    line.StartsWith("  ", StringComparison.Ordinal)
                    && line.EndsWith(':')
                    && line[2] is not ' '
                )
                .Select(line => line.Trim(' ', ':')),
        ];

    private static Task<(int Status, string Output)> SpectralAsync(
        string document,
        params IEnumerable<string> more
    ) =>
        RunAsync(
            "spectral",
            [
                "lint",
                "--fail-severity=hint",
                "--ruleset",
                RepositoryFiles.Find("openapi/.spectral.yaml"),
                document,
                .. more,
            ]
        );

    private static async Task<(int Status, string Output)> RunAsync(
        string tool,
        params IReadOnlyList<string> arguments
    )
    {
        var start = new ProcessStartInfo(
            RepositoryFiles.Find($"tests/Contract/tools/node_modules/.bin/{tool}"),
            arguments
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        // Nothing is asked of the network.
        start.Environment["REDOCLY_TELEMETRY"] = "off";
        start.Environment["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (
            process.ExitCode,
            process.ExitCode == 0 || output.StartsWith('[') ? output : output + await error
        );
    }
}
