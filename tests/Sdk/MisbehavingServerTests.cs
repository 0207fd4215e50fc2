using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

/// <summary>What the client must see through (FAPI 2.0 SP §5.3.3), with a server that does everything else right. Id tokens
/// have tests of their own in <see cref="IdTokenTests"/>, callbacks in <see cref="AccountLinkCallbackTests"/>, metadata in
/// <see cref="MetadataTests"/>, nonces in <see cref="DpopTests"/>.</summary>
public sealed class MisbehavingServerTests : IAsyncLifetime
{
    private static readonly AccountLinkRequest request = new()
    {
        RedirectUri = new Uri("https://partner.example/callback"),
        AuthorizationDetails = [new AccountInformation()],
    };

    private readonly MemoryTokenStore store = new();
    private StubBank bank = null!;
    private OpenBankingClient client = null!;

    public async ValueTask InitializeAsync()
    {
        bank = await StubBank.StartAsync();
        bank.Script("GET /v1/payments/pay_1", Answers.Payment(Samples.Payment));
        client = bank.Client(options => options.TokenStore = store);
    }

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    [Theory]
    [InlineData("dpop")]
    [InlineData("DPOP")]
    [InlineData("dPoP")]
    public async Task A_token_type_in_an_odd_case_is_understood_and_the_scheme_is_sent_as_it_should_be(
        string type
    )
    {
        bank.Script("POST /token", Answers.Json(200, Token(type: type)));

        await client.Payments.GetAsync("pay_1");

        Assert.Equal("DPoP token", Assert.Single(bank.Of("GET /v1/payments/pay_1"))["Authorization"]);
    }

    [Theory]
    [InlineData("""{"token_type":"DPoP","expires_in":300}""")]
    [InlineData("""{"access_token":"","token_type":"DPoP","expires_in":300}""")]
    [InlineData("""{"access_token":"a b","token_type":"DPoP","expires_in":300}""")]
    [InlineData("""{"access_token":"a\r\nX-Forged: 1","token_type":"DPoP","expires_in":300}""")]
    [InlineData("""{"access_token":"a","expires_in":300}""")]
    [InlineData("""{"access_token":"a","token_type":"Bearer","expires_in":300}""")]
    [InlineData("""{"access_token":"a","token_type":"DPoP"}""")]
    [InlineData("""{"access_token":"a","token_type":"DPoP","expires_in":0}""")]
    [InlineData("""{"access_token":"a","token_type":"DPoP","expires_in":-300}""")]
    [InlineData("""{"access_token":"a","token_type":"DPoP","expires_in":"soon"}""")]
    [InlineData("""{"access_token":null,"token_type":"DPoP","expires_in":300}""")]
    [InlineData("""["a"]""")]
    [InlineData("null")]
    [InlineData("<html>")]
    public async Task An_answer_that_is_no_bound_token_is_refused_and_nothing_is_called(string answer)
    {
        bank.Script("POST /token", Answers.Text(200, answer, "application/json"));

        await Assert.ThrowsAnyAsync<OpenBankingException>(() => client.Payments.GetAsync("pay_1"));

        Assert.Empty(bank.Of("GET /v1/payments/pay_1"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"expires_in":300}""")]
    [InlineData("""{"request_uri":"","expires_in":300}""")]
    [InlineData("""{"request_uri":null,"expires_in":300}""")]
    [InlineData("""{"request_uri":"urn:a","expires_in":0}""")]
    [InlineData("""{"request_uri":7,"expires_in":300}""")]
    [InlineData("null")]
    public async Task An_answer_without_a_request_uri_sends_nobody_anywhere(string answer)
    {
        bank.Script("POST /par", Answers.Text(201, answer, "application/json"));

        await Assert.ThrowsAnyAsync<OpenBankingException>(() => client.AccountLinks.StartAsync(request));
    }

    [Fact]
    public async Task A_request_uri_is_never_used_for_a_second_link_and_every_link_has_a_challenge_of_its_own()
    {
        var first = await client.AccountLinks.StartAsync(request);
        var second = await client.AccountLinks.StartAsync(request);

        Assert.NotEqual(first.AuthorizationUrl, second.AuthorizationUrl);
        var pushed = bank.Of("POST /par");
        Assert.Equal(2, pushed.Select(push => push.Form["code_challenge"]).Distinct().Count());
        Assert.All(pushed, push => Assert.InRange(push.Form["nonce"].Length, 22, 64));
    }

    [Fact]
    public async Task A_link_without_an_id_token_is_none()
    {
        var link = await client.AccountLinks.StartAsync(request);
        bank.Script("POST /token", Answers.Json(200, Token()));

        var refusal = await Assert.ThrowsAsync<AccountLinkException>(() =>
            client.AccountLinks.CompleteAsync(link.Session, bank.Oauth.Callback())
        );

        Assert.Equal(ClientErrorCodes.InvalidIdToken, refusal.Code);
        Assert.Null(await store.GetAsync(Samples.Customer));
    }

    [Fact]
    public async Task A_callback_that_was_meant_for_another_link_is_refused()
    {
        var first = await client.AccountLinks.StartAsync(request);
        await client.AccountLinks.StartAsync(request);

        var refusal = await Assert.ThrowsAsync<AccountLinkException>(() =>
            client.AccountLinks.CompleteAsync(first.Session, bank.Oauth.Callback())
        );

        Assert.Equal(ClientErrorCodes.StateMismatch, refusal.Code);
        Assert.Empty(bank.Of("POST /token"));
    }

    [Theory]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_takes_no_assertion_and_no_proof_elsewhere(int status)
    {
        await using var thief = await StubBank.StartAsync();
        bank.Script(
            "POST /token",
            context =>
            {
                context.Response.StatusCode = status;
                context.Response.Headers.Location = new Uri(thief.Authority, "/token").ToString();
                return Task.CompletedTask;
            }
        );

        await Assert.ThrowsAnyAsync<OpenBankingException>(() => client.Payments.GetAsync("pay_1"));

        Assert.Empty(thief.Requests);
    }

    private static object Token(string type = "DPoP") =>
        new
        {
            access_token = "token",
            token_type = type,
            expires_in = 300,
        };
}
