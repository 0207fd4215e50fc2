using System.Text.Json;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

public sealed class AppRegistrationTests
{
    [Theory]
    [InlineData("token\n")]
    [InlineData("two tokens")]
    [InlineData("tök")]
    public async Task A_token_with_what_no_token_has_is_refused_where_it_is_passed(string token)
    {
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() =>
            AppRegistration.RegisterAsync(
                new Uri("https://bank.example"),
                token,
                new ClientRegistrationRequest
                {
                    ClientName = "App",
                    RedirectUris = [],
                    Jwks = new JsonWebKeySetDocument { Keys = [] },
                }
            )
        );

        Assert.Equal("initialAccessToken", refusal.ParamName);
        Assert.Contains("line's end", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sandbox_is_signed_up_for()
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script(
            "POST /sandbox/partners",
            Answers.Json(
                201,
                new
                {
                    partner_id = "prt_1",
                    sandbox_id = "7",
                    initial_access_token = "initial",
                    messages_url = "http://localhost/messages",
                    persons_url = "http://localhost/persons",
                }
            )
        );

        var sandbox = await AppRegistration.SignUpForSandboxAsync(bank.Authority, "Example Video");

        Assert.Equal("""{"partner_name":"Example Video"}""", Assert.Single(bank.Requests).Text);
        Assert.Equal("initial", sandbox.InitialAccessToken);
        Assert.Equal(201, sandbox.Response!.Status);
        Assert.DoesNotContain("initial", sandbox.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_with_a_path_too_many_is_told_with_the_whole_of_it()
    {
        await using var bank = await StubBank.StartAsync();

        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
            AppRegistration.SignUpForSandboxAsync(new Uri(bank.Authority, "/v1"), "Example Video")
        );

        Assert.Equal((404, ProblemCodes.NotFound), (refusal.Status, refusal.Code));
        Assert.Contains($"{bank.Authority}v1/sandbox/partners", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("no path such as /v1", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(Answers.RequestId, refusal.RequestId);
    }

    [Fact]
    public async Task An_app_is_registered_with_its_public_key_alone()
    {
        await using var bank = await StubBank.StartAsync();
        var key = ClientKey.CreateEs256();
        bank.Script("POST /register", Answers.Json(201, Registration(key)));

        var app = await AppRegistration.RegisterAsync(bank.Authority, "initial", Request(key));

        var sent = bank.Of("POST /register").Single();
        using var body = JsonDocument.Parse(sent.Text);
        Assert.Equal("Bearer initial", sent["Authorization"]);
        Assert.Equal("Example", body.RootElement.GetProperty("client_name").GetString());
        Assert.Equal(
            ["alg", "crv", "kid", "kty", "use", "x", "y"],
            body.RootElement.GetProperty("jwks")
                .GetProperty("keys")[0]
                .EnumerateObject()
                .Select(member => member.Name)
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal("app_1", app.ClientId);
    }

    [Fact]
    public async Task A_refused_app_is_an_OAuth_error()
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script("POST /register", Answers.OAuthError(400, "invalid_redirect_uri"));

        var refusal = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            AppRegistration.RegisterAsync(bank.Authority, "initial", Request(ClientKey.CreateEs256()))
        );

        Assert.Equal("invalid_redirect_uri", refusal.Code);
    }

    /// <summary>A change ends the token it was made with, so that it is made once however often it is sent.</summary>
    [Fact]
    public async Task A_change_that_did_not_arrive_is_sent_again()
    {
        await using var bank = await StubBank.StartAsync();
        var key = ClientKey.CreateEs256();
        bank.Script("PUT /register/app_1", Answers.Cut, Answers.Json(200, Registration(key)));

        var app = await AppRegistration.ChangeAsync(PlaceAt(bank), "current", Request(key));

        Assert.Equal("app_1", app.ClientId);
        Assert.Single(bank.Of("PUT /register/app_1").Select(sent => sent.Text).Distinct());
    }

    [Fact]
    public async Task A_change_whose_answer_was_lost_is_told_from_a_wrong_token()
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script("PUT /register/app_1", Answers.Cut, Answers.OAuthError(401, "invalid_token"));
        bank.Script("PUT /register/app_2", Answers.OAuthError(401, "invalid_token"));
        bank.Script("DELETE /register/app_1", Answers.Cut, Answers.OAuthError(401, "invalid_token"));

        var lost = await RefusedAsync(() => ChangeAsync(PlaceAt(bank)));
        var wrong = await RefusedAsync(() => ChangeAsync(new(PlaceAt(bank), "app_2")));
        var deleted = await RefusedAsync(() => AppRegistration.DeleteAsync(PlaceAt(bank), "current"));

        Assert.All([lost, wrong, deleted], refusal => Assert.Equal("invalid_token", refusal.Code));
        Assert.Contains("whose answer was lost", lost.Message, StringComparison.Ordinal);
        Assert.Contains("whose answer was lost", deleted.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("lost", wrong.Message, StringComparison.Ordinal);

        // A refusal of what was asked for says so, whatever came before it.
        bank.Script("PUT /register/app_3", Answers.OAuthError(400, "invalid_redirect_uri"));
        var refused = await RefusedAsync(() => ChangeAsync(new(PlaceAt(bank), "app_3")));
        Assert.Equal("invalid_redirect_uri", refused.Code);
        Assert.DoesNotContain("carried out", refused.Message, StringComparison.Ordinal);

        static Task ChangeAsync(Uri place) =>
            AppRegistration.ChangeAsync(place, "current", Request(ClientKey.CreateEs256()));

        static Task<OpenBankingAuthenticationException> RefusedAsync(Func<Task> act) =>
            Assert.ThrowsAsync<OpenBankingAuthenticationException>(act);
    }

    [Fact]
    public async Task Nothing_is_sent_to_an_insecure_address()
    {
        var address = new Uri("http://bank.example");

        await Assert.ThrowsAsync<ArgumentException>(() =>
            AppRegistration.SignUpForSandboxAsync(address, "Example")
        );
        await Assert.ThrowsAsync<ArgumentException>(() =>
            AppRegistration.RegisterAsync(address, "initial", Request(ClientKey.CreateEs256()))
        );
    }

    private static Uri PlaceAt(StubBank bank) => new(bank.Authority, "/register/app_1");

    private static ClientRegistrationRequest Request(ClientKey key) =>
        new()
        {
            ClientName = "Example",
            RedirectUris = ["https://partner.example/callback"],
            Jwks = new JsonWebKeySetDocument { Keys = [key.PublicJwk] },
        };

    private static object Registration(ClientKey key) =>
        new
        {
            client_id = "app_1",
            client_id_issued_at = 1,
            client_name = "Example",
            redirect_uris = new[] { "https://partner.example/callback" },
            jwks = new { keys = new[] { new { kty = "EC", kid = key.PublicJwk.Kid } } },
            token_endpoint_auth_method = "private_key_jwt",
            response_types = new[] { "code" },
            grant_types = new[] { "authorization_code" },
            scope = "openid",
            authorization_details_types = new[] { "coupon_wallet" },
            id_token_signed_response_alg = "ES256",
            dpop_bound_access_tokens = true,
            require_pushed_authorization_requests = true,
            scene = "other",
        };
}
