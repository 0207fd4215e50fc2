using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Web;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

public sealed class AccountLinkStartTests
{
    private static readonly AccountLinkRequest request = new()
    {
        RedirectUri = new Uri("https://partner.example/callback"),
        AuthorizationDetails =
        [
            new AccountInformation(),
            new PaymentAgreementTerms
            {
                PerPaymentLimit = Money.Yuan(200),
                DailyLimit = Money.Yuan(500),
                TotalLimit = Money.Yuan(5000),
            },
        ],
        UiLocales = "zh-CN en",
    };

    [Fact]
    public async Task The_request_is_pushed_with_all_that_FAPI_asks_for()
    {
        await using var bank = await StubBank.StartAsync();
        var dpopKey = ClientKey.CreateEs256();

        await bank.Client(options => options.DpopKey = dpopKey).AccountLinks.StartAsync(request);

        var form = Assert.Single(bank.Of("POST /par")).Form;
        Assert.Equal("code", form["response_type"]);
        Assert.Equal(StubOauth.ClientId, form["client_id"]);
        Assert.Equal("https://partner.example/callback", form["redirect_uri"]);
        Assert.Equal("openid accounts coupons", form["scope"]);
        Assert.Equal("S256", form["code_challenge_method"]);
        Assert.Equal(43, form["code_challenge"].Length);
        Assert.InRange(form["nonce"].Length, 22, 64);
        Assert.InRange(form["state"].Length, 22, 64);
        Assert.Equal(dpopKey.PublicJwk.Kid, form["dpop_jkt"]);
        Assert.Equal("zh-CN en", form["ui_locales"]);
        Assert.Equal(
            """
            [{"type":"account_information"},
            {"type":"payment_agreement","per_payment_limit":{"currency":"CNY","amount":20000},
            "daily_limit":{"currency":"CNY","amount":50000},
            "total_limit":{"currency":"CNY","amount":500000},"top_up_allowed":false}]
            """.ReplaceLineEndings(""),
            form["authorization_details"]
        );
    }

    [Fact]
    public async Task The_client_authenticates_with_an_assertion_for_the_issuer()
    {
        await using var bank = await StubBank.StartAsync();

        await bank.Client().AccountLinks.StartAsync(request);

        var pushed = Assert.Single(bank.Of("POST /par"));
        var assertion = pushed.Assertion;
        await Proofs.VerifyAsync(assertion, bank.Oauth.ClientKey.PublicJwk);
        Assert.Equal(
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            pushed.Form["client_assertion_type"]
        );
        Assert.Equal(StubOauth.ClientId, assertion.Issuer);
        Assert.Equal(StubOauth.ClientId, assertion.Subject);
        Assert.Equal($"\"{bank.Authority.AbsoluteUri.TrimEnd('/')}\"", Proofs.RawClaim(assertion, "aud"));
        Assert.Equal(TimeSpan.FromSeconds(60), assertion.ValidTo - assertion.IssuedAt);
        Assert.Equal(bank.Oauth.ClientKey.PublicJwk.Kid, assertion.Kid);
        Assert.Equal(22, assertion.Id.Length);
    }

    [Fact]
    public async Task The_proof_is_made_for_the_endpoint_and_holds_the_public_key_alone()
    {
        await using var bank = await StubBank.StartAsync();

        await bank.Client().AccountLinks.StartAsync(request);

        var pushed = Assert.Single(bank.Of("POST /par"));
        var proof = pushed.Proof;
        await Proofs.VerifyAsync(proof);
        Assert.Equal("dpop+jwt", proof.Typ);
        Assert.Equal("ES256", proof.Alg);
        Assert.Equal("POST", proof.GetPayloadValue<string>("htm"));
        Assert.Equal(bank.Authority.AbsoluteUri + "par", proof.GetPayloadValue<string>("htu"));
        Assert.False(proof.TryGetPayloadValue<string>("ath", out _));
        Assert.Equal(["crv", "kty", "x", "y"], Proofs.KeyMembers(proof));
        Assert.Equal(pushed.Form["dpop_jkt"], Proofs.Thumbprint(proof));
    }

    [Fact]
    public async Task The_address_for_the_customer_names_the_client_and_the_request_alone()
    {
        await using var bank = await StubBank.StartAsync();

        var link = await bank.Client().AccountLinks.StartAsync(request);

        var query = HttpUtility.ParseQueryString(link.AuthorizationUrl.Query);
        Assert.Equal("client_id,request_uri", string.Join(',', query.AllKeys));
        Assert.Equal(StubOauth.ClientId, query["client_id"]);
        Assert.StartsWith("urn:example:par-", query["request_uri"], StringComparison.Ordinal);
        Assert.Equal("/authorize", link.AuthorizationUrl.AbsolutePath);
        Assert.DoesNotContain(link.Session, link.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_link_has_secrets_of_its_own()
    {
        await using var bank = await StubBank.StartAsync();
        var client = bank.Client();

        await client.AccountLinks.StartAsync(request);
        await client.AccountLinks.StartAsync(request);

        var (first, second) = (bank.Of("POST /par")[0].Form, bank.Of("POST /par")[1].Form);
        foreach (var secret in new[] { "state", "nonce", "code_challenge", "client_assertion" })
        {
            Assert.NotEqual(first[secret], second[secret]);
        }
    }

    [Fact]
    public async Task The_verifier_matches_the_challenge()
    {
        await using var bank = await StubBank.StartAsync();
        var client = bank.Client();
        var link = await client.AccountLinks.StartAsync(request);

        await client.AccountLinks.CompleteAsync(link.Session, bank.Oauth.Callback());

        var verifier = bank.Of("POST /token").Single().Form["code_verifier"];
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        Assert.Equal(challenge, bank.Of("POST /par").Single().Form["code_challenge"]);
    }

    [Fact]
    public async Task A_request_that_cannot_be_is_refused_before_it_is_sent()
    {
        await using var bank = await StubBank.StartAsync();
        var links = bank.Client().AccountLinks;

        await Assert.ThrowsAsync<ArgumentException>(() =>
            links.StartAsync(request with { RedirectUri = new Uri("http://partner.example/callback") })
        );
        await Assert.ThrowsAsync<ArgumentException>(() =>
            links.StartAsync(request with { AuthorizationDetails = [] })
        );
        await Assert.ThrowsAsync<ArgumentException>(() =>
            links.StartAsync(request with { Scope = "accounts" })
        );
        Assert.Empty(bank.Requests);
    }

    [Fact]
    public async Task A_refused_request_is_an_OAuth_error()
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script(
            "POST /par",
            Answers.OAuthError(400, "invalid_authorization_details", "The type is unknown.")
        );

        var refusal = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            bank.Client().AccountLinks.StartAsync(request)
        );

        Assert.Equal(
            (400, "invalid_authorization_details", Answers.RequestId),
            (refusal.Status, refusal.Code, refusal.RequestId)
        );
        Assert.Contains("The type is unknown.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_nonce_the_bank_asks_for_when_pushing_is_given()
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script(
            "POST /par",
            Answers.AuthorizationNonce("as-1"),
            Answers.Json(201, new { request_uri = "urn:example:1", expires_in = 300 })
        );

        await bank.Client().AccountLinks.StartAsync(request);

        var (first, second) = (bank.Of("POST /par")[0], bank.Of("POST /par")[1]);
        Assert.Equal("as-1", second.Proof.GetPayloadValue<string>("nonce"));
        Assert.NotEqual(first.Assertion.Id, second.Assertion.Id);
        Assert.Equal(first.Form["state"], second.Form["state"]);
    }

    [Fact]
    public async Task A_key_of_RSA_signs_PS256()
    {
        await using var bank = await StubBank.StartAsync();
        using var rsa = RSA.Create(2048);
        var key = ClientKey.FromPem(rsa.ExportPkcs8PrivateKeyPem());

        await bank.Client(options => options.Key = key).AccountLinks.StartAsync(request);

        var assertion = Assert.Single(bank.Of("POST /par")).Assertion;
        Assert.Equal("PS256", assertion.Alg);
        await Proofs.VerifyAsync(assertion, key.PublicJwk);
    }
}
