using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http.MutualTls;

/// <summary>Tokens that are bound to a certificate the app is no longer registered with.</summary>
public sealed class TakenAwayCertificateTests(CertificateBank bank)
{
    private const string Subject = "CN=Taken, O=Example";
    private const string SubjectDn = "tls_client_auth_subject_dn";
    private const string Method = "token_endpoint_auth_method";
    private const string Binds = "tls_client_certificate_bound_access_tokens";
    private const string Route = "/v1/coupon-stocks";

    [Fact]
    public async Task A_self_signed_certificate_that_is_taken_out_takes_its_tokens_along()
    {
        using var first = NewSelfSigned(out var firstKey);
        using var second = NewSelfSigned(out var secondKey);
        var app = await bank.RegisterSelfSignedAsync(firstKey, secondKey);
        using var stays = bank.NewClient(IdOf(app), first);
        using var goes = bank.NewClient(IdOf(app), second);
        var (kept, ended) = (await stays.TokenAsync(), await goes.TokenAsync());
        Assert.Equal(200, (await goes.GetAsync(Route, $"Bearer {ended}")).Status);
        Assert.True(await IsActiveAsync(ended));

        Assert.Equal(200, (await bank.ChangeAsync(app, CertificateBank.SelfSigned(firstKey))).Status);

        AssertEnded(await goes.GetAsync(Route, $"Bearer {ended}"), "x5c");
        AssertEnded(await goes.GetAsync("/oauth/userinfo", $"Bearer {ended}"), "x5c");
        Assert.False(await IsActiveAsync(ended));
        Assert.Equal(200, (await stays.GetAsync(Route, $"Bearer {kept}")).Status);
        Assert.True(await IsActiveAsync(kept));
    }

    [Fact]
    public async Task A_certificate_without_the_attribute_that_is_registered_now_opens_nothing()
    {
        using var own = bank.Authority.Issue(Subject);
        using var next = bank.Authority.Issue("CN=Next, O=Example");
        var app = (await bank.TryRegisterAsync(Issued(Subject))).Json;
        using var before = bank.NewClient(IdOf(app), own);
        using var after = bank.NewClient(IdOf(app), next);
        var token = await before.TokenAsync();
        Assert.Equal(200, (await before.GetAsync(Route, $"Bearer {token}")).Status);

        app = (await bank.ChangeAsync(app, Issued("CN=Next, O=Example"))).Json;
        AssertEnded(await before.GetAsync(Route, $"Bearer {token}"), SubjectDn);
        token = await after.TokenAsync();
        Assert.Equal(200, (await after.GetAsync(Route, $"Bearer {token}")).Status);

        using var self = NewSelfSigned(out var key);
        Assert.Equal(200, (await bank.ChangeAsync(app, CertificateBank.SelfSigned(key))).Status);
        AssertEnded(await after.GetAsync(Route, $"Bearer {token}"), "x5c");
        Assert.False(await IsActiveAsync(token));
    }

    [Fact]
    public async Task An_app_that_authenticates_by_keys_has_certificates_only_while_its_tokens_are_bound_to_them()
    {
        using var own = bank.Authority.Issue(Subject);
        var app = (await bank.TryRegisterAsync(Issued(Subject))).Json;
        using var client = bank.NewClient(IdOf(app), own);
        var token = await client.TokenAsync();

        app = (await bank.ChangeAsync(app, (Binds, true))).Json;
        Assert.Equal("private_key_jwt", app[Method]!.GetValue<string>());
        Assert.Equal(200, (await client.GetAsync(Route, $"Bearer {token}")).Status);
        Assert.True(await IsActiveAsync(token));

        Assert.Equal(200, (await bank.ChangeAsync(app)).Status);
        AssertEnded(await client.GetAsync(Route, $"Bearer {token}"), "no certificate any more");
        Assert.False(await IsActiveAsync(token));
    }

    private async Task<bool> IsActiveAsync(string token)
    {
        using var own = bank.Authority.Issue(Subject);
        using var resourceServer = bank.NewClient(
            await bank.RegisterAsync(SubjectDn, Subject, ("scope", "introspection")),
            own
        );
        var facts = (await resourceServer.PostFormAsync("/oauth/introspect", [("token", token)])).Json;
        return facts["active"]!.GetValue<bool>();
    }

    private static (string, JsonNode?)[] Issued(string subject) =>
        [(Method, CertificateBank.ByAuthority), (Binds, true), (SubjectDn, subject)];

    private static X509Certificate2 NewSelfSigned(out JsonNode jwk)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = Certificates.SelfSigned(Subject, key);
        jwk = RawClient.PublicJwkOf(key);
        jwk["x5c"] = new JsonArray(Convert.ToBase64String(certificate.RawData));
        return certificate;
    }

    private static void AssertEnded(RawAnswer answer, string hint)
    {
        Assert.True((answer.Status, answer.Code) == (401, ProblemCodes.InvalidToken), answer.Text);
        Assert.Contains(hint, answer.Json["detail"]!.GetValue<string>());
    }

    private static string IdOf(JsonNode registration) => registration["client_id"]!.GetValue<string>();
}
