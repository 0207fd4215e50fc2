using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http.MutualTls;

/// <summary>Clients that authenticate by certificate (RFC 8705 §2), over TLS connections with real certificates.</summary>
public sealed class MutualTlsTests(CertificateBank bank)
{
    private const string Subject = "CN=Food Delivery, O=Example";
    private const string SubjectDn = "tls_client_auth_subject_dn";

    [Fact]
    public async Task An_app_authenticates_by_the_certificate_it_is_registered_with()
    {
        var clientId = await bank.RegisterAsync(SubjectDn, Subject);
        using var own = bank.Authority.Issue(Subject);
        using var renewed = bank.Authority.IssueByRoot(Subject);

        Assert.Equal(200, (await AskAsync(own, clientId)).Status);
        Assert.Equal(200, (await AskAsync(renewed, clientId)).Status);
    }

    [Theory]
    [InlineData("tls_client_auth_san_dns", "app.example")]
    [InlineData("tls_client_auth_san_uri", "https://app.example/")]
    [InlineData("tls_client_auth_san_ip", "192.0.2.7")]
    [InlineData("tls_client_auth_san_ip", "2001:db8::7")]
    [InlineData("tls_client_auth_san_email", "app@app.example")]
    public async Task Each_of_the_attributes_is_compared_where_it_stands_and_nowhere_else(
        string kind,
        string value
    )
    {
        var clientId = await bank.RegisterAsync(kind, value);
        using var own = bank.Authority.Issue("CN=any", names => AddName(names, kind, value));
        using var named = bank.Authority.Issue($"CN={value}");
        using var another = bank.Authority.Issue("CN=any", names => AddName(names, kind, Other(value)));
        // The same text as a name of another kind.
        using var elsewhere = bank.Authority.Issue(
            "CN=any",
            names =>
            {
                names.AddUserPrincipalName(value);
                AddName(
                    names,
                    kind == "tls_client_auth_san_email"
                        ? "tls_client_auth_san_uri"
                        : "tls_client_auth_san_email",
                    kind == "tls_client_auth_san_email" ? "mailto:" + value : value
                );
            }
        );

        Assert.Equal(200, (await AskAsync(own, clientId)).Status);
        foreach (var certificate in new[] { named, another, elsewhere })
        {
            await AssertRefusedAsync(certificate, clientId, kind);
        }
    }

    [Fact]
    public async Task A_subject_is_compared_part_by_part()
    {
        var clientId = await bank.RegisterAsync(SubjectDn, @"CN=Pay,O=Example Co.\, Ltd.,C=CN");
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName("Pay");
        name.AddOrganizationName("Example Co., Ltd.");
        name.AddCountryOrRegion("CN");
        using var own = bank.Authority.Issue(name.Build());
        using var reversed = bank.Authority.Issue("C=CN, O=\"Example Co., Ltd.\", CN=Pay");
        using var longer = bank.Authority.Issue("CN=Pay, O=\"Example Co., Ltd.\", C=CN, OU=x");
        // One part whose value reads like three.
        using var disguised = bank.Authority.Issue("CN=\"Pay,O=Example Co., Ltd.,C=CN\"");

        Assert.Equal(200, (await AskAsync(own, clientId)).Status);
        foreach (var certificate in new[] { reversed, longer, disguised })
        {
            await AssertRefusedAsync(certificate, clientId, SubjectDn);
        }
    }

    [Fact]
    public async Task A_certificate_of_another_subject_is_refused()
    {
        var clientId = await bank.RegisterAsync(SubjectDn, Subject);
        using var longer = bank.Authority.Issue("OU=x, " + Subject);
        await AssertRefusedAsync(longer, clientId, SubjectDn);
    }

    [Fact]
    public async Task A_certificate_of_no_known_authority_or_for_another_use_is_refused()
    {
        var clientId = await bank.RegisterAsync(SubjectDn, Subject);
        using var strangers = new Certificates();
        using var foreign = strangers.Issue(Subject);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var selfSigned = Certificates.SelfSigned(Subject, key);
        using var ofServer = bank.Authority.IssueForServers(Subject);

        foreach (var certificate in new[] { foreign, selfSigned, ofServer })
        {
            await AssertRefusedAsync(certificate, clientId, "authority");
        }
    }

    [Fact]
    public async Task A_certificate_whose_key_is_not_for_signatures_is_refused()
    {
        var clientId = await bank.RegisterAsync(SubjectDn, Subject);
        using var signs = bank.Authority.Issue(
            Subject,
            X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign
        );
        using var signsNot = bank.Authority.Issue(Subject, X509KeyUsageFlags.KeyCertSign);

        Assert.Equal(200, (await AskAsync(signs, clientId)).Status);
        await AssertRefusedAsync(signsNot, clientId, "digitalSignature");
    }

    [Fact]
    public async Task An_expired_certificate_is_refused()
    {
        var clientId = await bank.RegisterAsync(SubjectDn, Subject);
        using var expired = bank.Authority.IssueExpired(Subject);
        await AssertRefusedAsync(expired, clientId, "expired");
    }

    [Fact]
    public async Task No_certificate_is_refused_wherever_it_is_missing()
    {
        var clientId = await bank.RegisterAsync(SubjectDn, Subject);
        await AssertRefusedAsync(null, clientId, "mtls_endpoint_aliases");
        using var plain = new CertificateClient(bank.Plain, clientId, certificate: null);
        var answer = await plain.AskAsync();
        Assert.Equal((401, "invalid_client"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_self_signed_certificate_is_the_one_in_the_apps_keys_or_none()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var own = Certificates.SelfSigned(Subject, key);
        using var again = Certificates.SelfSigned(Subject, key);
        using var issued = bank.Authority.Issue(Subject);
        var clientId = await RegisterSelfSignedAsync(key, own);

        Assert.Equal(200, (await AskAsync(own, clientId)).Status);
        await AssertRefusedAsync(again, clientId, "x5c");
        await AssertRefusedAsync(issued, clientId, "x5c");
        await AssertRefusedAsync(null, clientId, "mtls_endpoint_aliases");
    }

    [Fact]
    public async Task An_expired_self_signed_certificate_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var own = Certificates.SelfSigned(Subject, key, until: DateTimeOffset.UtcNow.AddDays(-1));
        await AssertRefusedAsync(own, await RegisterSelfSignedAsync(key, own), "expired");
    }

    [Fact]
    public async Task Who_signs_nothing_needs_no_key()
    {
        JsonObject NoKeys() => new() { ["keys"] = new JsonArray() };
        var clientId = await bank.RegisterAsync(SubjectDn, Subject, ("jwks", NoKeys()));
        using var own = bank.Authority.Issue(Subject);
        Assert.Equal(200, (await AskAsync(own, clientId)).Status);

        foreach (var method in (string[])["private_key_jwt", "self_signed_tls_client_auth"])
        {
            var refused = await bank.TryRegisterAsync(
                ("token_endpoint_auth_method", method),
                ("jwks", NoKeys())
            );
            Assert.Equal((400, "invalid_client_metadata"), (refused.Status, refused.Code));
            Assert.Contains("jwks must hold 1 to 10 keys", refused.Text);
        }
    }

    [Fact]
    public async Task Nobody_authenticates_by_another_method_than_the_registered_one()
    {
        var jwks = new JsonObject { ["keys"] = new JsonArray(JwkOf(bank.Partner.Key)) };
        var clientId = await bank.RegisterAsync(SubjectDn, Subject, ("jwks", jwks));
        using var own = bank.Authority.Issue(Subject);
        using var byKey = new RawClient(new RawIdentity(clientId, bank.Partner.Key), bank.Plain);
        using var both = bank.NewClient(clientId, own);
        using var ofKeys = new RawClient(bank.Partner, bank.Plain);

        var refused = await byKey.PostFormAsync("/oauth/token", [("grant_type", "client_credentials")]);
        Assert.Equal((401, "invalid_client"), (refused.Status, refused.Code));
        refused = await both.PostFormAsync(
            "/oauth/token",
            [
                ("grant_type", "client_credentials"),
                ("client_assertion_type", RawClient.AssertionType),
                ("client_assertion", byKey.NewAssertion()),
            ]
        );
        Assert.Equal((401, "invalid_client"), (refused.Status, refused.Code));
        await AssertRefusedAsync(own, bank.Partner.ClientId, "client_assertion");
        Assert.NotEmpty(await ofKeys.AppTokenAsync());
    }

    [Fact]
    public async Task A_certificate_without_a_client_is_nobody()
    {
        using var own = bank.Authority.Issue(Subject);
        await AssertRefusedAsync(own, null, "client_id");
        await AssertRefusedAsync(own, "app_00000000000000000000000000", "client_id");
    }

    private async Task<string> RegisterSelfSignedAsync(ECDsa key, X509Certificate2 certificate)
    {
        var jwk = RawClient.PublicJwkOf(key);
        jwk["x5c"] = new JsonArray(Convert.ToBase64String(certificate.RawData));
        var answer = await bank.TryRegisterAsync(
            ("token_endpoint_auth_method", CertificateBank.BySelf),
            ("tls_client_certificate_bound_access_tokens", true),
            ("jwks", new JsonObject { ["keys"] = new JsonArray(jwk) })
        );
        Assert.True(answer.Status == 201, answer.Text);
        return answer.Json["client_id"]!.GetValue<string>();
    }

    private async Task<RawAnswer> AskAsync(X509Certificate2? certificate, string? clientId)
    {
        using var client = bank.NewClient(clientId, certificate);
        return await client.AskAsync();
    }

    private async Task AssertRefusedAsync(X509Certificate2? certificate, string? clientId, string hint)
    {
        var answer = await AskAsync(certificate, clientId);
        Assert.Equal((401, "invalid_client"), (answer.Status, answer.Code));
        Assert.Contains(hint, answer.Json["error_description"]!.GetValue<string>());
    }

    private static JsonObject JwkOf(ClientKey key)
    {
        using var own = ECDsa.Create();
        own.ImportFromPem(key.ToPem());
        return RawClient.PublicJwkOf(own);
    }

    private static string Other(string value) =>
        value switch
        {
            "192.0.2.7" => "192.0.2.8",
            "2001:db8::7" => "2001:db8::8",
            _ => value + "x",
        };

    private static void AddName(SubjectAlternativeNameBuilder names, string kind, string value)
    {
        switch (kind)
        {
            case "tls_client_auth_san_uri":
                names.AddUri(new Uri(value));
                break;
            case "tls_client_auth_san_ip":
                names.AddIpAddress(System.Net.IPAddress.Parse(value));
                break;
            case "tls_client_auth_san_email":
                names.AddEmailAddress(value);
                break;
            default:
                names.AddDnsName(value);
                break;
        }
    }
}
