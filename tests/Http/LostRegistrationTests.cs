using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What an app is no longer registered for: its tokens hold it no more, whoever asks, and no refresh gives it.</summary>
public sealed class LostRegistrationTests(SharedServer shared) : RawClientTests(shared)
{
    private const string Wallet = """[{"type":"account_opening"},{"type":"coupon_wallet"}]""";

    private ManagedRegistration? registration;

    [Fact]
    public async Task Resource_servers_are_told_what_is_left_of_a_token()
    {
        using var resourceServer = new RawClient(
            await Client.Partner.NewResourceServerAsync(),
            Client.Server
        );
        var ofCustomer = Text(await Client.TokensAsync(), "access_token");
        var ofApp = await Client.AppTokenAsync("payments webhooks");

        await ChangeAsync("openid coupons payments", "coupon_wallet", "account_opening");

        var facts = await AskAsync(resourceServer, ofCustomer);
        Assert.True(facts["active"]!.GetValue<bool>());
        Assert.Equal("openid coupons", Text(facts, "scope"));
        Assert.Equal(["account_opening", "coupon_wallet"], TypesOf(facts));
        Assert.Equal("payments", Text(await AskAsync(resourceServer, ofApp), "scope"));

        // A scope goes with the last type that needs it.
        await ChangeAsync(scope: null, "coupon_wallet");
        Assert.Equal("openid coupons", Text(await AskAsync(resourceServer, ofCustomer), "scope"));
    }

    [Fact]
    public async Task A_token_opens_nothing_that_its_app_lost_and_a_refresh_brings_what_is_left()
    {
        var tokens = await Client.TokensAsync();
        Assert.Equal(200, (await ReadAsync("/v1/accounts", tokens)).Status);

        await ChangeAsync(scope: null, "coupon_wallet");

        var refreshed = (await RefreshAsync(tokens)).Json;
        Assert.Equal(["coupon_wallet"], TypesOf(refreshed));
        Assert.Equal("openid coupons", Text(refreshed, "scope"));
        foreach (
            var (given, why) in new[]
            {
                (tokens, "The app is not registered for account_information."),
                (refreshed, "The token needs the scope accounts."),
            }
        )
        {
            var refused = await ReadAsync("/v1/accounts", given);
            Assert.Equal((403, ProblemCodes.InsufficientScope), (refused.Status, refused.Code));
            Assert.Equal(why, Text(refused.Json, "detail"));
            Assert.Equal(200, (await ReadAsync("/v1/coupons", given)).Status);
        }

        var wide = await RefreshAsync(tokens, ("authorization_details", """[{"type":"account_opening"}]"""));
        Assert.Equal((400, "invalid_authorization_details"), (wide.Status, wide.Code));

        // What the customer agreed to is as it was.
        await ChangeAsync(scope: null, "coupon_wallet", "account_information");
        Assert.Equal(["account_information", "coupon_wallet"], TypesOf((await RefreshAsync(tokens)).Json));
        // A token of between is not widened.
        Assert.Equal(403, (await ReadAsync("/v1/accounts", refreshed)).Status);
    }

    [Fact]
    public async Task Where_nothing_is_left_there_is_no_token()
    {
        var tokens = await Client.TokensAsync(("authorization_details", Wallet));

        await ChangeAsync(scope: null, "account_information");

        var refused = await RefreshAsync(tokens);
        Assert.Equal((400, "invalid_authorization_details"), (refused.Status, refused.Code));
        Assert.Contains("registered for none", Text(refused.Json, "error_description"));
    }

    [Fact]
    public async Task A_code_of_before_gives_what_is_left()
    {
        var (code, redirect) = await Client.AuthorizeAsync();
        await ChangeAsync("openid coupons", "coupon_wallet");
        var tokens = (await Client.RedeemAsync(code, redirect)).Json;
        Assert.Equal("openid coupons", Text(tokens, "scope"));
        Assert.Equal(["coupon_wallet"], TypesOf(tokens));
    }

    [Fact]
    public async Task Details_go_with_the_scope_without_which_they_open_nothing()
    {
        var tokens = await Client.TokensAsync();
        await ChangeAsync("openid coupons", "account_information", "coupon_wallet");

        var refreshed = (await RefreshAsync(tokens)).Json;
        Assert.Equal("openid coupons", Text(refreshed, "scope"));
        Assert.Equal(["coupon_wallet"], TypesOf(refreshed));
    }

    [Fact]
    public async Task Who_is_no_longer_registered_for_openid_gets_no_id_token()
    {
        var (code, redirect) = await Client.AuthorizeAsync();
        await ChangeAsync("accounts coupons", "account_information", "coupon_wallet");
        var tokens = (await Client.RedeemAsync(code, redirect)).Json;
        Assert.Equal("accounts coupons", Text(tokens, "scope"));
        Assert.Null(tokens["id_token"]);
    }

    private Task<RawAnswer> RefreshAsync(JsonNode tokens, params (string Name, string? Value)[] changes) =>
        Client.RefreshAsync(Text(tokens, "refresh_token"), changes);

    private Task<RawAnswer> ReadAsync(string path, JsonNode tokens) =>
        Client.CallAsync(HttpMethod.Get, path, Text(tokens, "access_token"));

    private Task ChangeAsync(string? scope, params string[] types) =>
        (registration ??= new(Client)).ChangeAsync(
            ("authorization_details_types", new JsonArray([.. types.Select(type => (JsonNode)type)])),
            ("scope", scope)
        );

    private static async Task<JsonNode> AskAsync(RawClient resourceServer, string token) =>
        (await resourceServer.PostFormAsync("/oauth/introspect", [("token", token)], withProof: false)).Json;

    private static string[] TypesOf(JsonNode json) =>
        [.. json["authorization_details"]!.AsArray().Select(detail => Text(detail!, "type")).Order()];

    private static string Text(JsonNode json, string member) => json[member]!.GetValue<string>();
}
