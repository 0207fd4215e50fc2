using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using OpenBanking.Samples.Quickstart;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What the guide for those without the SDK has its readers type is typed at a server.</summary>
public sealed partial class WithoutTheSdkTests(SharedServer shared) : IDisposable
{
    private const string Callback = "https://video.example/callback";

    private readonly string folder = Directory.CreateTempSubdirectory("guide").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_the_guide_has_typed_works_as_it_stands()
    {
        string[] blocks =
        [
            .. Blocks()
                .Matches(await File.ReadAllTextAsync(RepositoryFiles.Find("docs/guides/without-the-sdk.md")))
                .Select(match => match.Groups[1].Value),
        ];
        string With(string words) =>
            Assert.Single(blocks, block => block.Contains(words, StringComparison.Ordinal));

        var asked = await RunAsync(
            With("/sandbox/partners").Replace("http://localhost:5080", Issuer, StringComparison.Ordinal),
            With("/oauth/par"),
            "declare -p bank client jwk type verifier >facts; declare -f jwt assertion >>facts"
        );
        var callback = await AgreeAsync(new Uri(asked.TrimEnd().Split('\n')[^1]));
        var code = QueryHelpers.ParseQuery(callback.Query)["code"].ToString();
        var read = await RunAsync(
            $"source facts; code={code}",
            With("grant_type=authorization_code"),
            "echo; declare -p id_token >>facts"
        );
        Assert.StartsWith("{\"data\":[{\"id\":\"acct_", read.TrimEnd().Split('\n')[^1]);

        Assert.Equal(
            "303 https://video.example/bye?state=s-1\n",
            await RunAsync("source facts", With("/bank/end-session"))
        );
        var managed = await RunAsync("source facts", With("-X PUT"), With("-X DELETE"), With("-X DELETE"));
        Assert.Contains("https://video.example/back", managed);
        Assert.EndsWith("204\n401\n", managed);
    }

    private string Issuer => shared.Server.Address.GetLeftPart(UriPartial.Authority);

    private async Task<Uri> AgreeAsync(Uri address)
    {
        var sandbox = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "sandbox.json")))!;
        using var http = new HttpClient();
        var persons = await http.GetFromJsonAsync(
            sandbox["persons_url"] + ".json",
            ResponseJson.Default.PageSandboxPerson
        );
        using var customer = new BankCustomer(
            persons!.Data[0],
            sandbox["messages_url"]!.GetValue<string>(),
            TestPartner.Pin
        );
        return await customer.AgreeAsync(address, new Uri(Callback));
    }

    private async Task<string> RunAsync(params string[] commands)
    {
        var start = new ProcessStartInfo("bash", ["-euc", string.Join('\n', commands)])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var bash = Process.Start(start)!;
        var error = bash.StandardError.ReadToEndAsync();
        var output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        Assert.True(bash.ExitCode == 0, output + await error);
        return output;
    }

    [GeneratedRegex("```bash\n(.*?)```", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Blocks();
}
