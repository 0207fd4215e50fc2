using System.Buffers.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using OpenBanking.Samples.Quickstart;
using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http.Fapi;

/// <summary>Modules of the OpenID conformance plan for FAPI 2.0, each by its name: discovery, and what must succeed.</summary>
public sealed class HappyModules(SharedServer shared) : RawClientTests(shared)
{
    [Fact]
    public async Task Discovery_end_point_verification()
    {
        using var http = new HttpClient { BaseAddress = Client.Server };
        var openId = await http.GetStringAsync("/.well-known/openid-configuration");
        Assert.Equal(openId, await http.GetStringAsync("/.well-known/oauth-authorization-server"));
        var metadata = JsonNode.Parse(openId)!;
        Assert.Equal(Client.Issuer, Text(metadata, "issuer"));
        Assert.True(metadata["authorization_response_iss_parameter_supported"]!.GetValue<bool>());
        Assert.True(metadata["require_pushed_authorization_requests"]!.GetValue<bool>());
        Assert.Equal("""["code"]""", metadata["response_types_supported"]!.ToJsonString());
        Assert.Equal("""["S256"]""", metadata["code_challenge_methods_supported"]!.ToJsonString());
        foreach (var endpoint in Endpoints)
        {
            Assert.StartsWith(Client.Issuer + "/", Text(metadata, endpoint));
        }

        foreach (
            var (name, values) in metadata.AsObject().Where(member => member.Key.Contains("_alg_values_"))
        )
        {
            Assert.NotEmpty(values!.AsArray());
            Assert.All(
                values.AsArray(),
                value => Assert.Contains(value!.GetValue<string>(), name.Length > 0 ? Allowed : [])
            );
        }

        var keys = JsonNode.Parse(await http.GetStringAsync(Text(metadata, "jwks_uri")))!["keys"]!.AsArray();
        Assert.All(keys, key => Assert.Equal(("P-256", null), (Text(key!, "crv"), key!["d"]?.ToString())));
        Assert.Equal(keys.Count, keys.Select(key => Text(key!, "kid")).Distinct().Count());
    }

    [Fact]
    public async Task Happy_flow()
    {
        using var second = await Shared.NewRawClientAsync();
        await PlayAsync(Client, pushed: await Client.PushAsync(("state", "first"), ("nonce", "n1")));
        var thumbprint = ThumbprintOf(second);
        await PlayAsync(
            second,
            pushed: await second.PushProvenAsync(
                proof: null,
                withProof: false,
                ("state", "first"),
                ("nonce", "n1"),
                ("dpop_jkt", thumbprint)
            )
        );
    }

    [Fact]
    public async Task User_rejects_authentication()
    {
        var pushed = await Client.PushAsync(("state", "s-1"));
        using var browser = new Browser();
        await browser.GoAsync(Client.AuthorizationUrl(Text(pushed.Json, "request_uri")));
        await browser.SubmitAsync("Decline");

        var query = QueryHelpers.ParseQuery(browser.Address.Query);
        Assert.Equal("access_denied", query["error"]);
        Assert.Equal("s-1", query["state"]);
        Assert.Equal(Client.Issuer, query["iss"]);
        Assert.Equal(TestPartner.RedirectUri.Authority, browser.Address.Authority);
    }

    [Fact]
    public async Task Ensure_authorization_request_without_state_success()
    {
        var back = await Client.ComeBackAsync(await Client.PushAsync(("state", null)));
        Assert.False(back.ContainsKey("state"));
        Assert.NotEmpty(back["code"].ToString());
    }

    [Fact]
    public async Task Ensure_authorization_request_without_nonce_success() =>
        Assert.Null(IdTokenOf(await Client.TokensAsync(("nonce", null)))["nonce"]);

    [Fact]
    public async Task Ensure_authorization_request_with_64_char_nonce_success()
    {
        var nonce = string.Concat(Enumerable.Repeat("0123456789abcdef", 4));
        Assert.Equal(nonce, Text(IdTokenOf(await Client.TokensAsync(("nonce", nonce))), "nonce"));
    }

    [Fact]
    public async Task Ensure_other_scope_order_succeeds() =>
        Assert.NotNull((await Client.TokensAsync(("scope", "coupons accounts openid")))["access_token"]);

    [Fact]
    public async Task Test_claims_parameter_identity_claims()
    {
        var metadata = await MetadataAsync();
        Assert.False(metadata["claims_parameter_supported"]!.GetValue<bool>());
        var tokens = await Client.TokensAsync(
            ("claims", """{"id_token":{"given_name":{"essential":true},"surprise":null}}""")
        );
        Assert.Null(IdTokenOf(tokens)["given_name"]);
    }

    [Fact]
    public async Task Access_token_type_header_case_sensitivity()
    {
        var token = await Client.AppTokenAsync();
        foreach (var scheme in new[] { "DPoP", "dpop", "DPOP", "dPoP" })
        {
            var answer = await Client.CallAsync(
                HttpMethod.Get,
                "/v1/coupon-stocks",
                token,
                change: request =>
                {
                    request.Headers.Remove("Authorization");
                    request.Headers.TryAddWithoutValidation("Authorization", $"{scheme} {token}");
                }
            );
            Assert.Equal(200, answer.Status);
        }
    }

    [Fact]
    public async Task Ensure_authorization_request_with_long_nonce()
    {
        var answer = await Client.PushAsync(("nonce", new string('n', 384)));
        Assert.Equal((400, "invalid_request"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Ensure_authorization_request_with_long_state()
    {
        var state = string.Concat(Enumerable.Repeat("0123456789", 100));
        var back = await Client.ComeBackAsync(await Client.PushAsync(("state", state)));
        Assert.Equal(state, back["state"]);
    }

    [Fact]
    public async Task Plain_fapi_tolerate_unregistered_redirect_uri()
    {
        var answer = await Client.PushAsync(("redirect_uri", TestPartner.RedirectUri + "?dummy=1"));
        Assert.Equal((400, "invalid_request"), (answer.Status, answer.Code));
    }

    /// <summary>What is asked for beside the code itself is honoured, refused, or ignored as the standard says.</summary>
    [Theory]
    [InlineData("prompt", "none", "login_required")]
    [InlineData("prompt", "none login", "invalid_request")]
    [InlineData("prompt", "surprise", "invalid_request")]
    [InlineData("prompt", "login consent", null)]
    [InlineData("response_mode", "fragment", "invalid_request")]
    [InlineData("response_mode", "form_post", "invalid_request")]
    [InlineData("response_mode", "query.jwt", "invalid_request")]
    [InlineData("response_mode", "query", null)]
    [InlineData("max_age", "-1", "invalid_request")]
    [InlineData("max_age", "soon", "invalid_request")]
    [InlineData("max_age", "0", null)]
    [InlineData("id_token_hint", "a.b.c", "invalid_request")]
    [InlineData("login_hint", "13800000000", null)]
    [InlineData("ui_locales", "xx en", null)]
    [InlineData("claims", "{", null)]
    [InlineData("surprise", "1", null)]
    public async Task How_the_customer_is_to_be_asked_is_honoured_refused_or_ignored(
        string name,
        string value,
        string? error
    )
    {
        var answer = await Client.PushAsync((name, value));
        Assert.Equal((error is null ? 201 : 400, error), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task The_id_token_says_when_the_customer_signed_in()
    {
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var claims = IdTokenOf(await Client.TokensAsync(("max_age", "0")));
        Assert.InRange(
            claims["auth_time"]!.GetValue<long>(),
            before,
            DateTimeOffset.UtcNow.ToUnixTimeSeconds()
        );
    }

    private static readonly string[] Allowed = ["PS256", "ES256", "EdDSA"];

    private static readonly string[] Endpoints =
    [
        "authorization_endpoint",
        "token_endpoint",
        "pushed_authorization_request_endpoint",
        "jwks_uri",
        "revocation_endpoint",
        "introspection_endpoint",
        "userinfo_endpoint",
        "end_session_endpoint",
        "registration_endpoint",
    ];

    /// <summary>From a pushed request to an answer of the API, with the checks that many modules share.</summary>
    private static async Task PlayAsync(RawClient client, RawAnswer pushed)
    {
        Assert.Equal(
            (201, "application/json"),
            (pushed.Status, pushed.ContentHeaders.ContentType?.MediaType)
        );
        Assert.True(pushed.Headers.CacheControl!.NoStore);
        Assert.InRange(pushed.Json["expires_in"]!.GetValue<int>(), 5, 599);
        var requestUri = Text(pushed.Json, "request_uri");
        using var customer = new BankCustomer(
            (await client.Partner.PersonsAsync())[0],
            client.Partner.MessagesUrl,
            TestPartner.Pin
        );
        var callback = await customer.AgreeAsync(
            client.AuthorizationUrl(requestUri),
            TestPartner.RedirectUri
        );
        Assert.Empty(callback.Fragment);
        var query = QueryHelpers.ParseQuery(callback.Query);
        Assert.Equal(("first", client.Issuer), (query["state"].ToString(), query["iss"].ToString()));
        var answer = await client.RedeemAsync(query["code"].ToString(), TestPartner.RedirectUri.ToString());
        Assert.Equal(200, answer.Status);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.NotNull(answer.Json["expires_in"]);
        Assert.Equal("n1", Text(IdTokenOf(answer.Json), "nonce"));
        Assert.NotNull(HeaderOf(Text(answer.Json, "id_token"))["kid"]);
        Assert.Equal(4, answer.Json["authorization_details"]!.AsArray().Count);
        Assert.All(
            new[] { requestUri.Split(':')[^1], query["code"].ToString(), Text(answer.Json, "refresh_token") },
            secret => Assert.True(secret.Length * 6 >= 128 && secret.Distinct().Count() > 16, secret)
        );
        var accounts = await client.CallAsync(
            HttpMethod.Get,
            "/v1/accounts",
            Text(answer.Json, "access_token"),
            change: request =>
                request.Headers.TryAddWithoutValidation("x-fapi-customer-ip-address", "2001:db8::1")
        );
        Assert.Equal(200, accounts.Status);
        Assert.NotNull(accounts.Headers.Date);
    }

    private async Task<JsonNode> MetadataAsync()
    {
        using var http = new HttpClient { BaseAddress = Client.Server };
        return JsonNode.Parse(await http.GetStringAsync("/.well-known/openid-configuration"))!;
    }

    private static string ThumbprintOf(RawClient client) =>
        Server
            .Authorization.PublicKey.Read(
                System.Text.Json.JsonSerializer.SerializeToElement(RawClient.PublicJwkOf(client.DpopKey))
            )!
            .Thumbprint;

    private static JsonNode IdTokenOf(JsonNode tokens) =>
        JsonNode.Parse(Base64Url.DecodeFromChars(Text(tokens, "id_token").Split('.')[1]))!;

    private static JsonNode HeaderOf(string token) =>
        JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[0]))!;

    private static string Text(JsonNode json, string member) => json[member]!.GetValue<string>();
}
