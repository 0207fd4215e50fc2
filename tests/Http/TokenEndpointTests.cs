using System.Buffers.Text;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>The token endpoint by its specification, without the SDK.</summary>
public sealed class TokenEndpointTests(SharedServer shared) : RawClientTests(shared)
{
    [Theory]
    [InlineData("password", "unsupported_grant_type")]
    [InlineData("implicit", "unsupported_grant_type")]
    [InlineData(null, "invalid_request")]
    public async Task Another_grant_is_refused(string? grant, string error)
    {
        var answer = await Client.PostFormAsync("/oauth/token", [("grant_type", grant)]);
        Assert.Equal((400, error), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task No_token_without_a_proof_and_none_without_a_nonce()
    {
        var without = await Client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials")],
            withProof: false
        );
        var unfresh = await Client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials")],
            proof: (_, claims) => claims.Remove("nonce")
        );

        Assert.Equal((400, "invalid_dpop_proof"), (without.Status, without.Code));
        Assert.Equal((400, "use_dpop_nonce"), (unfresh.Status, unfresh.Code));
        Assert.NotEmpty(unfresh.Headers.GetValues("DPoP-Nonce").Single());
    }

    [Fact]
    public async Task A_nonce_of_the_api_is_none_of_the_authorization_server()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Client.Server, "/v1/accounts"));
        var nonce = (await Client.SendAsync(request)).Headers.GetValues("DPoP-Nonce").Single();
        var answer = await Client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials")],
            proof: (_, claims) => claims["nonce"] = nonce
        );
        Assert.Equal((400, "use_dpop_nonce"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Answers_with_tokens_are_not_cached()
    {
        var answer = await Client.PostFormAsync("/oauth/token", [("grant_type", "client_credentials")]);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal("DPoP", answer.Json["token_type"]!.GetValue<string>());
        Assert.InRange(answer.Json["expires_in"]!.GetValue<int>(), 1, 300);
    }

    [Fact]
    public async Task A_code_gives_tokens_once_and_a_second_use_takes_them_back()
    {
        var (code, redirect) = await Client.AuthorizeAsync();
        var first = (await Client.RedeemAsync(code, redirect)).Json;
        var accessToken = first["access_token"]!.GetValue<string>();
        Assert.Equal(200, (await Client.CallAsync(HttpMethod.Get, "/v1/accounts", accessToken)).Status);

        var second = await Client.RedeemAsync(code, redirect);

        Assert.Equal((400, "invalid_grant"), (second.Status, second.Code));
        Assert.Equal(401, (await Client.CallAsync(HttpMethod.Get, "/v1/accounts", accessToken)).Status);
        var refreshed = await Client.RefreshAsync(first["refresh_token"]!.GetValue<string>());
        Assert.Equal((400, "invalid_grant"), (refreshed.Status, refreshed.Code));
        // What the customer agreed to is theirs and the partner's, whoever sent the code twice.
        var consent = await Client.Partner.Client.Consents.GetAsync(first["consent_id"]!.GetValue<string>());
        Assert.Equal(ConsentStatus.Authorized, consent.Status);
    }

    [Fact]
    public async Task A_code_that_was_used_takes_its_tokens_back_also_after_it_has_expired()
    {
        var clock = new ShiftedClock();
        await using var server = await TestServer.StartAsync(builder =>
            builder.Services.AddSingleton<TimeProvider>(clock)
        );
        using var client = new RawClient(await TestPartner.NewAsync(server.Address), server.Address);
        var (code, redirect) = await client.AuthorizeAsync();
        var first = (await client.RedeemAsync(code, redirect)).Json;
        clock.Ahead = TimeSpan.FromSeconds(62);
        // Brings the nonce of now.
        await client.PostFormAsync("/oauth/token", [], withProof: false);

        var late = await client.PostFormAsync(
            "/oauth/token",
            [
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", redirect),
                ("code_verifier", AuthorizationFlow.Verifier),
            ],
            assertion: (_, claims) => claims["exp"] = Seconds(120),
            proof: (_, claims) => claims["iat"] = Seconds(62)
        );
        var refreshed = await client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "refresh_token"), ("refresh_token", first["refresh_token"]!.GetValue<string>())],
            assertion: (_, claims) => claims["exp"] = Seconds(120),
            proof: (_, claims) => claims["iat"] = Seconds(62)
        );

        Assert.Equal((400, "invalid_grant"), (late.Status, late.Code));
        Assert.Contains("used before", late.Json["error_description"]!.GetValue<string>());
        Assert.Equal((400, "invalid_grant"), (refreshed.Status, refreshed.Code));
    }

    [Fact]
    public async Task A_client_that_is_not_registered_for_refresh_tokens_gets_none()
    {
        await RegisterForAsync("authorization_code");
        var (code, redirect) = await Client.AuthorizeAsync();

        var tokens = (await Client.RedeemAsync(code, redirect)).Json;
        var again = await Client.RedeemAsync(code, redirect);

        var accessToken = tokens["access_token"]!.GetValue<string>();
        Assert.Null(tokens["refresh_token"]);
        Assert.Equal((400, "invalid_grant"), (again.Status, again.Code));
        Assert.Equal(401, (await Client.CallAsync(HttpMethod.Get, "/v1/accounts", accessToken)).Status);
    }

    [Theory]
    [InlineData("authorization_code", "code", "invalid_request")]
    [InlineData("authorization_code", "redirect_uri", "invalid_request")]
    // As the conformance suite has it (ensure-pkce-code-verifier-required).
    [InlineData("authorization_code", "code_verifier", "invalid_grant")]
    [InlineData("refresh_token", "refresh_token", "invalid_request")]
    public async Task A_parameter_that_is_missing_is_named(string grant, string parameter, string error)
    {
        var form = new Dictionary<string, string?>
        {
            ["grant_type"] = grant,
            ["code"] = "code",
            ["redirect_uri"] = TestPartner.RedirectUri.ToString(),
            ["code_verifier"] = AuthorizationFlow.Verifier,
            ["refresh_token"] = "token",
        };
        if (parameter == "code_verifier")
        {
            form["code"] = (await Client.AuthorizeAsync()).Code;
        }

        foreach (var none in new[] { null, "" })
        {
            form[parameter] = none;
            var answer = await Client.PostFormAsync(
                "/oauth/token",
                form.Select(field => (field.Key, field.Value))
            );
            Assert.Equal((400, error), (answer.Status, answer.Code));
            Assert.StartsWith(
                $"{parameter} is missing",
                answer.Json["error_description"]!.GetValue<string>()
            );
        }
    }

    [Fact]
    public async Task A_code_needs_its_verifier_its_address_its_client_and_its_key()
    {
        var (code, redirect) = await Client.AuthorizeAsync();
        using var other = await Shared.NewRawClientAsync();
        using var thief = new RawClient(Client.Partner, Client.Server);

        var noVerifier = await Client.RedeemAsync(code, redirect, ("code_verifier", null));
        var wrongVerifier = await Client.RedeemAsync(code, redirect, ("code_verifier", new string('v', 43)));
        var wrongAddress = await Client.RedeemAsync(
            code,
            redirect,
            ("redirect_uri", "http://localhost:1/other")
        );
        var noAddress = await Client.RedeemAsync(code, redirect, ("redirect_uri", null));
        var otherClient = await other.RedeemAsync(code, redirect);
        var otherKey = await thief.RedeemAsync(code, redirect);

        Assert.All(
            new[] { noVerifier, wrongVerifier, wrongAddress, otherClient },
            answer => Assert.Equal((400, "invalid_grant"), (answer.Status, answer.Code))
        );
        Assert.Equal((400, "invalid_request"), (noAddress.Status, noAddress.Code));
        Assert.Equal((400, "invalid_dpop_proof"), (otherKey.Status, otherKey.Code));
        Assert.Equal(200, (await Client.RedeemAsync(code, redirect)).Status);
    }

    [Fact]
    public async Task The_token_answer_says_what_was_granted_and_the_id_token_who_for()
    {
        var (code, redirect) = await Client.AuthorizeAsync(("nonce", "n-0S6_WzA2Mj"));
        var answer = await Client.RedeemAsync(code, redirect);

        var granted = answer.Json["authorization_details"]!.AsArray();
        Assert.Equal(4, granted.Count);
        Assert.StartsWith("agr_", granted[3]!["agreement_id"]!.GetValue<string>());
        var claims = Claims(answer.Json["id_token"]!.GetValue<string>());
        Assert.Equal("n-0S6_WzA2Mj", claims["nonce"]!.GetValue<string>());
        Assert.Equal(Client.Partner.ClientId, claims["aud"]!.GetValue<string>());
        Assert.Equal(Client.Issuer, claims["iss"]!.GetValue<string>());
        Assert.StartsWith("cus_", claims["sub"]!.GetValue<string>());
        var access = Claims(answer.Json["access_token"]!.GetValue<string>());
        Assert.NotNull(access["cnf"]!["jkt"]);
    }

    [Fact]
    public async Task A_refresh_token_stays_with_its_client_and_ends_with_its_consent()
    {
        var (code, redirect) = await Client.AuthorizeAsync();
        var tokens = (await Client.RedeemAsync(code, redirect)).Json;
        var refresh = tokens["refresh_token"]!.GetValue<string>();
        using var other = await Shared.NewRawClientAsync();
        using var sibling = new RawClient(await Client.Partner.NewAppAsync(), Client.Server);

        var stolen = await other.RefreshAsync(refresh);
        var taken = await sibling.RefreshAsync(refresh);
        var wider = await Client.PostFormAsync(
            "/oauth/token",
            [
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh),
                ("scope", "openid accounts payments"),
            ]
        );
        var first = await Client.RefreshAsync(refresh);
        var second = await Client.RefreshAsync(refresh);
        await Client.Partner.Client.Consents.RevokeAsync(tokens["consent_id"]!.GetValue<string>());
        var ended = await Client.RefreshAsync(refresh);

        Assert.Equal((400, "invalid_grant"), (stolen.Status, stolen.Code));
        Assert.Equal((400, "invalid_grant"), (taken.Status, taken.Code));
        Assert.Equal((400, "invalid_scope"), (wider.Status, wider.Code));
        Assert.Equal((200, 200), (first.Status, second.Status));
        Assert.Equal((400, "invalid_grant"), (ended.Status, ended.Code));
    }

    [Fact]
    public async Task An_assertion_refreshes_once()
    {
        var refresh = (await Client.TokensAsync())["refresh_token"]!.GetValue<string>();
        (string, string?)[] form =
        [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh),
            ("client_assertion", Client.NewAssertion()),
        ];

        var first = await Client.PostFormAsync("/oauth/token", form);
        var second = await Client.PostFormAsync("/oauth/token", form);

        Assert.Equal(200, first.Status);
        Assert.Equal((401, "invalid_client"), (second.Status, second.Code));
    }

    [Fact]
    public async Task A_refresh_token_needs_the_client_to_authenticate_and_a_proof()
    {
        var (code, redirect) = await Client.AuthorizeAsync();
        var refresh = (await Client.RedeemAsync(code, redirect)).Json["refresh_token"]!.GetValue<string>();

        var anonymous = await Client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "refresh_token"), ("refresh_token", refresh), ("client_assertion", null)]
        );
        var unproven = await Client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "refresh_token"), ("refresh_token", refresh)],
            withProof: false
        );

        Assert.Equal((401, "invalid_client"), (anonymous.Status, anonymous.Code));
        Assert.Equal((400, "invalid_dpop_proof"), (unproven.Status, unproven.Code));
    }

    private async Task RegisterForAsync(params string[] grants)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Client.Partner.App.RegistrationClientUri);
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"Bearer {Client.Partner.App.RegistrationAccessToken}"
        );
        request.Content = JsonContent.Create(
            new ClientRegistrationRequest
            {
                ClientName = "Test App",
                RedirectUris = [TestPartner.RedirectUri.ToString()],
                Jwks = new JsonWebKeySetDocument { Keys = [Client.Partner.Key.PublicJwk] },
                GrantTypes = grants,
            },
            ResponseJson.Default.ClientRegistrationRequest
        );
        Assert.Equal(200, (await Client.SendAsync(request)).Status);
    }

    private static long Seconds(int fromNow) => DateTimeOffset.UtcNow.ToUnixTimeSeconds() + fromNow;

    private static JsonNode Claims(string token) =>
        JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!;
}
