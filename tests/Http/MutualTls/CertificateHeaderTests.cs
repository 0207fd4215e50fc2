using System.Security.Cryptography.X509Certificates;
using Xunit;

namespace OpenBanking.Tests.Http.MutualTls;

/// <summary>Certificates that a proxy passes in a header: believed from a trusted proxy, and from nobody else.</summary>
public sealed class CertificateHeaderTests(CertificateBank bank)
{
    private const string Subject = "CN=Transit, O=Example";
    private const string SubjectDn = "tls_client_auth_subject_dn";
    private const string Header = "Client-Cert";
    private const string Route = "/v1/coupon-stocks";
    private const int Mutations = 300;

    [Fact]
    public async Task A_trusted_proxys_header_is_the_clients_certificate()
    {
        await using var server = await StartAsync("127.0.0.0/8", "::1");
        using var own = bank.Authority.Issue(Subject);
        using var another = bank.Authority.Issue(Subject);
        using var client = await NewClientAsync(server);

        foreach (var value in SpellingsOf(own))
        {
            var answer = await client.AskAsync((Header, value));
            Assert.True(answer.Status == 200, $"{value}: {answer.Text}");
            var authorization = $"Bearer {answer.Json["access_token"]!.GetValue<string>()}";
            Assert.Equal(200, (await client.GetAsync(Route, authorization, (Header, value))).Status);
            var refused = await client.GetAsync(Route, authorization, (Header, SpellingsOf(another)[0]));
            Assert.Equal((401, ProblemCodes.InvalidToken), (refused.Status, refused.Code));
            foreach (var none in new (string, string)[][] { [], [(Header, "")] })
            {
                refused = await client.GetAsync(Route, authorization, none);
                Assert.Equal((401, ProblemCodes.InvalidToken), (refused.Status, refused.Code));
                Assert.Contains("No client certificate", refused.Json["detail"]!.GetValue<string>());
            }
        }
    }

    /// <summary>It is the proxy at the other end of the connection that counts, not who it speaks for.</summary>
    [Fact]
    public async Task The_proxy_may_say_who_it_speaks_for()
    {
        await using var server = await StartAsync("127.0.0.0/8", "::1");
        using var own = bank.Authority.Issue(Subject);
        using var client = await NewClientAsync(server);
        var answer = await client.AskAsync((Header, SpellingsOf(own)[0]), ("X-Forwarded-For", "203.0.113.5"));
        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task From_anybody_else_the_header_is_taken_off()
    {
        await using var server = await StartAsync("10.0.0.0/8", "fd00::/8");
        using var own = bank.Authority.Issue(Subject);
        using var client = await NewClientAsync(server);

        foreach (var value in SpellingsOf(own))
        {
            var answer = await client.AskAsync((Header, value), ("X-Forwarded-For", "10.0.0.1"));
            Assert.Equal((401, "invalid_client"), (answer.Status, answer.Code));
            Assert.Contains("No client certificate", DescriptionOf(answer));
        }
    }

    [Fact]
    public async Task Where_connections_bring_certificates_a_header_brings_none()
    {
        using var own = bank.Authority.Issue(Subject);
        var clientId = await bank.RegisterAsync(SubjectDn, Subject);
        using var client = new CertificateClient(bank.Plain, clientId, certificate: null);
        foreach (var value in SpellingsOf(own))
        {
            var answer = await client.AskAsync((Header, value));
            Assert.Equal((401, "invalid_client"), (answer.Status, answer.Code));
        }
    }

    [Fact]
    public async Task A_header_that_cannot_be_read_is_said_to_be_so_and_harms_nobody_else()
    {
        await using var server = await StartAsync("127.0.0.0/8", "::1");
        using var own = bank.Authority.Issue(Subject);
        using var client = await NewClientAsync(server);
        using var another = bank.Authority.Issue("CN=Another, O=Example");
        var whole = SpellingsOf(own)[0];
        var (escaped, plain) = (SpellingsOf(own)[1], SpellingsOf(own)[2]);
        (string, string)[][] broken =
        [
            [(Header, ":")],
            [(Header, "::")],
            [(Header, ":!!!:")],
            [(Header, ":AAAA:")],
            [(Header, "garbage")],
            [(Header, "%ZZ%00")],
            [(Header, "-----BEGIN CERTIFICATE-----")],
            [(Header, whole[..^20] + ":")],
            [(Header, new string('A', 13_000))],
            [(Header, whole), (Header, whole)],
            [(Header, $"{whole}, {whole}")],
            [(Header, $"{escaped},{SpellingsOf(another)[1]}")],
            [(Header, escaped + SpellingsOf(another)[1])],
            [(Header, escaped + "trailing")],
            [(Header, escaped + "%00")],
            [(Header, "leading" + escaped)],
            [(Header, $"{plain} trailing")],
            [(Header, $"{plain} {SpellingsOf(another)[2]}")],
        ];
        foreach (var headers in broken)
        {
            var answer = await client.AskAsync(headers);
            Assert.Equal((401, "invalid_client"), (answer.Status, answer.Code));
            Assert.Contains($"{Header} holds no certificate", DescriptionOf(answer));
        }

        var partner = await TestPartner.NewAsync(server.Address);
        using var ofKeys = new RawClient(partner, server.Address);
        var token = await ofKeys.AppTokenAsync();
        var call = await ofKeys.CallAsync(
            HttpMethod.Get,
            Route,
            token,
            change: request => request.Headers.TryAddWithoutValidation(Header, ":!!!:")
        );
        Assert.Equal(200, call.Status);
    }

    [Fact]
    public async Task Whatever_the_header_holds_is_no_failure_of_the_server()
    {
        await using var server = await StartAsync("127.0.0.0/8", "::1");
        using var own = bank.Authority.Issue(Subject);
        using var client = await NewClientAsync(server);
        var random = new Random(8705);
        for (var round = 0; round < Mutations; round++)
        {
            var spellings = SpellingsOf(own);
            var value = spellings[random.Next(spellings.Length)].ToCharArray();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                value[random.Next(value.Length)] = (char)random.Next(' ', '\x7f');
            }

            var text = new string(value);
            var answer = await client.AskAsync((Header, text));
            Assert.True(answer.Status is 200 or 401, $"{answer.Status} for {text}");
        }
    }

    private Task<TestServer> StartAsync(params string[] proxies) =>
        TestServer.StartAsync(
            settings:
            [
                "Server:MutualTlsAddress=https://mtls.bank.example",
                $"Server:ClientCertificateAuthorities={bank.AuthorityFile}",
                $"Server:ClientCertificateHeader={Header}",
                .. proxies.Select((proxy, at) => $"Server:TrustedProxies:{at}={proxy}"),
            ]
        );

    private static async Task<CertificateClient> NewClientAsync(TestServer server)
    {
        var partner = await TestPartner.NewAsync(server.Address);
        var clientId = await CertificateBank.RegisterAtAsync(partner, server.Address, SubjectDn, Subject);
        return new(server.Address, clientId, certificate: null);
    }

    /// <summary>RFC 9440, PEM with escapes (nginx), and PEM on one line (Apache).</summary>
    private static string[] SpellingsOf(X509Certificate2 certificate) =>
        [
            $":{Convert.ToBase64String(certificate.RawData)}:",
            Uri.EscapeDataString(certificate.ExportCertificatePem()),
            certificate.ExportCertificatePem().ReplaceLineEndings(" "),
        ];

    private static string DescriptionOf(RawAnswer answer) =>
        answer.Json["error_description"]!.GetValue<string>();
}
