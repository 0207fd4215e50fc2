using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What resource servers are told of tokens (RFC 7662).</summary>
public sealed class IntrospectionTests(SharedServer shared) : RawClientTests(shared)
{
    private RawClient resourceServer = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        resourceServer = new(await Client.Partner.NewResourceServerAsync(), Client.Server);
    }

    [Fact]
    public async Task A_customers_token_is_told_with_its_key_and_what_was_granted()
    {
        var tokens = await Client.TokensAsync();

        var answer = await AskAsync(Text(tokens, "access_token"));

        Assert.Equal(200, answer.Status);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        var facts = answer.Json;
        Assert.True(facts["active"]!.GetValue<bool>());
        Assert.Equal(Client.Partner.ClientId, Text(facts, "client_id"));
        Assert.Equal(Client.Issuer, Text(facts, "iss"));
        Assert.Equal(Client.Issuer, Text(facts, "aud"));
        Assert.StartsWith("cus_", Text(facts, "sub"));
        Assert.Equal("openid accounts coupons", Text(facts, "scope"));
        Assert.Equal(43, facts["cnf"]!["jkt"]!.GetValue<string>().Length);
        Assert.True(
            JsonNode.DeepEquals(facts["authorization_details"], tokens["authorization_details"]),
            answer.Text
        );
        Assert.Equal(300, facts["exp"]!.GetValue<long>() - facts["iat"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_token_without_a_scope_is_told_with_its_details()
    {
        var tokens = await Client.TokensAsync(
            ("scope", null),
            ("authorization_details", """[{"type":"account_opening"}]""")
        );
        var facts = (await AskAsync(Text(tokens, "access_token"))).Json;
        Assert.True(facts["active"]!.GetValue<bool>());
        Assert.False(facts.AsObject().ContainsKey("scope"));
        Assert.Single(facts["authorization_details"]!.AsArray());
    }

    [Fact]
    public async Task A_token_of_the_app_has_no_customer()
    {
        var facts = (await AskAsync(await Client.AppTokenAsync("payments"))).Json;
        Assert.Equal(Client.Partner.ClientId, Text(facts, "sub"));
        Assert.Equal("payments", Text(facts, "scope"));
        Assert.Null(facts["consent_id"]);
        Assert.Null(facts["authorization_details"]);
    }

    [Fact]
    public async Task Of_a_token_that_does_not_count_nothing_is_said()
    {
        var tokens = await Client.TokensAsync();
        using var stranger = await Shared.NewRawClientAsync();
        var revoked = (await Client.RefreshAsync(Text(tokens, "refresh_token"))).Json;
        await Client.RevokeAsync(Text(revoked, "access_token"));

        await AssertInactiveAsync("unknown");
        await AssertInactiveAsync(Text(tokens, "refresh_token"));
        await AssertInactiveAsync(Text(tokens, "id_token"));
        await AssertInactiveAsync(Text(revoked, "access_token"));
        await AssertInactiveAsync(await stranger.AppTokenAsync());
        Assert.True((await AskAsync(Text(tokens, "access_token"))).Json["active"]!.GetValue<bool>());
        await Client.Partner.Client.Consents.RevokeAsync(Text(tokens, "consent_id"));
        await AssertInactiveAsync(Text(tokens, "access_token"));
    }

    [Fact]
    public async Task Only_a_resource_server_may_ask()
    {
        var token = await Client.AppTokenAsync();

        var plain = await Client.PostFormAsync("/oauth/introspect", [("token", token)], withProof: false);
        var anonymous = await resourceServer.PostFormAsync(
            "/oauth/introspect",
            [("token", token), ("client_assertion", null)],
            withProof: false
        );
        var empty = await resourceServer.PostFormAsync("/oauth/introspect", [], withProof: false);

        Assert.Equal((403, "unauthorized_client"), (plain.Status, plain.Code));
        Assert.Equal((401, "invalid_client"), (anonymous.Status, anonymous.Code));
        Assert.Equal((400, "invalid_request"), (empty.Status, empty.Code));
    }

    [Fact]
    public async Task An_assertion_asks_once()
    {
        (string, string?)[] form = [("token", "x"), ("client_assertion", resourceServer.NewAssertion())];
        var first = await resourceServer.PostFormAsync("/oauth/introspect", form, withProof: false);
        var second = await resourceServer.PostFormAsync("/oauth/introspect", form, withProof: false);
        Assert.Equal((200, 401), (first.Status, second.Status));
    }

    [Fact]
    public async Task A_resource_server_is_no_app()
    {
        var token = await resourceServer.PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials")]
        );
        var pushed = await resourceServer.PushAsync();

        Assert.Equal((400, "invalid_scope"), (token.Status, token.Code));
        Assert.Equal((400, "unauthorized_client"), (pushed.Status, pushed.Code));
    }

    [Theory]
    [InlineData("introspection payments", null)]
    [InlineData("introspection", "authorization_code")]
    public async Task A_resource_server_has_no_other_scope_and_no_customers(string scope, string? grant)
    {
        var refused = await Assert.ThrowsAsync<OpenBankingAuthenticationException>(() =>
            RegisterAsync(Client.Partner, scope, grant)
        );
        Assert.Equal("invalid_client_metadata", refused.Code);
    }

    private Task<RawAnswer> AskAsync(string token) =>
        resourceServer.PostFormAsync("/oauth/introspect", [("token", token)], withProof: false);

    private async Task AssertInactiveAsync(string token) =>
        Assert.Equal("""{"active":false}""", (await AskAsync(token)).Text);

    private async Task<(ClientRegistration, ClientKey)> RegisterAsync(
        TestPartner partner,
        string scope,
        string? grant
    )
    {
        var key = ClientKey.CreateEs256();
        var app = await AppRegistration.RegisterAsync(
            Client.Server,
            partner.InitialAccessToken,
            new ClientRegistrationRequest
            {
                ClientName = "Resource server",
                RedirectUris = scope == Scopes.Introspection && grant is null ? [] : ["https://rs.example/"],
                Jwks = new JsonWebKeySetDocument { Keys = [key.PublicJwk] },
                Scope = scope,
                GrantTypes = grant is null ? null : [grant],
            }
        );
        return (app, key);
    }

    private static string Text(JsonNode json, string member) => json[member]!.GetValue<string>();
}
