using System.Text;
using System.Text.Json.Nodes;
using OpenBanking.Samples.Quickstart;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Discovery, pushed requests and the authorization endpoint by their specifications, without the SDK.</summary>
public sealed class AuthorizationTests(SharedServer shared) : RawClientTests(shared)
{
    private const string DailyLimit = "\"daily_limit\":{\"currency\":\"CNY\",\"amount\":100000}";

    [Fact]
    public async Task Both_well_known_addresses_give_one_document_with_what_the_profile_asks()
    {
        using var http = new HttpClient { BaseAddress = Client.Server };
        var openId = await http.GetStringAsync("/.well-known/openid-configuration");
        Assert.Equal(openId, await http.GetStringAsync("/.well-known/oauth-authorization-server"));

        var metadata = JsonNode.Parse(openId)!;
        Assert.Equal(Client.Issuer, metadata["issuer"]!.GetValue<string>());
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

    [Fact]
    public async Task No_endpoint_is_where_the_Host_header_says()
    {
        foreach (var path in new[] { "openid-configuration", "oauth-authorization-server" })
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get,
                new Uri(Client.Server, $"/.well-known/{path}")
            );
            request.Headers.Host = "attacker.example";
            var answer = await Client.SendAsync(request);
            Assert.Equal((200, Client.Issuer), (answer.Status, answer.Json["issuer"]!.GetValue<string>()));
            Assert.DoesNotContain("attacker", answer.Text);
        }
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
        var par = await Client.PushAsync(assertion: change);
        var token = await Client.PostFormAsync(
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
        var answer = await Client.PushAsync(assertion: (_, claims) => claims["nbf"] = Seconds(8));
        Assert.Equal(201, answer.Status);
    }

    [Fact]
    public async Task An_assertion_is_good_once()
    {
        void Fixed(JsonObject header, JsonObject claims) => claims["jti"] = "once";

        var first = await Client.PushAsync(assertion: Fixed);
        var second = await Client.PushAsync(assertion: Fixed);
        var elsewhere = await Client.PostFormAsync(
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
    [InlineData("response_type", null, "invalid_request")]
    [InlineData("response_type", "", "invalid_request")]
    [InlineData("redirect_uri", null, "invalid_request")]
    [InlineData("redirect_uri", "http://localhost:1/callback/", "invalid_request")]
    [InlineData("redirect_uri", "http://LOCALHOST:1/callback", "invalid_request")]
    [InlineData("redirect_uri", "https://attacker.example/", "invalid_request")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge", "short", "invalid_request")]
    [InlineData("code_challenge", "ééééééééééééééééééééééééééééééééééééééééééé", "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("scope", "openid accounts coupons payments", "invalid_scope")]
    [InlineData("scope", "surprise", "invalid_scope")]
    [InlineData("request_uri", "urn:ietf:params:oauth:request_uri:x", "invalid_request")]
    [InlineData("request", "a.b.c", "request_not_supported")]
    [InlineData(
        "nonce",
        "01234567890123456789012345678901234567890123456789012345678901234",
        "invalid_request"
    )]
    [InlineData("dpop_jkt", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", "invalid_dpop_proof")]
    [InlineData("dpop_jkt", "no thumbprint", "invalid_request")]
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
        var answer = await Client.PushAsync((parameter, value));
        Assert.Equal((400, error), (answer.Status, answer.Code));
        Assert.NotEmpty(answer.Json["error_description"]!.GetValue<string>());
    }

    /// <param name="limits">In place of a daily limit of 1,000.00; that of one payment is less, and that of all more.</param>
    [Theory]
    [InlineData("\"daily_limit\":{\"currency\":\"CNY\",\"amount\":1}")]
    [InlineData(DailyLimit + ",\"monthly_limit\":{\"currency\":\"CNY\",\"amount\":99999}")]
    [InlineData(DailyLimit + ",\"monthly_limit\":{\"currency\":\"CNY\",\"amount\":999999999}")]
    [InlineData(DailyLimit + ",\"monthly_limit\":{\"currency\":\"USD\",\"amount\":100000}")]
    public async Task Limits_of_an_agreement_must_fit_together(string limits)
    {
        var answer = await Client.PushAsync(
            ("authorization_details", AuthorizationFlow.AllDetails.Replace(DailyLimit, limits))
        );
        Assert.Equal((400, "invalid_authorization_details"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_repeated_parameter_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Client.Server, "/oauth/par"));
        request.Content = new StringContent(
            "response_type=code&response_type=code",
            Encoding.UTF8,
            "application/x-www-form-urlencoded"
        );
        var answer = await Client.SendAsync(request);
        Assert.Equal((400, "invalid_request"), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("multipart/form-data; boundary=a")]
    [InlineData("application/x-www-form-urlencoded-not")]
    [InlineData("nonsense")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-7")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-16")]
    [InlineData("application/x-www-form-urlencoded; charset=x")]
    public async Task A_body_that_is_no_form_is_refused(string contentType)
    {
        foreach (var path in new[] { "/oauth/par", "/oauth/token" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Client.Server, path));
            request.Content = new ByteArrayContent("x"u8.ToArray());
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            var answer = await Client.SendAsync(request);
            Assert.Equal((400, "invalid_request"), (answer.Status, answer.Code));
        }
    }

    [Fact]
    public async Task Another_method_at_par_is_405()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(Client.Server, "/oauth/par"));
        Assert.Equal(405, (await Client.SendAsync(request)).Status);
    }

    [Fact]
    public async Task The_authorization_endpoint_takes_pushed_requests_only()
    {
        var mine = (await Client.PushAsync()).Json["request_uri"]!.GetValue<string>();
        using var other = await Shared.NewRawClientAsync();
        string[] wrong =
        [
            "",
            $"client_id={Client.Partner.ClientId}",
            $"client_id={Client.Partner.ClientId}&response_type=code&redirect_uri={TestPartner.RedirectUri}",
            $"client_id={Client.Partner.ClientId}&request_uri=urn:ietf:params:oauth:request_uri:unknown",
            $"client_id={other.Partner.ClientId}&request_uri={Uri.EscapeDataString(mine)}",
            $"client_id={Client.Partner.ClientId}&client_id=x&request_uri={Uri.EscapeDataString(mine)}",
            $"request_uri={Uri.EscapeDataString(mine)}",
        ];
        foreach (var query in wrong)
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get,
                new Uri(Client.Server, "/oauth/authorize?" + query)
            );
            var answer = await Client.SendAsync(request);
            Assert.Equal(303, answer.Status);
            Assert.StartsWith("/bank/error", answer.Headers.Location!.ToString());
        }
    }

    [Fact]
    public async Task A_request_uri_may_be_loaded_twice_but_completes_once()
    {
        var requestUri = (await Client.PushAsync(("state", "s1"))).Json["request_uri"]!.GetValue<string>();
        var address = Client.AuthorizationUrl(requestUri);
        var person = (await Client.Partner.PersonsAsync())[0];
        using var idle = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        Assert.Equal(303, (int)(await idle.GetAsync(address)).StatusCode);

        using var customer = new BankCustomer(person, Client.Partner.MessagesUrl, TestPartner.Pin);
        await customer.AgreeAsync(address, TestPartner.RedirectUri);
        using var again = await idle.GetAsync(address);

        Assert.StartsWith("/bank/error?code=invalid_request_uri", again.Headers.Location!.ToString());
    }

    [Fact]
    public async Task State_and_nonce_outside_the_pushed_request_count_for_nothing()
    {
        var requestUri = (await Client.PushAsync(("state", "inside"))).Json[
            "request_uri"
        ]!.GetValue<string>();
        var address = new Uri(Client.AuthorizationUrl(requestUri) + "&state=outside&nonce=outside");

        var callback = await Client.AgreeAsync(address);

        Assert.Contains("state=inside", callback.Query);
        Assert.DoesNotContain("outside", callback.Query);
        Assert.Contains("iss=" + Uri.EscapeDataString(Client.Issuer), callback.Query);
        Assert.Empty(callback.Fragment);
    }

    [Fact]
    public async Task A_long_state_comes_back_intact_and_no_state_as_none()
    {
        var state = new string('s', 1_000);
        var withState = await Client.AgreeAsync(
            Client.AuthorizationUrl(
                (await Client.PushAsync(("state", state))).Json["request_uri"]!.GetValue<string>()
            )
        );
        using var second = await Shared.NewRawClientAsync();
        var without = await second.AgreeAsync(
            second.AuthorizationUrl(
                (await second.PushAsync(("state", null))).Json["request_uri"]!.GetValue<string>()
            )
        );

        Assert.Contains($"state={state}", withState.Query);
        Assert.DoesNotContain("state=", without.Query);
    }

    private static void Impersonate(JsonObject claims, string clientId)
    {
        claims["sub"] = clientId;
        claims["iss"] = clientId;
    }

    private static IEnumerable<string> Strings(JsonNode array) =>
        array.AsArray().Select(item => item!.GetValue<string>());

    private static long Seconds(int fromNow) => DateTimeOffset.UtcNow.ToUnixTimeSeconds() + fromNow;
}
