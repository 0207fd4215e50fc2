using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Tokens that are taken back (RFC 7009).</summary>
public sealed class RevocationTests(SharedServer shared) : RawClientTests(shared)
{
    [Fact]
    public async Task A_refresh_token_takes_its_access_tokens_along_and_leaves_the_consent()
    {
        var tokens = await Client.TokensAsync();
        var (access, refresh) = (Text(tokens, "access_token"), Text(tokens, "refresh_token"));
        var second = (await Client.RefreshAsync(refresh)).Json["access_token"]!.GetValue<string>();

        var answer = await Client.RevokeAsync(refresh);

        Assert.Equal((200, ""), (answer.Status, answer.Text));
        Assert.True(answer.Headers.CacheControl!.NoStore);
        foreach (var dead in new[] { access, second })
        {
            var call = await Client.CallAsync(HttpMethod.Get, "/v1/accounts", dead);
            Assert.Equal((401, ProblemCodes.InvalidToken), (call.Status, call.Code));
        }

        var refreshed = await Client.RefreshAsync(refresh);
        Assert.Equal((400, "invalid_grant"), (refreshed.Status, refreshed.Code));
        var consent = await Client.Partner.Client.Consents.GetAsync(Text(tokens, "consent_id"));
        Assert.Equal(ConsentStatus.Authorized, consent.Status);
        Assert.Equal(200, (await Client.RevokeAsync(refresh)).Status);
    }

    [Fact]
    public async Task An_access_token_ends_alone()
    {
        var tokens = await Client.TokensAsync();
        var other = (await Client.RefreshAsync(Text(tokens, "refresh_token"))).Json;

        Assert.Equal(200, (await Client.RevokeAsync(Text(tokens, "access_token"))).Status);

        var dead = await Client.CallAsync(HttpMethod.Get, "/v1/accounts", Text(tokens, "access_token"));
        var alive = await Client.CallAsync(HttpMethod.Get, "/v1/accounts", Text(other, "access_token"));
        Assert.Equal((401, ProblemCodes.InvalidToken), (dead.Status, dead.Code));
        Assert.Equal(200, alive.Status);
        Assert.Equal(200, (await Client.RefreshAsync(Text(tokens, "refresh_token"))).Status);
        Assert.Equal(200, (await Client.RevokeAsync(Text(tokens, "access_token"))).Status);
    }

    [Fact]
    public async Task A_token_of_the_app_itself_is_dead_when_it_is_said_to_be()
    {
        var (revoked, kept) = (await Client.AppTokenAsync(), await Client.AppTokenAsync());
        // The app is remembered from here on.
        Assert.Equal(200, (await Client.CallAsync(HttpMethod.Get, "/v1/coupon-stocks", revoked)).Status);

        Assert.Equal(200, (await Client.RevokeAsync(revoked)).Status);

        Assert.Equal(401, (await Client.CallAsync(HttpMethod.Get, "/v1/coupon-stocks", revoked)).Status);
        Assert.Equal(200, (await Client.CallAsync(HttpMethod.Get, "/v1/coupon-stocks", kept)).Status);
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("a.b.c")]
    public async Task An_unknown_token_is_answered_as_one_that_was_taken_back(string token)
    {
        var answer = await Client.RevokeAsync(token);
        Assert.Equal((200, ""), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task Nobody_takes_back_what_is_anothers()
    {
        var tokens = await Client.TokensAsync();
        using var sibling = new RawClient(await Client.Partner.NewAppAsync(), Client.Server);
        using var stranger = await Shared.NewRawClientAsync();

        var ofSibling = await sibling.RevokeAsync(Text(tokens, "refresh_token"));
        var ofStranger = await stranger.RevokeAsync(Text(tokens, "access_token"));

        Assert.Equal((400, "invalid_grant"), (ofSibling.Status, ofSibling.Code));
        Assert.Equal((400, "invalid_grant"), (ofStranger.Status, ofStranger.Code));
        var alive = await Client.CallAsync(HttpMethod.Get, "/v1/accounts", Text(tokens, "access_token"));
        Assert.Equal(200, alive.Status);
        Assert.Equal(200, (await Client.RefreshAsync(Text(tokens, "refresh_token"))).Status);
    }

    [Fact]
    public async Task Revocation_needs_the_client_and_a_token()
    {
        var anonymous = await Client.PostFormAsync(
            "/oauth/revoke",
            [("token", "x"), ("client_assertion", null)],
            withProof: false
        );
        var empty = await Client.PostFormAsync("/oauth/revoke", [("token", "")], withProof: false);

        Assert.Equal((401, "invalid_client"), (anonymous.Status, anonymous.Code));
        Assert.Equal((400, "invalid_request"), (empty.Status, empty.Code));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("refresh_token")]
    [InlineData("access_token")]
    public async Task An_assertion_takes_back_once(string? kind)
    {
        var token = kind is null ? "unknown" : Text(await Client.TokensAsync(), kind);
        var assertion = Client.NewAssertion();
        (string, string?)[] form = [("token", token), ("client_assertion", assertion)];

        var first = await Client.PostFormAsync("/oauth/revoke", form, withProof: false);
        var second = await Client.PostFormAsync("/oauth/revoke", form, withProof: false);

        Assert.Equal((200, 401), (first.Status, second.Status));
    }

    [Fact]
    public async Task A_store_that_takes_nothing_is_never_a_success()
    {
        await using var server = await TestServer.StartAsync();
        using var client = new RawClient(await TestPartner.NewAsync(server.Address), server.Address);
        var token = await client.AppTokenAsync();
        server.Get<Server.Engine.Engine>().Dispose();

        var known = await client.RevokeAsync(token);
        var unknown = await client.RevokeAsync("unknown");

        Assert.Equal((503, 503), (known.Status, unknown.Status));
        Assert.NotNull(known.Headers.RetryAfter);
    }

    private static string Text(System.Text.Json.Nodes.JsonNode json, string member) =>
        json[member]!.GetValue<string>();
}
