using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http.MutualTls;

/// <summary>Registrations that name certificates (RFC 8705 §2.1.2, §2.2.2, §3.4), and what discovery says of them.</summary>
public sealed class CertificateRegistrationTests(CertificateBank bank, SharedServer shared)
{
    private const string Method = "token_endpoint_auth_method";
    private const string SubjectDn = "tls_client_auth_subject_dn";
    private const string Binds = "tls_client_certificate_bound_access_tokens";

    [Theory]
    [InlineData("tls_client_auth")]
    [InlineData("tls_client_auth", SubjectDn, "CN=a", "tls_client_auth_san_dns", "a.example")]
    [InlineData("tls_client_auth", SubjectDn, "no name")]
    [InlineData("tls_client_auth", SubjectDn, "CN=")]
    [InlineData("tls_client_auth", SubjectDn, "")]
    [InlineData("tls_client_auth", "tls_client_auth_san_ip", "a.example")]
    [InlineData("tls_client_auth", "tls_client_auth_san_dns", "a b")]
    [InlineData("private_key_jwt", "tls_client_auth_san_dns", "a.example")]
    [InlineData("self_signed_tls_client_auth")]
    [InlineData("self_signed_tls_client_auth", SubjectDn, "CN=a")]
    [InlineData("client_secret_basic")]
    [InlineData("none")]
    public async Task A_registration_that_names_none_or_two_is_refused(string method, params string[] members)
    {
        var answer = await bank.TryRegisterAsync([
            (Method, method),
            .. members.Chunk(2).Select(pair => (pair[0], (JsonNode?)pair[1])),
        ]);
        Assert.Equal((400, "invalid_client_metadata"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_self_signed_certificate_is_of_the_key_it_is_at()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var another = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var large = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var own = Certificates.SelfSigned("CN=a", key);
        using var ofAnother = Certificates.SelfSigned("CN=a", another);
        using var ofLarge = Certificates.SelfSigned("CN=a", large);
        JsonNode?[] wrong =
        [
            new JsonArray(Convert.ToBase64String(ofAnother.RawData)),
            new JsonArray(Convert.ToBase64String(ofLarge.RawData)),
            new JsonArray(Convert.ToBase64String(Encoding.ASCII.GetBytes(own.ExportCertificatePem()))),
            new JsonArray("AAAA"),
            new JsonArray("no base64"),
            new JsonArray(7),
            new JsonArray(),
            "text",
        ];
        foreach (var chain in wrong)
        {
            var answer = await RegisterSelfSignedAsync(key, chain);
            Assert.Equal((400, "invalid_client_metadata"), (answer.Status, answer.Code));
        }

        var accepted = await RegisterSelfSignedAsync(key, new JsonArray(Convert.ToBase64String(own.RawData)));
        Assert.Equal(201, accepted.Status);
    }

    [Fact]
    public async Task A_registration_shows_what_it_was_made_with_and_a_change_takes_it_away()
    {
        var made = (
            await bank.TryRegisterAsync((Method, "tls_client_auth"), (SubjectDn, "CN=a, O=b"), (Binds, true))
        ).Json;
        Assert.Equal("tls_client_auth", Text(made, Method));
        Assert.Equal("CN=a, O=b", Text(made, SubjectDn));
        Assert.Null(made["tls_client_auth_san_dns"]);
        Assert.True(made[Binds]!.GetValue<bool>());
        Assert.False(made["dpop_bound_access_tokens"]!.GetValue<bool>());
        using var own = bank.Authority.Issue("CN=a, O=b");
        using var client = bank.NewClient(Text(made, "client_id"), own);
        Assert.Equal(200, (await client.AskAsync()).Status);

        var refused = await bank.ChangeAsync(made, (Method, "tls_client_auth"));
        Assert.Equal((400, "invalid_client_metadata"), (refused.Status, refused.Code));
        var changed = (await bank.ChangeAsync(made)).Json;
        Assert.Equal("private_key_jwt", Text(changed, Method));
        Assert.Null(changed[SubjectDn]);
        Assert.Null(changed[Binds]);
        Assert.True(changed["dpop_bound_access_tokens"]!.GetValue<bool>());
        var answer = await client.AskAsync();
        Assert.Equal((401, "invalid_client"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Discovery_names_the_methods_and_where_certificates_are_presented()
    {
        var metadata = (await DescribeAsync(bank.Plain)).Json;
        foreach (var endpoint in new[] { "token", "revocation", "introspection" })
        {
            Assert.Equal(
                ["private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"],
                metadata[$"{endpoint}_endpoint_auth_methods_supported"]!
                    .AsArray()
                    .Select(name => name!.GetValue<string>())
            );
        }

        Assert.True(metadata[Binds]!.GetValue<bool>());
        var start = bank.Secure.GetLeftPart(UriPartial.Authority);
        var aliases = metadata["mtls_endpoint_aliases"]!.AsObject();
        Assert.Equal(
            [
                "introspection_endpoint",
                "pushed_authorization_request_endpoint",
                "revocation_endpoint",
                "token_endpoint",
                "userinfo_endpoint",
            ],
            aliases.Select(alias => alias.Key).Order()
        );
        Assert.All(
            aliases,
            alias =>
                Assert.Equal(
                    Text(metadata, alias.Key),
                    alias.Value!.GetValue<string>().Replace(start, Text(metadata, "issuer"))
                )
        );
        Assert.All(aliases, alias => Assert.StartsWith(start, alias.Value!.GetValue<string>()));
    }

    [Fact]
    public async Task A_server_without_an_address_for_them_knows_no_certificates()
    {
        var metadata = (await DescribeAsync(shared.Server.Address)).Json;
        Assert.Null(metadata["mtls_endpoint_aliases"]);
        Assert.Null(metadata[Binds]);
        Assert.Equal(
            """["private_key_jwt"]""",
            metadata["token_endpoint_auth_methods_supported"]!.ToJsonString()
        );
        var partner = await shared.NewPartnerAsync();
        foreach (
            var members in new (string, JsonNode?)[][]
            {
                [(Method, "tls_client_auth"), (SubjectDn, "CN=a")],
                [(Method, "self_signed_tls_client_auth")],
                [(Binds, true)],
            }
        )
        {
            var answer = await CertificateBank.TryRegisterAsync(partner, shared.Server.Address, members);
            Assert.Equal((400, "invalid_client_metadata"), (answer.Status, answer.Code));
        }
    }

    [Theory]
    [InlineData("needs Server:TrustedProxies", "Server:ClientCertificateHeader=Client-Cert")]
    [InlineData("Server:MutualTlsAddress", "Server:MutualTlsAddress=http://localhost:1")]
    [InlineData("path of Server:PublicAddress", "Server:MutualTlsAddress=https://localhost:1/open")]
    [InlineData("Server:ClientCertificateAuthorities", "Server:ClientCertificateAuthorities=/nowhere/at/all")]
    [InlineData("no certificate", "Server:ClientCertificateAuthorities=/dev/null")]
    [InlineData(
        "need Server:MutualTlsAddress",
        "Server:MutualTlsAddress=",
        "Server:ClientCertificateHeader=X"
    )]
    public async Task Settings_that_do_not_fit_keep_the_server_from_starting(
        string hint,
        params string[] settings
    )
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() =>
            TestServer.StartAsync(settings: ["Server:MutualTlsAddress=https://localhost:1", .. settings])
        );
        Assert.Contains(hint, failure.Message);
    }

    private Task<RawAnswer> RegisterSelfSignedAsync(ECDsa key, JsonNode? chain)
    {
        var jwk = RawClient.PublicJwkOf(key);
        jwk["x5c"] = chain;
        return bank.TryRegisterAsync(
            (Method, "self_signed_tls_client_auth"),
            ("jwks", new JsonObject { ["keys"] = new JsonArray(jwk) })
        );
    }

    private static async Task<RawAnswer> DescribeAsync(Uri server)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(server, "/.well-known/openid-configuration"));
        return new(
            (int)response.StatusCode,
            response.Headers,
            response.Content.Headers,
            await response.Content.ReadAsByteArrayAsync()
        );
    }

    private static string Text(JsonNode node, string member) => node[member]!.GetValue<string>();
}
