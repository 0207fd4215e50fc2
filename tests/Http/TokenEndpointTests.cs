using System.Buffers.Text;
using System.Text.Json.Nodes;
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
        var first = await Client.RedeemAsync(code, redirect);
        var accessToken = first.Json["access_token"]!.GetValue<string>();
        Assert.Equal(200, (await Client.CallAsync(HttpMethod.Get, "/v1/accounts", accessToken)).Status);

        var second = await Client.RedeemAsync(code, redirect);

        Assert.Equal((400, "invalid_grant"), (second.Status, second.Code));
        Assert.Equal(401, (await Client.CallAsync(HttpMethod.Get, "/v1/accounts", accessToken)).Status);
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
            new[] { noVerifier, wrongVerifier, wrongAddress, noAddress, otherClient },
            answer => Assert.Equal((400, "invalid_grant"), (answer.Status, answer.Code))
        );
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

    private static JsonNode Claims(string token) =>
        JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!;
}
