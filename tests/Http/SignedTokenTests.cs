using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Server.Authorization;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What the server's own key has signed is not an access token for that: each claim is checked by itself
/// (RFC 9068 §4).</summary>
public sealed class SignedTokenTests(SharedServer shared) : RawClientTests(shared)
{
    private const string AppRoute = "/v1/coupon-stocks";
    private const string AccessTokenType = "at+jwt";

    /// <summary>What is done to the claims of a good token before it is signed again.</summary>
    private static readonly (string What, Action<JsonObject> Change)[] wrongClaims =
    [
        ("no iss", claims => claims.Remove("iss")),
        ("iss of another server", claims => claims["iss"] = "https://bank.example"),
        ("no aud", claims => claims.Remove("aud")),
        ("aud of another server", claims => claims["aud"] = "https://bank.example"),
        ("no exp", claims => claims.Remove("exp")),
        ("expired", claims => claims["exp"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 1),
        ("no client_id", claims => claims.Remove("client_id")),
        ("a client nobody knows", claims => claims["client_id"] = "app_00000000000000000000000000"),
        ("no jti", claims => claims.Remove("jti")),
        ("no iat", claims => claims.Remove("iat")),
        ("no scope", claims => claims.Remove("scope")),
        ("no cnf", claims => claims.Remove("cnf")),
        ("bound to a key and to a certificate", claims => claims["cnf"]!["x5t#S256"] = "AAAA"),
    ];

    [Fact]
    public async Task A_signed_token_with_a_wrong_claim_is_refused()
    {
        var token = await Client.AppTokenAsync();
        foreach (var (what, change) in wrongClaims)
        {
            AssertRefused(what, await CallAsync(AppRoute, SignAgain(token, AccessTokenType, change)));
        }

        var unchanged = SignAgain(token, AccessTokenType, claims => claims["surprise"] = 1);
        Assert.Equal(200, (await CallAsync(AppRoute, unchanged)).Status);
    }

    [Fact]
    public async Task A_signed_token_of_another_type_is_refused()
    {
        var token = await Client.AppTokenAsync();
        foreach (var type in new[] { "JWT", "jwt", "at+JWT", "dpop+jwt", "" })
        {
            AssertRefused(type, await CallAsync(AppRoute, SignAgain(token, type, _ => { })));
        }
    }

    [Fact]
    public async Task A_token_of_one_app_opens_no_consent_of_another()
    {
        var token = (await Client.TokensAsync())["access_token"]!.GetValue<string>();
        var sibling = await Client.Partner.NewAppAsync();
        var foreign = SignAgain(token, AccessTokenType, claims => claims["client_id"] = sibling.ClientId);

        Assert.Equal(200, (await CallAsync("/v1/accounts", token)).Status);
        AssertRefused("another app", await CallAsync("/v1/accounts", foreign));
    }

    [Fact]
    public async Task A_customers_token_opens_no_route_of_the_app_whatever_its_scope()
    {
        var token = (await Client.TokensAsync())["access_token"]!.GetValue<string>();
        var wider = SignAgain(token, AccessTokenType, claims => claims["scope"] = "accounts webhooks");

        var answer = await CallAsync("/v1/webhook-endpoints", wider);

        Assert.Equal(200, (await CallAsync("/v1/accounts", wider)).Status);
        Assert.Equal((403, ProblemCodes.InsufficientScope), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_token_that_was_good_is_refused_once_it_has_expired()
    {
        var clock = new ShiftedClock();
        await using var server = await TestServer.StartAsync(builder =>
            builder.Services.AddSingleton<TimeProvider>(clock)
        );
        using var client = new RawClient(await TestPartner.NewAsync(server.Address), server.Address);
        var token = await client.AppTokenAsync();

        var good = await client.CallAsync(HttpMethod.Get, AppRoute, token);
        clock.Ahead = AuthorizationServerOptions.AccessTokenLifetime;
        var expired = await client.CallAsync(HttpMethod.Get, AppRoute, token);

        Assert.Equal(200, good.Status);
        AssertRefused("expired", expired);
        Assert.Matches(
            "^The token expired [0-9]+ s ago: get a new one",
            expired.Json["detail"]!.GetValue<string>()
        );
    }

    private Task<RawAnswer> CallAsync(string route, string token) =>
        Client.CallAsync(HttpMethod.Get, route, token);

    private string SignAgain(string token, string type, Action<JsonObject> change)
    {
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!.AsObject();
        change(claims);
        return Shared
            .Server.Get<SigningKeys>()
            .Sign(KeyPurpose.AccessTokens, type, Encoding.UTF8.GetBytes(claims.ToJsonString()));
    }

    private static void AssertRefused(string what, RawAnswer answer) =>
        Assert.True(
            (answer.Status, answer.Code) == (401, ProblemCodes.InvalidToken),
            $"{what}: {answer.Status} {answer.Text}"
        );
}
