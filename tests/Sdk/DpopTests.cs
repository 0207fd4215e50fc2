using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

public sealed class DpopTests : IAsyncLifetime
{
    private const string PaymentRoute = "GET /v1/payments/pay_1";
    private StubBank bank = null!;

    public async ValueTask InitializeAsync()
    {
        bank = await StubBank.StartAsync();
        bank.Script(PaymentRoute, Answers.Payment(Samples.Payment));
    }

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    [Fact]
    public async Task A_call_carries_its_token_and_a_proof_of_it()
    {
        await bank.Client().Payments.GetAsync("pay_1");

        var call = Assert.Single(bank.Of(PaymentRoute));
        var token = call["Authorization"]["DPoP ".Length..];
        var proof = call.Proof;
        await Proofs.VerifyAsync(proof);
        Assert.StartsWith("DPoP ", call["Authorization"], StringComparison.Ordinal);
        Assert.Equal(Proofs.Thumbprint(bank.Of("POST /token").Single().Proof), Proofs.Thumbprint(proof));
        Assert.Equal("GET", proof.GetPayloadValue<string>("htm"));
        Assert.Equal(bank.Authority.AbsoluteUri + "v1/payments/pay_1", proof.GetPayloadValue<string>("htu"));
        Assert.Equal(
            Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token))),
            proof.GetPayloadValue<string>("ath")
        );
        Assert.Equal(22, proof.Id.Length);
    }

    [Fact]
    public async Task The_proof_leaves_the_query_out_and_names_ids_as_they_are_sent()
    {
        var store = new MemoryTokenStore();
        var client = await bank.LinkedClientAsync(store, DateTimeOffset.MaxValue);
        bank.Script(
            "GET /v1/accounts/a b?c/transactions",
            Answers.Json(200, new { data = Array.Empty<object>(), has_more = false })
        );

        await client.Accounts.ListTransactionsPageAsync(Samples.Customer, "a b?c", 20, "cursor&1");

        var call = Assert.Single(bank.Requests);
        Assert.Equal("?limit=20&after=cursor%261", call.Query);
        Assert.Equal(
            bank.Authority.AbsoluteUri + "v1/accounts/a%20b%3Fc/transactions",
            call.Proof.GetPayloadValue<string>("htu")
        );
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(" ")]
    public async Task An_id_that_would_name_another_path_is_refused(string id) =>
        await Assert.ThrowsAsync<ArgumentException>(() => bank.Client().Orders.GetAsync(id));

    [Fact]
    public async Task A_nonce_the_authorization_server_asks_for_is_given_with_a_fresh_proof_and_assertion()
    {
        bank.Script("POST /token", Answers.AuthorizationNonce("as-1"), bank.Oauth.AppToken());

        await bank.Client().Payments.GetAsync("pay_1");

        var (first, second) = (bank.Of("POST /token")[0], bank.Of("POST /token")[1]);
        Assert.Equal(2, bank.Of("POST /token").Count);
        Assert.False(first.Proof.TryGetPayloadValue<string>("nonce", out _));
        Assert.Equal("as-1", second.Proof.GetPayloadValue<string>("nonce"));
        Assert.NotEqual(first.Proof.Id, second.Proof.Id);
        Assert.NotEqual(first.Assertion.Id, second.Assertion.Id);
    }

    [Fact]
    public async Task A_nonce_the_API_asks_for_is_given_at_once()
    {
        bank.Script(
            PaymentRoute,
            Answers.Challenge("use_dpop_nonce", "rs-1"),
            Answers.Payment(Samples.Payment)
        );

        await bank.Client().Payments.GetAsync("pay_1");

        var (first, second) = (bank.Of(PaymentRoute)[0], bank.Of(PaymentRoute)[1]);
        Assert.Equal("rs-1", second.Proof.GetPayloadValue<string>("nonce"));
        Assert.NotEqual(first.Proof.Id, second.Proof.Id);
        Assert.Equal(first["Authorization"], second["Authorization"]);
        Assert.Equal(first["x-fapi-interaction-id"], second["x-fapi-interaction-id"]);
    }

    [Fact]
    public async Task Either_server_has_a_nonce_of_its_own_and_the_newest_counts()
    {
        var client = bank.Client();
        bank.Script("POST /token", bank.Oauth.AppToken("as-1"));
        bank.Script("POST /par", Answers.Json(201, new { request_uri = "urn:example:1", expires_in = 300 }));
        bank.Script(
            PaymentRoute,
            Answers.WithNonce("rs-1", Answers.Payment(Samples.Payment)),
            Answers.WithNonce("rs-2", Answers.Payment(Samples.Payment)),
            Answers.Payment(Samples.Payment)
        );

        for (var i = 0; i < 3; i++)
        {
            await client.Payments.GetAsync("pay_1");
        }

        await client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = new Uri("https://partner.example/callback"),
                AuthorizationDetails = [new CouponWallet()],
            }
        );

        var calls = bank.Of(PaymentRoute);
        Assert.False(calls[0].Proof.TryGetPayloadValue<string>("nonce", out _));
        Assert.Equal("rs-1", calls[1].Proof.GetPayloadValue<string>("nonce"));
        Assert.Equal("rs-2", calls[2].Proof.GetPayloadValue<string>("nonce"));
        Assert.Equal("as-1", bank.Of("POST /par").Single().Proof.GetPayloadValue<string>("nonce"));
    }

    /// <summary>The nodes of a server change their secret one after the other.</summary>
    [Fact]
    public async Task Another_nonce_that_is_asked_for_is_given_too()
    {
        bank.Script(
            "POST /token",
            Answers.AuthorizationNonce("as-1"),
            Answers.AuthorizationNonce("as-2"),
            bank.Oauth.AppToken()
        );
        bank.Script(
            PaymentRoute,
            Answers.Challenge("use_dpop_nonce", "rs-1"),
            Answers.Challenge("use_dpop_nonce", "rs-2"),
            Answers.Payment(Samples.Payment)
        );

        await bank.Client().Payments.GetAsync("pay_1");

        Assert.Equal("as-2", bank.Of("POST /token")[2].Proof.GetPayloadValue<string>("nonce"));
        Assert.Equal("rs-2", bank.Of(PaymentRoute)[2].Proof.GetPayloadValue<string>("nonce"));
    }

    [Fact]
    public async Task Nonces_are_not_taken_up_for_ever()
    {
        bank.Script(
            PaymentRoute,
            [.. Enumerable.Range(1, 10).Select(number => Answers.Challenge("use_dpop_nonce", $"rs-{number}"))]
        );

        var refusal = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            bank.Client().Payments.GetAsync("pay_1")
        );

        Assert.Equal("use_dpop_nonce", refusal.Code);
        Assert.Equal(3, bank.Of(PaymentRoute).Count);
    }

    [Fact]
    public async Task A_server_that_asks_for_the_same_nonce_again_and_again_is_given_one_more_try()
    {
        bank.Script(PaymentRoute, Answers.Challenge("use_dpop_nonce", "rs-1"));

        var refusal = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            bank.Client().Payments.GetAsync("pay_1")
        );

        Assert.Equal("use_dpop_nonce", refusal.Code);
        Assert.Equal(2, bank.Of(PaymentRoute).Count);
    }

    [Fact]
    public async Task A_nonce_and_then_a_token_may_be_asked_for_in_one_call()
    {
        bank.Script(
            PaymentRoute,
            Answers.Challenge("use_dpop_nonce", "rs-1"),
            Answers.Challenge("invalid_token"),
            Answers.Payment(Samples.Payment)
        );

        await bank.Client().Payments.GetAsync("pay_1");

        Assert.Equal(3, bank.Of(PaymentRoute).Count);
        Assert.Equal(2, bank.Of("POST /token").Count);
    }

    [Fact]
    public async Task Every_call_names_itself_and_the_package()
    {
        var client = bank.Client();
        await client.Payments.GetAsync("pay_1");
        await client.Payments.GetAsync("pay_1");

        var calls = bank.Of(PaymentRoute);
        Assert.All(calls, call => Assert.Equal("OpenBanking.Sdk/0.1.0", call["User-Agent"]));
        Assert.All(calls, call => Assert.True(Guid.TryParseExact(call["x-fapi-interaction-id"], "D", out _)));
        Assert.NotEqual(calls[0]["x-fapi-interaction-id"], calls[1]["x-fapi-interaction-id"]);
    }

    [Fact]
    public async Task Every_client_has_a_key_of_its_own_unless_one_is_given()
    {
        await bank.Client().Payments.GetAsync("pay_1");
        await bank.Client().Payments.GetAsync("pay_1");

        var calls = bank.Of(PaymentRoute);
        Assert.NotEqual(Proofs.Thumbprint(calls[0].Proof), Proofs.Thumbprint(calls[1].Proof));
    }
}
