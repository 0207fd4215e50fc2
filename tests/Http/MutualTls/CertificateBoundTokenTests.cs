using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using OpenBanking.Samples.Quickstart;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http.MutualTls;

/// <summary>Tokens that are bound to a certificate (RFC 8705 §3), from the authorization server to the API.</summary>
public sealed class CertificateBoundTokenTests(CertificateBank bank)
{
    private const string Subject = "CN=Campus, O=Example";
    private const string SubjectDn = "tls_client_auth_subject_dn";
    private const string Route = "/v1/coupon-stocks";

    [Fact]
    public async Task A_token_is_good_with_its_certificate_alone()
    {
        using var own = bank.Authority.Issue(Subject);
        using var renewed = bank.Authority.Issue(Subject);
        using var client = await NewClientAsync(own);
        using var other = bank.NewClient(clientId: null, renewed);
        using var without = bank.NewClient(clientId: null, certificate: null);

        var answer = await client.AskAsync();
        var token = Text(answer.Json, "access_token");

        Assert.Equal("Bearer", Text(answer.Json, "token_type"));
        Assert.Equal($$"""{"x5t#S256":"{{DigestOf(own)}}"}""", ClaimsOf(token)["cnf"]!.ToJsonString());
        Assert.Equal(200, (await client.GetAsync(Route, $"Bearer {token}")).Status);
        Assert.Equal(200, (await client.GetAsync(Route, $"bearer {token}")).Status);
        AssertChallenged(await other.GetAsync(Route, $"Bearer {token}"), "another certificate");
        AssertChallenged(await without.GetAsync(Route, $"Bearer {token}"), "No client certificate");
        using var plain = new CertificateClient(bank.Plain, clientId: null, certificate: null);
        AssertChallenged(await plain.GetAsync(Route, $"Bearer {token}"), "No client certificate");
    }

    [Fact]
    public async Task A_token_of_the_one_kind_is_none_of_the_other()
    {
        using var own = bank.Authority.Issue(Subject);
        using var client = await NewClientAsync(own);
        using var ofKeys = new RawClient(bank.Partner, bank.Plain);
        var bound = await client.TokenAsync();
        var ofKey = await ofKeys.AppTokenAsync();

        AssertChallenged(await client.GetAsync(Route, $"Bearer {ofKey}"), "DPoP");
        var answer = await ofKeys.CallAsync(HttpMethod.Get, Route, bound);
        Assert.Equal((401, ProblemCodes.InvalidToken), (answer.Status, answer.Code));
        // A certificate takes the place of no proof.
        answer = await client.GetAsync(Route, $"DPoP {ofKey}");
        Assert.Equal((401, ProblemCodes.InvalidProof), (answer.Status, answer.Code));
        Assert.Equal(200, (await ofKeys.CallAsync(HttpMethod.Get, Route, ofKey)).Status);
    }

    [Fact]
    public async Task Every_token_is_bound_to_something()
    {
        using var own = bank.Authority.Issue(Subject);
        var unbound = await bank.RegisterAsync(
            SubjectDn,
            Subject,
            ("tls_client_certificate_bound_access_tokens", false)
        );
        using var client = bank.NewClient(unbound, own);
        using var ofKeys = new RawClient(bank.Partner, bank.Plain);
        using var withCertificate = bank.NewClient(clientId: null, own);

        var refused = await client.AskAsync();
        Assert.Equal((400, "invalid_dpop_proof"), (refused.Status, refused.Code));
        refused = await withCertificate.PostFormAsync("/oauth/token", AssertedForm(ofKeys));
        Assert.Equal((400, "invalid_dpop_proof"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task A_proof_binds_the_token_when_there_is_a_certificate_too()
    {
        using var own = bank.Authority.Issue(Subject);
        using var client = await NewClientAsync(own);

        var answer = await client.AskAsync(("DPoP", await NewProofAsync()));

        Assert.Equal("DPoP", Text(answer.Json, "token_type"));
        var confirmation = ClaimsOf(Text(answer.Json, "access_token"))["cnf"]!.AsObject();
        Assert.Equal(["jkt"], confirmation.Select(member => member.Key));
        var wrong = await client.AskAsync(("DPoP", "nonsense"));
        Assert.Equal((400, "invalid_dpop_proof"), (wrong.Status, wrong.Code));
    }

    [Fact]
    public async Task An_app_with_a_key_may_bind_its_tokens_to_a_certificate()
    {
        var registered = await bank.TryRegisterAsync(
            ("tls_client_certificate_bound_access_tokens", true),
            ("jwks", new JsonObject { ["keys"] = new JsonArray(JwkOf(bank.Partner.Key)) })
        );
        var identity = new RawIdentity(Text(registered.Json, "client_id"), bank.Partner.Key);
        using var own = bank.Authority.Issue("CN=any");
        using var assertions = new RawClient(identity, bank.Plain);
        using var client = bank.NewClient(clientId: null, own);
        using var without = bank.NewClient(clientId: null, certificate: null);

        var answer = await client.PostFormAsync("/oauth/token", AssertedForm(assertions));
        Assert.Equal("Bearer", Text(answer.Json, "token_type"));
        Assert.Equal(
            200,
            (await client.GetAsync(Route, $"Bearer {Text(answer.Json, "access_token")}")).Status
        );
        var refused = await without.PostFormAsync("/oauth/token", AssertedForm(assertions));
        Assert.Equal((400, "invalid_request"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task A_customers_tokens_are_bound_when_they_are_given_and_when_they_are_refreshed()
    {
        using var own = bank.Authority.Issue(Subject);
        using var renewed = bank.Authority.Issue(Subject);
        using var stranger = bank.Authority.Issue("CN=Stranger");
        var clientId = await bank.RegisterAsync(SubjectDn, Subject);
        using var client = bank.NewClient(clientId, own);
        using var after = bank.NewClient(clientId, renewed);
        using var wrong = bank.NewClient(clientId, stranger);
        using var without = bank.NewClient(clientId, certificate: null);

        var tokens = (
            await client.PostFormAsync("/oauth/token", await AuthorizeAsync(client, clientId, person: 0))
        ).Json;
        var first = Text(tokens, "access_token");
        Assert.Equal(200, (await client.GetAsync("/v1/accounts", $"Bearer {first}")).Status);
        Assert.Equal(200, (await client.GetAsync("/oauth/userinfo", $"Bearer {first}")).Status);
        AssertChallenged(await after.GetAsync("/v1/accounts", $"Bearer {first}"), "another certificate");

        (string, string?)[] refresh =
        [
            ("grant_type", "refresh_token"),
            ("refresh_token", Text(tokens, "refresh_token")),
        ];
        var second = Text((await after.PostFormAsync("/oauth/token", refresh)).Json, "access_token");
        Assert.Equal(DigestOf(renewed), Text(ClaimsOf(second)["cnf"]!, "x5t#S256"));
        Assert.Equal(200, (await after.GetAsync("/v1/accounts", $"Bearer {second}")).Status);
        AssertChallenged(await client.GetAsync("/v1/accounts", $"Bearer {second}"), "another certificate");
        foreach (var nobody in new[] { wrong, without })
        {
            var refused = await nobody.PostFormAsync("/oauth/token", refresh);
            Assert.Equal((401, "invalid_client"), (refused.Status, refused.Code));
        }
    }

    [Fact]
    public async Task A_code_that_is_bound_to_a_key_is_not_redeemed_with_a_certificate()
    {
        using var own = bank.Authority.Issue(Subject);
        var clientId = await bank.RegisterAsync(SubjectDn, Subject);
        using var client = bank.NewClient(clientId, own);

        var form = await AuthorizeAsync(
            client,
            clientId,
            person: 1,
            ("DPoP", await NewProofAsync("/oauth/par"))
        );

        var refused = await client.PostFormAsync("/oauth/token", form);
        Assert.Equal((400, "invalid_dpop_proof"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task A_pushed_request_needs_the_certificate()
    {
        var clientId = await bank.RegisterAsync(SubjectDn, Subject);
        using var without = bank.NewClient(clientId, certificate: null);
        var refused = await without.PostFormAsync("/oauth/par", AuthorizationFlow.Request);
        Assert.Equal((401, "invalid_client"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task A_token_is_told_with_its_certificate_and_taken_back()
    {
        using var own = bank.Authority.Issue(Subject);
        using var client = await NewClientAsync(own);
        using var without = bank.NewClient(await bank.RegisterAsync(SubjectDn, Subject), certificate: null);
        using var resourceServer = bank.NewClient(
            await bank.RegisterAsync(SubjectDn, Subject, ("scope", "introspection")),
            own
        );
        var token = await client.TokenAsync();

        var facts = (await resourceServer.PostFormAsync("/oauth/introspect", [("token", token)])).Json;
        Assert.True(facts["active"]!.GetValue<bool>());
        Assert.Equal("Bearer", Text(facts, "token_type"));
        Assert.Equal($$"""{"x5t#S256":"{{DigestOf(own)}}"}""", facts["cnf"]!.ToJsonString());

        foreach (var path in new[] { "/oauth/revoke", "/oauth/introspect" })
        {
            var refused = await without.PostFormAsync(path, [("token", token)]);
            Assert.Equal((401, "invalid_client"), (refused.Status, refused.Code));
        }

        Assert.Equal(200, (await client.PostFormAsync("/oauth/revoke", [("token", "unknown")])).Status);
        Assert.Equal(200, (await client.GetAsync(Route, $"Bearer {token}")).Status);
        Assert.Equal(200, (await client.PostFormAsync("/oauth/revoke", [("token", token)])).Status);
        AssertChallenged(await client.GetAsync(Route, $"Bearer {token}"), "taken back");
        facts = (await resourceServer.PostFormAsync("/oauth/introspect", [("token", token)])).Json;
        Assert.False(facts["active"]!.GetValue<bool>());
    }

    private async Task<CertificateClient> NewClientAsync(X509Certificate2 certificate) =>
        bank.NewClient(await bank.RegisterAsync(SubjectDn, Subject), certificate);

    /// <summary>From the pushed request to the form that redeems the code.</summary>
    private async Task<(string, string?)[]> AuthorizeAsync(
        CertificateClient client,
        string clientId,
        int person,
        params (string, string)[] headers
    )
    {
        var pushed = await client.PostFormAsync("/oauth/par", AuthorizationFlow.Request, headers);
        Assert.True(pushed.Status == 201, pushed.Text);
        var requestUri = Uri.EscapeDataString(Text(pushed.Json, "request_uri"));
        var address = new Uri(bank.Plain, $"/oauth/authorize?client_id={clientId}&request_uri={requestUri}");
        using var customer = new BankCustomer(
            (await bank.Partner.PersonsAsync())[person],
            bank.Partner.MessagesUrl,
            TestPartner.Pin
        );
        var callback = await customer.AgreeAsync(address, TestPartner.RedirectUri);
        return
        [
            ("grant_type", "authorization_code"),
            ("code", QueryHelpers.ParseQuery(callback.Query)["code"].ToString()),
            ("redirect_uri", TestPartner.RedirectUri.ToString()),
            ("code_verifier", AuthorizationFlow.Verifier),
        ];
    }

    /// <summary>A proof for the address where certificates are presented.</summary>
    private async Task<string> NewProofAsync(string path = "/oauth/token")
    {
        using var client = new RawClient(bank.Partner, bank.Plain);
        await client.AppTokenAsync();
        return client.NewProof(HttpMethod.Post, new Uri(bank.Secure, path), token: null);
    }

    private static (string, string?)[] AssertedForm(RawClient client) =>
        [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", RawClient.AssertionType),
            ("client_assertion", client.NewAssertion()),
        ];

    private static void AssertChallenged(RawAnswer answer, string hint)
    {
        Assert.Equal((401, ProblemCodes.InvalidToken), (answer.Status, answer.Code));
        Assert.Contains(hint, Text(answer.Json, "detail"));
        Assert.Equal(
            "Bearer error=\"invalid_token\", DPoP algs=\"ES256 PS256\"",
            answer.Headers.WwwAuthenticate.ToString()
        );
    }

    private static JsonObject JwkOf(ClientKey key)
    {
        using var own = ECDsa.Create();
        own.ImportFromPem(key.ToPem());
        return RawClient.PublicJwkOf(own);
    }

    private static string DigestOf(X509Certificate2 certificate) =>
        Base64Url.EncodeToString(SHA256.HashData(certificate.RawData));

    private static JsonNode ClaimsOf(string token) =>
        JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!;

    private static string Text(JsonNode node, string member) => node[member]!.GetValue<string>();
}
