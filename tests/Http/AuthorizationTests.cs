using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>The authorization server by its specification, without the SDK.</summary>
public sealed class AuthorizationTests(SharedServer shared) : IAsyncLifetime
{
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string AllDetails = """
        [{"type":"account_opening"},{"type":"account_information"},{"type":"coupon_wallet"},{"type":"payment_agreement",
        "per_payment_limit":{"currency":"CNY","amount":50000},"daily_limit":{"currency":"CNY","amount":100000},
        "total_limit":{"currency":"CNY","amount":1000000},"top_up_allowed":true}]
        """;

    private RawClient client = null!;

    public async ValueTask InitializeAsync() => client = await shared.NewRawClientAsync();

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Both_well_known_addresses_give_one_document_with_what_the_profile_asks()
    {
        using var http = new HttpClient { BaseAddress = client.Server };
        var openId = await http.GetStringAsync("/.well-known/openid-configuration");
        Assert.Equal(openId, await http.GetStringAsync("/.well-known/oauth-authorization-server"));

        var metadata = JsonNode.Parse(openId)!;
        Assert.Equal(client.Issuer, metadata["issuer"]!.GetValue<string>());
        Assert.Equal(["code"], Strings(metadata["response_types_supported"]!));
        Assert.Equal(["S256"], Strings(metadata["code_challenge_methods_supported"]!));
        Assert.Equal(["private_key_jwt"], Strings(metadata["token_endpoint_auth_methods_supported"]!));
        Assert.True(metadata["require_pushed_authorization_requests"]!.GetValue<bool>());
        Assert.True(metadata["authorization_response_iss_parameter_supported"]!.GetValue<bool>());
        var keys = JsonNode.Parse(await http.GetStringAsync(metadata["jwks_uri"]!.GetValue<string>()))![
            "keys"
        ]!.AsArray();
        Assert.All(keys, key => Assert.Null(key!["d"]));
        Assert.Equal(keys.Count, keys.Select(key => key!["kid"]!.GetValue<string>()).Distinct().Count());
    }

    /// <summary>What is done to the client assertion.</summary>
    public static TheoryData<string, Action<JsonObject, JsonObject>> WrongAssertions =>
        new()
        {
            { "alg RS256", (header, _) => header["alg"] = "RS256" },
            { "alg none", (header, _) => header["alg"] = "none" },
            { "a key id that is not registered", (header, _) => header["kid"] = "other" },
            { "no sub", (_, claims) => claims.Remove("sub") },
            { "no iss", (_, claims) => claims.Remove("iss") },
            { "another iss", (_, claims) => claims["iss"] = "app_00000000000000000000000000" },
            { "another client", (_, claims) => Impersonate(claims, "app_00000000000000000000000000") },
            { "no aud", (_, claims) => claims.Remove("aud") },
            { "aud of another server", (_, claims) => claims["aud"] = "https://bank.example" },
            { "aud as an array", (_, claims) => claims["aud"] = new JsonArray(claims["aud"]!.DeepClone()) },
            { "aud of the token endpoint", (_, claims) => claims["aud"] += "/oauth/token" },
            { "aud of the PAR endpoint", (_, claims) => claims["aud"] += "/oauth/par" },
            { "no exp", (_, claims) => claims.Remove("exp") },
            { "exp five minutes ago", (_, claims) => claims["exp"] = Seconds(-300) },
            { "exp in an hour", (_, claims) => claims["exp"] = Seconds(3600) },
            { "iat over a minute ahead", (_, claims) => claims["iat"] = Seconds(62) },
            { "nbf over a minute ahead", (_, claims) => claims["nbf"] = Seconds(62) },
            { "no jti", (_, claims) => claims.Remove("jti") },
        };

    [Theory]
    [MemberData(nameof(WrongAssertions), DisableDiscoveryEnumeration = true)]
    public async Task A_wrong_client_assertion_is_refused_everywhere(
        string what,
        Action<JsonObject, JsonObject> change
    )
    {
        var par = await PushAsync(assertion: change);
        var token = await client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials")],
            change
        );

        Assert.True((par.Status, par.Code) == (401, "invalid_client"), $"{what} at PAR: {par.Text}");
        Assert.True((token.Status, token.Code) == (401, "invalid_client"), $"{what} at token: {token.Text}");
    }

    [Fact]
    public async Task An_assertion_from_eight_seconds_ahead_is_accepted()
    {
        var answer = await PushAsync(assertion: (_, claims) => claims["nbf"] = Seconds(8));
        Assert.Equal(201, answer.Status);
    }

    [Fact]
    public async Task An_assertion_is_good_once()
    {
        void Fixed(JsonObject header, JsonObject claims) => claims["jti"] = "once";

        var first = await PushAsync(assertion: Fixed);
        var second = await PushAsync(assertion: Fixed);
        var elsewhere = await client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials")],
            Fixed
        );

        Assert.True(first.Status == 201, first.Text);
        Assert.Equal((401, "invalid_client"), (second.Status, second.Code));
        Assert.Equal((401, "invalid_client"), (elsewhere.Status, elsewhere.Code));
    }

    [Theory]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", "code id_token", "unsupported_response_type")]
    [InlineData("response_type", null, "unsupported_response_type")]
    [InlineData("redirect_uri", null, "invalid_request")]
    [InlineData("redirect_uri", "http://localhost:1/callback/", "invalid_request")]
    [InlineData("redirect_uri", "http://LOCALHOST:1/callback", "invalid_request")]
    [InlineData("redirect_uri", "https://attacker.example/", "invalid_request")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge", "short", "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("scope", "openid payments", "invalid_scope")]
    [InlineData("scope", "surprise", "invalid_scope")]
    [InlineData("request_uri", "urn:ietf:params:oauth:request_uri:x", "invalid_request")]
    [InlineData("request", "a.b.c", "invalid_request")]
    [InlineData(
        "nonce",
        "01234567890123456789012345678901234567890123456789012345678901234",
        "invalid_request"
    )]
    [InlineData("dpop_jkt", "another key", "invalid_dpop_proof")]
    [InlineData("authorization_details", null, "invalid_request")]
    [InlineData("authorization_details", "nonsense", "invalid_authorization_details")]
    [InlineData("authorization_details", "{}", "invalid_authorization_details")]
    [InlineData("authorization_details", "[]", "invalid_authorization_details")]
    [InlineData("authorization_details", "[{}]", "invalid_authorization_details")]
    [InlineData("authorization_details", """[{"type":"surprise"}]""", "invalid_authorization_details")]
    [InlineData(
        "authorization_details",
        """[{"type":"coupon_wallet","a":1}]""",
        "invalid_authorization_details"
    )]
    [InlineData(
        "authorization_details",
        """[{"type":"coupon_wallet"},{"type":"coupon_wallet"}]""",
        "invalid_authorization_details"
    )]
    [InlineData(
        "authorization_details",
        """[{"type":"account_information","actions":["all"]}]""",
        "invalid_authorization_details"
    )]
    [InlineData(
        "authorization_details",
        """[{"type":"account_information","actions":[]}]""",
        "invalid_authorization_details"
    )]
    [InlineData(
        "authorization_details",
        """[{"type":"account_opening","account_type":"type_i"}]""",
        "invalid_authorization_details"
    )]
    [InlineData(
        "authorization_details",
        """[{"type":"payment_agreement"}]""",
        "invalid_authorization_details"
    )]
    public async Task A_wrong_authorization_request_is_refused_when_it_is_pushed(
        string parameter,
        string? value,
        string error
    )
    {
        var answer = await PushAsync((parameter, value));
        Assert.Equal((400, error), (answer.Status, answer.Code));
        Assert.NotEmpty(answer.Json["error_description"]!.GetValue<string>());
    }

    [Fact]
    public async Task Limits_of_an_agreement_must_fit_together()
    {
        var answer = await PushAsync(
            (
                "authorization_details",
                AllDetails.Replace(
                    "\"daily_limit\":{\"currency\":\"CNY\",\"amount\":100000}",
                    "\"daily_limit\":{\"currency\":\"CNY\",\"amount\":1}"
                )
            )
        );
        Assert.Equal((400, "invalid_authorization_details"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_repeated_parameter_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(client.Server, "/oauth/par"));
        request.Content = new StringContent(
            "response_type=code&response_type=code",
            Encoding.UTF8,
            "application/x-www-form-urlencoded"
        );
        var answer = await client.SendAsync(request);
        Assert.Equal((400, "invalid_request"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_body_that_is_no_form_is_refused()
    {
        foreach (var path in new[] { "/oauth/par", "/oauth/token" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(client.Server, path));
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
            var answer = await client.SendAsync(request);
            Assert.Equal((400, "invalid_request"), (answer.Status, answer.Code));
        }
    }

    [Fact]
    public async Task Another_method_at_par_is_405()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(client.Server, "/oauth/par"));
        Assert.Equal(405, (await client.SendAsync(request)).Status);
    }

    [Theory]
    [InlineData("password", "unsupported_grant_type")]
    [InlineData("implicit", "unsupported_grant_type")]
    [InlineData(null, "invalid_request")]
    public async Task Another_grant_is_refused(string? grant, string error)
    {
        var answer = await client.PostFormAsync("/oauth/token", [("grant_type", grant)]);
        Assert.Equal((400, error), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task No_token_without_a_proof_and_none_without_a_nonce()
    {
        var without = await client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials")],
            withProof: false
        );
        var unfresh = await client.PostFormAsync(
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
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(client.Server, "/v1/accounts"));
        var nonce = (await client.SendAsync(request)).Headers.GetValues("DPoP-Nonce").Single();
        var answer = await client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials")],
            proof: (_, claims) => claims["nonce"] = nonce
        );
        Assert.Equal((400, "use_dpop_nonce"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Answers_with_tokens_are_not_cached()
    {
        var answer = await client.PostFormAsync("/oauth/token", [("grant_type", "client_credentials")]);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal("DPoP", answer.Json["token_type"]!.GetValue<string>());
        Assert.InRange(answer.Json["expires_in"]!.GetValue<int>(), 1, 300);
    }

    [Fact]
    public async Task A_code_gives_tokens_once_and_a_second_use_takes_them_back()
    {
        var (code, redirect) = await AuthorizeAsync();
        var first = await RedeemAsync(code, redirect);
        var accessToken = first.Json["access_token"]!.GetValue<string>();
        Assert.Equal(200, (await client.CallAsync(HttpMethod.Get, "/v1/accounts", accessToken)).Status);

        var second = await RedeemAsync(code, redirect);

        Assert.Equal((400, "invalid_grant"), (second.Status, second.Code));
        Assert.Equal(401, (await client.CallAsync(HttpMethod.Get, "/v1/accounts", accessToken)).Status);
    }

    [Fact]
    public async Task A_code_needs_its_verifier_its_address_its_client_and_its_key()
    {
        var (code, redirect) = await AuthorizeAsync();
        using var other = await shared.NewRawClientAsync();
        using var thief = new RawClient(client.Partner, client.Server);

        var noVerifier = await RedeemAsync(code, redirect, ("code_verifier", null));
        var wrongVerifier = await RedeemAsync(code, redirect, ("code_verifier", new string('v', 43)));
        var wrongAddress = await RedeemAsync(code, redirect, ("redirect_uri", "http://localhost:1/other"));
        var noAddress = await RedeemAsync(code, redirect, ("redirect_uri", null));
        var otherClient = await RedeemAsync(other, code, redirect);
        var otherKey = await RedeemAsync(thief, code, redirect);

        Assert.All(
            new[] { noVerifier, wrongVerifier, wrongAddress, noAddress, otherClient },
            answer => Assert.Equal((400, "invalid_grant"), (answer.Status, answer.Code))
        );
        Assert.Equal((400, "invalid_dpop_proof"), (otherKey.Status, otherKey.Code));
        Assert.Equal(200, (await RedeemAsync(code, redirect)).Status);
    }

    [Fact]
    public async Task The_token_answer_says_what_was_granted_and_the_id_token_who_for()
    {
        var (code, redirect) = await AuthorizeAsync(("nonce", "n-0S6_WzA2Mj"));
        var answer = await RedeemAsync(code, redirect);

        var granted = answer.Json["authorization_details"]!.AsArray();
        Assert.Equal(4, granted.Count);
        Assert.StartsWith("agr_", granted[3]!["agreement_id"]!.GetValue<string>());
        var claims = Claims(answer.Json["id_token"]!.GetValue<string>());
        Assert.Equal("n-0S6_WzA2Mj", claims["nonce"]!.GetValue<string>());
        Assert.Equal(client.Partner.ClientId, claims["aud"]!.GetValue<string>());
        Assert.Equal(client.Issuer, claims["iss"]!.GetValue<string>());
        Assert.StartsWith("cus_", claims["sub"]!.GetValue<string>());
        var access = Claims(answer.Json["access_token"]!.GetValue<string>());
        Assert.NotNull(access["cnf"]!["jkt"]);
    }

    [Fact]
    public async Task A_refresh_token_stays_with_its_client_and_ends_with_its_consent()
    {
        var (code, redirect) = await AuthorizeAsync();
        var tokens = (await RedeemAsync(code, redirect)).Json;
        var refresh = tokens["refresh_token"]!.GetValue<string>();
        using var other = await shared.NewRawClientAsync();

        var stolen = await RefreshAsync(other, refresh);
        var wider = await client.PostFormAsync(
            "/oauth/token",
            [
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh),
                ("scope", "openid accounts payments"),
            ]
        );
        var first = await RefreshAsync(client, refresh);
        var second = await RefreshAsync(client, refresh);
        await client.Partner.Client.Consents.RevokeAsync(tokens["consent_id"]!.GetValue<string>());
        var ended = await RefreshAsync(client, refresh);

        Assert.Equal((400, "invalid_grant"), (stolen.Status, stolen.Code));
        Assert.Equal((400, "invalid_scope"), (wider.Status, wider.Code));
        Assert.Equal((200, 200), (first.Status, second.Status));
        Assert.Equal((400, "invalid_grant"), (ended.Status, ended.Code));
    }

    [Fact]
    public async Task A_refresh_token_needs_the_client_to_authenticate_and_a_proof()
    {
        var (code, redirect) = await AuthorizeAsync();
        var refresh = (await RedeemAsync(code, redirect)).Json["refresh_token"]!.GetValue<string>();

        var anonymous = await client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "refresh_token"), ("refresh_token", refresh), ("client_assertion", null)]
        );
        var unproven = await client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "refresh_token"), ("refresh_token", refresh)],
            withProof: false
        );

        Assert.Equal((401, "invalid_client"), (anonymous.Status, anonymous.Code));
        Assert.Equal((400, "invalid_dpop_proof"), (unproven.Status, unproven.Code));
    }

    [Fact]
    public async Task The_authorization_endpoint_takes_pushed_requests_only()
    {
        var mine = (await PushAsync()).Json["request_uri"]!.GetValue<string>();
        using var other = await shared.NewRawClientAsync();
        string[] wrong =
        [
            "",
            $"client_id={client.Partner.ClientId}",
            $"client_id={client.Partner.ClientId}&response_type=code&redirect_uri={TestPartner.RedirectUri}",
            $"client_id={client.Partner.ClientId}&request_uri=urn:ietf:params:oauth:request_uri:unknown",
            $"client_id={other.Partner.ClientId}&request_uri={Uri.EscapeDataString(mine)}",
            $"client_id={client.Partner.ClientId}&client_id=x&request_uri={Uri.EscapeDataString(mine)}",
            $"request_uri={Uri.EscapeDataString(mine)}",
        ];
        foreach (var query in wrong)
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get,
                new Uri(client.Server, "/oauth/authorize?" + query)
            );
            var answer = await client.SendAsync(request);
            Assert.Equal(303, answer.Status);
            Assert.StartsWith("/bank/error", answer.Headers.Location!.ToString());
        }
    }

    [Fact]
    public async Task A_request_uri_may_be_loaded_twice_but_completes_once()
    {
        var requestUri = (await PushAsync(("state", "s1"))).Json["request_uri"]!.GetValue<string>();
        var address = AuthorizationUrl(requestUri);
        var person = (await client.Partner.PersonsAsync())[0];
        using var idle = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        Assert.Equal(303, (int)(await idle.GetAsync(address)).StatusCode);

        using var customer = new BankCustomer(person, client.Partner.MessagesUrl, TestPartner.Pin);
        await customer.AgreeAsync(address, TestPartner.RedirectUri);
        using var again = await idle.GetAsync(address);

        Assert.StartsWith("/bank/error?code=invalid_request_uri", again.Headers.Location!.ToString());
    }

    [Fact]
    public async Task State_and_nonce_outside_the_pushed_request_count_for_nothing()
    {
        var requestUri = (await PushAsync(("state", "inside"))).Json["request_uri"]!.GetValue<string>();
        var address = new Uri(AuthorizationUrl(requestUri) + "&state=outside&nonce=outside");

        var callback = await AgreeAsync(address);

        Assert.Contains("state=inside", callback.Query);
        Assert.DoesNotContain("outside", callback.Query);
        Assert.Contains("iss=" + Uri.EscapeDataString(client.Issuer), callback.Query);
        Assert.Empty(callback.Fragment);
    }

    [Fact]
    public async Task A_long_state_comes_back_intact_and_no_state_as_none()
    {
        var state = new string('s', 1_000);
        var withState = await AgreeAsync(
            AuthorizationUrl((await PushAsync(("state", state))).Json["request_uri"]!.GetValue<string>())
        );
        using var second = await shared.NewRawClientAsync();
        var without = await AgreeAsync(
            second,
            AuthorizationUrl(
                second,
                (await PushAsync(second, ("state", null))).Json["request_uri"]!.GetValue<string>()
            )
        );

        Assert.Contains($"state={state}", withState.Query);
        Assert.DoesNotContain("state=", without.Query);
    }

    [Theory]
    [InlineData(
        """{"client_name":"A","redirect_uris":["http://attacker.example/"],"jwks":JWKS}""",
        "invalid_redirect_uri"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/#x"],"jwks":JWKS}""",
        "invalid_redirect_uri"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["javascript:alert(1)"],"jwks":JWKS}""",
        "invalid_redirect_uri"
    )]
    [InlineData("""{"client_name":"A","redirect_uris":[],"jwks":JWKS}""", "invalid_redirect_uri")]
    [InlineData(
        """{"client_name":"","redirect_uris":["https://a.example/"],"jwks":JWKS}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":{"keys":[]}}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":{"keys":[{"kty":"oct","k":"AA"}]}}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks_uri":"https://a.example/","jwks":JWKS}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":JWKS,"token_endpoint_auth_method":"client_secret_basic"}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":JWKS,"grant_types":["password"]}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":JWKS,"scope":"everything"}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":JWKS,"scene":"moon"}""",
        "invalid_client_metadata"
    )]
    [InlineData("""{"client_name":"A"}""", "invalid_client_metadata")]
    [InlineData("""[]""", "invalid_client_metadata")]
    [InlineData("nonsense", "invalid_client_metadata")]
    public async Task A_wrong_registration_is_refused(string body, string error)
    {
        var jwks = new JsonObject
        {
            ["keys"] = new JsonArray(RawClient.PublicJwkOf(client.DpopKey)),
        }.ToJsonString();
        var answer = await RegisterAsync(body.Replace("JWKS", jwks), client.Partner.InitialAccessToken);
        Assert.Equal((400, error), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_private_key_in_a_registration_is_refused()
    {
        var jwk = RawClient.PublicJwkOf(client.DpopKey);
        jwk["d"] = "AAAA";
        var jwks = new JsonObject { ["keys"] = new JsonArray(jwk) }.ToJsonString();
        var body = $$$"""{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":{{{jwks}}}}""";
        var answer = await RegisterAsync(body, client.Partner.InitialAccessToken);
        Assert.Equal((400, "invalid_client_metadata"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Registration_needs_an_initial_access_token()
    {
        foreach (var token in new[] { null, "", "wrong" })
        {
            var answer = await RegisterAsync("{}", token);
            Assert.Equal((401, "invalid_token"), (answer.Status, answer.Code));
        }
    }

    private Task<RawAnswer> PushAsync(params (string Name, string? Value)[] changes) =>
        PushAsync(client, changes);

    private Task<RawAnswer> PushAsync(Action<JsonObject, JsonObject> assertion) =>
        client.PostFormAsync("/oauth/par", Request(), assertion);

    private static Task<RawAnswer> PushAsync(
        RawClient client,
        params (string Name, string? Value)[] changes
    ) => client.PostFormAsync("/oauth/par", [.. Request(), .. changes]);

    private static IEnumerable<(string Name, string? Value)> Request() =>
        [
            ("response_type", "code"),
            ("redirect_uri", TestPartner.RedirectUri.ToString()),
            ("scope", "openid accounts coupons"),
            ("state", "state"),
            ("code_challenge", Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)))),
            ("code_challenge_method", "S256"),
            ("authorization_details", AllDetails),
        ];

    private Uri AuthorizationUrl(string requestUri) => AuthorizationUrl(client, requestUri);

    private static Uri AuthorizationUrl(RawClient client, string requestUri) =>
        new(
            client.Server,
            $"/oauth/authorize?client_id={client.Partner.ClientId}&request_uri={Uri.EscapeDataString(requestUri)}"
        );

    private Task<Uri> AgreeAsync(Uri address) => AgreeAsync(client, address);

    private static async Task<Uri> AgreeAsync(RawClient client, Uri address)
    {
        using var customer = new BankCustomer(
            (await client.Partner.PersonsAsync())[0],
            client.Partner.MessagesUrl,
            TestPartner.Pin
        );
        return await customer.AgreeAsync(address, TestPartner.RedirectUri);
    }

    private async Task<(string Code, string RedirectUri)> AuthorizeAsync(
        params (string Name, string? Value)[] changes
    )
    {
        var pushed = await PushAsync(changes);
        var callback = await AgreeAsync(AuthorizationUrl(pushed.Json["request_uri"]!.GetValue<string>()));
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(callback.Query);
        return (query["code"].ToString(), TestPartner.RedirectUri.ToString());
    }

    private Task<RawAnswer> RedeemAsync(
        string code,
        string redirect,
        params (string Name, string? Value)[] changes
    ) => RedeemAsync(client, code, redirect, changes);

    private static Task<RawAnswer> RedeemAsync(
        RawClient client,
        string code,
        string redirect,
        params (string Name, string? Value)[] changes
    ) =>
        client.PostFormAsync(
            "/oauth/token",
            [
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", redirect),
                ("code_verifier", Verifier),
                .. changes,
            ]
        );

    private static Task<RawAnswer> RefreshAsync(RawClient client, string refreshToken) =>
        client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "refresh_token"), ("refresh_token", refreshToken)]
        );

    private async Task<RawAnswer> RegisterAsync(string body, string? token)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            new Uri(client.Server, "/oauth/register")
        );
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        return await client.SendAsync(request);
    }

    private static void Impersonate(JsonObject claims, string clientId)
    {
        claims["sub"] = clientId;
        claims["iss"] = clientId;
    }

    private static JsonNode Claims(string token) =>
        JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!;

    private static IEnumerable<string> Strings(JsonNode array) =>
        array.AsArray().Select(item => item!.GetValue<string>());

    private static long Seconds(int fromNow) => DateTimeOffset.UtcNow.ToUnixTimeSeconds() + fromNow;
}
