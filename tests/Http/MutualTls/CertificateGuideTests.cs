using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace OpenBanking.Tests.Http.MutualTls;

/// <summary>What the guide to client certificates has its readers type is typed at a server that is started as it says.</summary>
public sealed partial class CertificateGuideTests : IDisposable
{
    private readonly TypedGuide guide = new("docs/guides/certificates.md");
    private readonly Uri bank = new($"http://localhost:{Ports.Free()}");
    private readonly Uri secure = new($"https://localhost:{Ports.Free()}");

    public void Dispose() => guide.Dispose();

    [Fact]
    public async Task What_the_guide_has_typed_works_as_it_stands()
    {
        await guide.RunAsync(With("mkdir"));
        await using var server = await TestServer.StartAsync(settings: Settings());

        var typed = await guide.RunAsync(
            "ec='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'; cd data/certificates",
            With("/sandbox/partners"),
            With("tls="),
            With("issued.csr"),
            With("client_assertion="),
            With("/oauth/par"),
            With("mv changed.json"),
            With("/oauth/revoke"),
            "cp app.json next.crt next.key ../.."
        );

        Assert.Equal(
            ["200", "401", "200", "200", "200", "200", "401"],
            Statuses().Matches(typed).Select(status => status.Value)
        );
        Assert.Equal(4, typed.Split("\"token_type\":\"Bearer\"").Length - 1);
        Assert.Contains("\nCN=payments,O=Harbour Video Ltd\n", typed);
        Assert.Contains("/oauth/authorize?client_id=app_", typed);
        Assert.Contains(
            "\"error\":\"invalid_client\",\"error_description\":\"The client certificate is none",
            typed
        );
        Assert.EndsWith("\n401\nThe token was taken back.\n", typed);
        await CallAsync(JsonNode.Parse(guide.Read("app.json"))!["client_id"]!.GetValue<string>());
    }

    private async Task CallAsync(string clientId)
    {
        using var certificate = X509Certificate2.CreateFromPem(
            guide.Read("next.crt"),
            guide.Read("next.key")
        );
        // <client_certificate>
        var options = new OpenBankingOptions
        {
            Authority = bank,
            ApiAddress = secure, // the host of mtls_endpoint_aliases
            ClientId = clientId,
            ClientCertificate = certificate,
            BindTokensToCertificate = true, // as the app is registered
        };
        // </client_certificate>
        using var handler = OpenBankingOptions.CreateHttpHandler(certificate);
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) =>
            shown?.Subject == Certificates.Localhost;
        options.HttpHandler = handler;
        var client = new OpenBankingClient(options);

        Assert.NotEmpty(await client.Coupons.ListStocksAsync().ToListAsync());
    }

    /// <summary>Those of the command that starts the bank.</summary>
    private string[] Settings() =>
        [
            .. Options()
                .Matches(With("dotnet run"))
                .Select(option =>
                    option
                        .Groups[1]
                        .Value.Replace(
                            "$PWD",
                            Path.Combine(guide.Folder, "data/certificates"),
                            StringComparison.Ordinal
                        )
                ),
        ];

    private string With(string words) =>
        guide
            .With(words)
            .Replace(
                "http://localhost:5080",
                bank.GetLeftPart(UriPartial.Authority),
                StringComparison.Ordinal
            )
            .Replace(
                "https://localhost:5443",
                secure.GetLeftPart(UriPartial.Authority),
                StringComparison.Ordinal
            );

    [GeneratedRegex(@"--(\S+:\S+=\S+)", RegexOptions.NonBacktracking)]
    private static partial Regex Options();

    [GeneratedRegex(@"^\d{3}$", RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Statuses();
}
