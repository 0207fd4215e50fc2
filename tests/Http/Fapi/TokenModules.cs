using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace OpenBanking.Tests.Http.Fapi;

/// <summary>Modules of the OpenID conformance plan for FAPI 2.0, each by its name: the token endpoint.</summary>
public sealed class TokenModules(SharedServer shared) : RawClientTests(shared)
{
    [Fact]
    public async Task Ensure_client_id_in_token_endpoint()
    {
        using var second = await Shared.NewRawClientAsync();
        var (code, redirect) = await Client.AuthorizeAsync();
        var answer = await Client.RedeemAsync(code, redirect, ("client_id", second.Partner.ClientId));
        AssertRefused(401, "invalid_client", answer);
    }

    [Fact]
    public async Task Ensure_holder_of_key_required()
    {
        var (code, redirect) = await Client.AuthorizeAsync();
        var answer = await Client.PostFormAsync("/oauth/token", Redemption(code, redirect), withProof: false);
        AssertRefused(400, "invalid_dpop_proof", answer);
    }

    [Fact]
    public async Task Ensure_authorization_code_is_bound_to_client()
    {
        using var second = await Shared.NewRawClientAsync();
        using var sibling = new RawClient(await Client.Partner.NewAppAsync(), Client.Server);
        var (code, redirect) = await Client.AuthorizeAsync();
        AssertRefused(400, "invalid_grant", await second.RedeemAsync(code, redirect));
        AssertRefused(400, "invalid_grant", await sibling.RedeemAsync(code, redirect));
        Assert.Equal(200, (await Client.RedeemAsync(code, redirect)).Status);
    }

    [Fact]
    public async Task Attempt_reuse_authorization_code_after_one_second()
    {
        var (code, redirect) = await Client.AuthorizeAsync();
        var first = await Client.RedeemAsync(code, redirect);
        var token = first.Json["access_token"]!.GetValue<string>();
        await Task.Delay(TimeSpan.FromSeconds(1));

        AssertRefused(400, "invalid_grant", await Client.RedeemAsync(code, redirect));
        var call = await Client.CallAsync(HttpMethod.Get, "/v1/accounts", token);
        Assert.Equal((401, ProblemCodes.InvalidToken), (call.Status, call.Code));
    }

    [Fact]
    public async Task Ensure_token_endpoint_fails_with_expired_auth_code()
    {
        var clock = new ShiftedClock();
        await using var server = await TestServer.StartAsync(builder =>
            builder.Services.AddSingleton<TimeProvider>(clock)
        );
        using var client = new RawClient(await TestPartner.NewAsync(server.Address), server.Address);
        var (code, redirect) = await client.AuthorizeAsync();
        clock.Ahead = TimeSpan.FromSeconds(62);
        // Brings the nonce of now.
        await client.PostFormAsync("/oauth/token", [], withProof: false);

        var answer = await client.PostFormAsync(
            "/oauth/token",
            Redemption(code, redirect),
            assertion: (_, claims) => claims["exp"] = Seconds(120),
            proof: (_, claims) => claims["iat"] = Seconds(62)
        );
        AssertRefused(400, "invalid_grant", answer);
        Assert.Equal("The code has expired.", answer.Json["error_description"]!.GetValue<string>());
    }

    [Fact]
    public Task Ensure_signed_client_assertion_with_RS256_fails() =>
        AssertUnknownAsync((header, _) => header["alg"] = "RS256");

    [Fact]
    public async Task Ensure_client_assertion_in_token_endpoint()
    {
        var (code, redirect) = await Client.AuthorizeAsync();
        AssertRefused(
            401,
            "invalid_client",
            await Client.RedeemAsync(
                code,
                redirect,
                ("client_assertion", null),
                ("client_assertion_type", null),
                ("client_id", Client.Partner.ClientId)
            )
        );
    }

    [Fact]
    public Task Ensure_client_assertion_with_exp_is_5_minutes_in_past_fails() =>
        AssertUnknownAsync((_, claims) => claims["exp"] = Seconds(-300));

    [Fact]
    public Task Ensure_client_assertion_with_wrong_aud_fails() =>
        AssertUnknownAsync((_, claims) => claims["aud"] = "https://server.example");

    [Fact]
    public Task Ensure_client_assertion_with_no_sub_fails() =>
        AssertUnknownAsync((_, claims) => claims.Remove("sub"));

    [Fact]
    public async Task Refresh_token()
    {
        var refresh = (await Client.TokensAsync())["refresh_token"]!.GetValue<string>();
        using var second = await Shared.NewRawClientAsync();
        using var sibling = new RawClient(await Client.Partner.NewAppAsync(), Client.Server);

        AssertRefused(400, "invalid_grant", await second.RefreshAsync(refresh));
        AssertRefused(400, "invalid_grant", await sibling.RefreshAsync(refresh));
        AssertRefused(401, "invalid_client", await Client.RefreshAsync(refresh, ("client_assertion", null)));
        var unproven = await Client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "refresh_token"), ("refresh_token", refresh)],
            withProof: false
        );
        AssertRefused(400, "invalid_dpop_proof", unproven);
        // Not rotated: it gives tokens as often as it is used, also for another key of the same client.
        var first = await Client.RefreshAsync(refresh);
        Assert.Null(first.Json["refresh_token"]);
        using var otherKey = new RawClient(Client.Partner, Client.Server);
        var again = await otherKey.RefreshAsync(refresh);
        Assert.Equal((200, 200), (first.Status, again.Status));
        var call = await otherKey.CallAsync(
            HttpMethod.Get,
            "/v1/accounts",
            again.Json["access_token"]!.GetValue<string>()
        );
        Assert.Equal(200, call.Status);
    }

    [Fact]
    public async Task Ensure_pkce_code_verifier_required()
    {
        var (code, redirect) = await Client.AuthorizeAsync();
        AssertRefused(
            400,
            "invalid_grant",
            await Client.RedeemAsync(code, redirect, ("code_verifier", null))
        );
    }

    [Fact]
    public async Task Incorrect_pkce_code_verifier_rejected()
    {
        var (code, redirect) = await Client.AuthorizeAsync();
        foreach (var verifier in new[] { new string('v', 43), AuthorizationFlow.Verifier.ToUpperInvariant() })
        {
            AssertRefused(
                400,
                "invalid_grant",
                await Client.RedeemAsync(code, redirect, ("code_verifier", verifier))
            );
        }
    }

    private async Task AssertUnknownAsync(Action<JsonObject, JsonObject> assertion) =>
        AssertRefused(
            401,
            "invalid_client",
            await Client.PostFormAsync("/oauth/token", [("grant_type", "client_credentials")], assertion)
        );

    private static (string, string?)[] Redemption(string code, string redirect) =>
        [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect),
            ("code_verifier", AuthorizationFlow.Verifier),
        ];

    private static void AssertRefused(int status, string error, RawAnswer answer)
    {
        Assert.Equal((status, error), (answer.Status, answer.Code));
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    private static long Seconds(int fromNow) => DateTimeOffset.UtcNow.ToUnixTimeSeconds() + fromNow;
}
