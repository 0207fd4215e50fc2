using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using OpenBanking.Samples.Quickstart;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What the guide for those without the SDK has its readers type is typed at a server.</summary>
public sealed class WithoutTheSdkTests(SharedServer shared) : IDisposable
{
    private const string Callback = "https://video.example/callback";

    private readonly TypedGuide guide = new("docs/guides/without-the-sdk.md");

    public void Dispose() => guide.Dispose();

    [Fact]
    public async Task What_the_guide_has_typed_works_as_it_stands()
    {
        var asked = await guide.RunAsync(
            guide
                .With("/sandbox/partners")
                .Replace("http://localhost:5080", Issuer, StringComparison.Ordinal),
            guide.With("/oauth/par"),
            "declare -p bank client jwk type verifier >facts; declare -f jwt assertion >>facts"
        );
        var callback = await AgreeAsync(new Uri(asked.TrimEnd().Split('\n')[^1]));
        var code = QueryHelpers.ParseQuery(callback.Query)["code"].ToString();
        var read = await guide.RunAsync(
            $"source facts; code={code}",
            guide.With("grant_type=authorization_code"),
            "echo; declare -p id_token dpop >>facts; declare -f nonce proof >>facts"
        );
        Assert.StartsWith("{\"data\":[{\"id\":\"acct_", read.TrimEnd().Split('\n')[^1]);

        var moved = await guide.RunAsync("source facts", guide.With("/v1/sandbox/clock"));
        Assert.EndsWith("\"ahead_seconds\":90000}", moved.TrimEnd());

        Assert.Equal(
            "303 https://video.example/bye?state=s-1\n",
            await guide.RunAsync("source facts", guide.With("/bank/end-session"))
        );
        var managed = await guide.RunAsync(
            "source facts",
            guide.With("-X PUT"),
            guide.With("-X DELETE"),
            guide.With("-X DELETE")
        );
        Assert.Contains("https://video.example/back", managed);
        Assert.EndsWith("204\n401\n", managed);
    }

    private string Issuer => shared.Server.Address.GetLeftPart(UriPartial.Authority);

    private async Task<Uri> AgreeAsync(Uri address)
    {
        var sandbox = JsonNode.Parse(guide.Read("sandbox.json"))!;
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
}
