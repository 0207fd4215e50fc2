using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Http.Fapi;

/// <summary>Modules of the OpenID conformance plan for FAPI 2.0, each by its name: pushed requests, and what comes
/// without or beside them.</summary>
public sealed class RequestModules(SharedServer shared) : RawClientTests(shared)
{
    [Fact]
    public async Task Ensure_different_nonce_inside_and_outside_request_object()
    {
        var back = await Client.ComeBackAsync(await Client.PushAsync(("nonce", "inside")), "&nonce=outside");
        var answer = await Client.RedeemAsync(back["code"].ToString(), TestPartner.RedirectUri.ToString());
        var claims = System.Text.Encoding.UTF8.GetString(
            System.Buffers.Text.Base64Url.DecodeFromChars(
                answer.Json["id_token"]!.GetValue<string>().Split('.')[1]
            )
        );
        Assert.Contains("inside", claims);
        Assert.DoesNotContain("outside", claims);
    }

    [Fact]
    public async Task Ensure_different_state_inside_and_outside_request_object()
    {
        var back = await Client.ComeBackAsync(await Client.PushAsync(("state", "inside")), "&state=outside");
        Assert.Equal("inside", back["state"]);
    }

    [Fact]
    public async Task State_only_outside_request_object_not_used()
    {
        var back = await Client.ComeBackAsync(await Client.PushAsync(("state", null)), "&state=outside");
        Assert.False(back.ContainsKey("state"));
    }

    [Fact]
    public Task Ensure_request_object_without_redirect_uri_fails() =>
        AssertRefusedAsync("invalid_request", ("redirect_uri", null));

    [Fact]
    public Task Ensure_redirect_uri_in_authorization_request() =>
        AssertRefusedAsync("invalid_request", ("redirect_uri", ""));

    [Fact]
    public Task Ensure_unsigned_authorization_request_without_using_par_fails() =>
        AssertErrorPageAsync(
            "invalid_request",
            $"client_id={Client.Partner.ClientId}&response_type=code&scope=openid&state=s"
                + $"&redirect_uri={Uri.EscapeDataString(TestPartner.RedirectUri.ToString())}"
        );

    [Fact]
    public Task Ensure_response_type_code_idtoken_fails() =>
        AssertRefusedAsync("unsupported_response_type", ("response_type", "code id_token"));

    [Fact]
    public Task Ensure_response_type_token_fails() =>
        AssertRefusedAsync("unsupported_response_type", ("response_type", "token"));

    [Fact]
    public async Task Par_ensure_reused_request_uri_prior_to_auth_completion_succeeds()
    {
        var pushed = await Client.PushAsync();
        using var idle = new Browser();
        await idle.GoAsync(Client.AuthorizationUrl(UriOf(pushed)));
        Assert.EndsWith("/sign-in", idle.Address.AbsolutePath);
        Assert.NotEmpty((await Client.ComeBackAsync(pushed))["code"].ToString());
    }

    [Fact]
    public async Task Par_attempt_reuse_request_uri()
    {
        var pushed = await Client.PushAsync();
        await Client.ComeBackAsync(pushed);
        await AssertErrorPageAsync("invalid_request_uri", QueryOf(pushed));

        // Going back without agreeing completes it, too.
        var declined = await Client.PushAsync();
        using var browser = new Browser();
        await browser.GoAsync(Client.AuthorizationUrl(UriOf(declined)));
        await browser.SubmitAsync("Decline");
        await AssertErrorPageAsync("invalid_request_uri", QueryOf(declined));
    }

    [Fact]
    public async Task Par_attempt_to_use_expired_request_uri()
    {
        var clock = new ShiftedClock();
        await using var server = await TestServer.StartAsync(builder =>
            builder.Services.AddSingleton<TimeProvider>(clock)
        );
        using var client = new RawClient(await TestPartner.NewAsync(server.Address), server.Address);
        var address = client.AuthorizationUrl(UriOf(await client.PushAsync()));
        using var browser = new Browser();
        await browser.GoAsync(address);
        Assert.EndsWith("/sign-in", browser.Address.AbsolutePath);

        clock.Ahead = TimeSpan.FromSeconds(301);

        await browser.GoAsync(address);
        Assert.Equal("/bank/error?code=invalid_request_uri", browser.Address.PathAndQuery);
    }

    [Fact]
    public async Task Par_attempt_to_use_request_uri_for_different_client()
    {
        using var second = await Shared.NewRawClientAsync();
        using var sibling = new RawClient(await Client.Partner.NewAppAsync(), Client.Server);
        var mine = Uri.EscapeDataString(UriOf(await Client.PushAsync()));
        foreach (var other in new[] { second, sibling })
        {
            await AssertErrorPageAsync(
                "invalid_request_uri",
                $"client_id={other.Partner.ClientId}&request_uri={mine}"
            );
        }
    }

    [Fact]
    public Task Par_authorization_request_containing_request_uri_form_param() =>
        AssertRefusedAsync("invalid_request", ("request_uri", "urn:ietf:params:oauth:request_uri:x"));

    [Fact]
    public async Task Par_attempt_invalid_http_method()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(Client.Server, "/oauth/par"));
        Assert.Equal(405, (await Client.SendAsync(request)).Status);
    }

    [Fact]
    public Task Par_ensure_pkce_required() =>
        AssertRefusedAsync("invalid_request", ("code_challenge", null), ("code_challenge_method", null));

    [Fact]
    public Task Par_plain_pkce_rejected() =>
        AssertRefusedAsync("invalid_request", ("code_challenge_method", "plain"));

    [Fact]
    public async Task Par_without_duplicate_parameters()
    {
        var pushed = await Client.PushAsync();
        Assert.Equal(2, QueryOf(pushed).Split('&').Length);
        Assert.NotEmpty((await Client.ComeBackAsync(pushed))["code"].ToString());
    }

    [Fact]
    public async Task Par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted()
    {
        var answer = await Client.PushAsync(
            (_, claims) =>
            {
                claims["iat"] = Seconds(8);
                claims["nbf"] = Seconds(8);
            }
        );
        Assert.Equal(201, answer.Status);
    }

    [Fact]
    public async Task Par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails()
    {
        foreach (var claim in new[] { "iat", "nbf" })
        {
            await AssertUnknownAsync((_, claims) => claims[claim] = Seconds(62));
        }
    }

    [Fact]
    public Task Par_test_array_as_audience_fails() =>
        AssertUnknownAsync((_, claims) => claims["aud"] = new JsonArray(Client.Issuer));

    [Fact]
    public Task Par_test_par_endpoint_url_as_audience_fails() =>
        AssertUnknownAsync((_, claims) => claims["aud"] = Client.Issuer + "/oauth/par");

    [Fact]
    public Task Par_test_token_endpoint_url_as_audience_fails() =>
        AssertUnknownAsync((_, claims) => claims["aud"] = Client.Issuer + "/oauth/token");

    private async Task AssertUnknownAsync(Action<JsonObject, JsonObject> assertion)
    {
        var answer = await Client.PushAsync(assertion);
        Assert.Equal((401, "invalid_client"), (answer.Status, answer.Code));
    }

    private async Task AssertRefusedAsync(string error, params (string Name, string? Value)[] changes)
    {
        var answer = await Client.PushAsync(changes);
        Assert.Equal((400, error), (answer.Status, answer.Code));
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    /// <summary>A page of ours: no address in a refused request is to be trusted.</summary>
    private async Task AssertErrorPageAsync(string error, string query)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(Client.Server, "/oauth/authorize?" + query)
        );
        var answer = await Client.SendAsync(request);
        Assert.Equal(
            (303, $"/bank/error?code={error}"),
            (answer.Status, answer.Headers.Location?.OriginalString)
        );
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    private string QueryOf(RawAnswer pushed) => Client.AuthorizationUrl(UriOf(pushed)).Query.TrimStart('?');

    private static string UriOf(RawAnswer pushed) => pushed.Json["request_uri"]!.GetValue<string>();

    private static long Seconds(int fromNow) => DateTimeOffset.UtcNow.ToUnixTimeSeconds() + fromNow;
}
