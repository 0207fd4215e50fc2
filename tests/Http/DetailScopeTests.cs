using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>The scope of a token is what was asked for and what its details need: no more, and no less.</summary>
public sealed class DetailScopeTests(SharedServer shared) : RawClientTests(shared)
{
    private const string Accounts = """{"type":"account_opening"},{"type":"account_information"}""";
    private const string Wallet = """{"type":"coupon_wallet"}""";
    private const string OptionalWallet = """{"type":"coupon_wallet","optional":true}""";

    [Fact]
    public async Task Without_a_scope_the_details_say_which()
    {
        var all = await Client.TokensAsync(("scope", null));
        Assert.Equal("accounts coupons", ScopeOf(all));
        Assert.Equal(200, await CallAsync("/v1/accounts", all));
        Assert.Equal(200, await CallAsync("/v1/coupons", all));
        Assert.False(all.AsObject().ContainsKey("id_token"));
    }

    [Fact]
    public async Task An_empty_scope_is_left_out()
    {
        var tokens = await Client.TokensAsync(("scope", ""), ("authorization_details", $"[{Accounts}]"));
        Assert.Equal("accounts", ScopeOf(tokens));
    }

    [Theory]
    [InlineData("openid", Wallet, "coupon_wallet needs the scope coupons: add it, or leave scope out.")]
    [InlineData("openid accounts", $"{Accounts},{Wallet}", "coupon_wallet needs the scope coupons: add it")]
    [InlineData("accounts", OptionalWallet, "coupon_wallet needs the scope coupons: add it")]
    [InlineData("coupons", Accounts, "account_information needs the scope accounts: add it")]
    public async Task A_scope_that_lacks_what_a_detail_needs_is_refused(
        string scope,
        string details,
        string reason
    )
    {
        var pushed = await Client.PushAsync(("scope", scope), ("authorization_details", $"[{details}]"));
        Assert.Equal((400, "invalid_scope"), (pushed.Status, pushed.Code));
        Assert.StartsWith(reason, (string)pushed.Json["error_description"]!);
    }

    [Theory]
    [InlineData("openid accounts")]
    [InlineData(null)]
    public async Task A_scope_that_an_app_cannot_have_is_said_to_be_so(string? scope)
    {
        await new ManagedRegistration(Client).ChangeAsync(("scope", "openid accounts"));
        var pushed = await Client.PushAsync(("scope", scope), ("authorization_details", $"[{Wallet}]"));
        Assert.Equal((400, "invalid_scope"), (pushed.Status, pushed.Code));
        Assert.Equal(
            "coupon_wallet needs the scope coupons, which the app is not registered for.",
            (string)pushed.Json["error_description"]!
        );
    }

    [Fact]
    public async Task A_scope_that_no_detail_needs_is_not_given()
    {
        var tokens = await Client.TokensAsync(("authorization_details", $"[{Accounts}]"));
        Assert.Equal("openid accounts", ScopeOf(tokens));
        Assert.True(tokens.AsObject().ContainsKey("id_token"));
    }

    [Fact]
    public async Task A_part_given_back_takes_its_scope_along()
    {
        var tokens = await Client.TokensAsync();
        Assert.Equal("openid accounts coupons", ScopeOf(tokens));

        await NarrowAsync((string)tokens["consent_id"]!, new AccountInformation());

        var next = await RefreshAsync(tokens);
        Assert.Equal((200, "openid accounts"), (next.Status, ScopeOf(next.Json)));
        var lost = await RefreshAsync(tokens, ("scope", "coupons"));
        Assert.Equal((400, "invalid_scope"), (lost.Status, lost.Code));
    }

    [Fact]
    public async Task So_does_one_that_is_given_back_before_the_code_is_redeemed()
    {
        var (code, redirect) = await Client.AuthorizeAsync();
        var consent = Assert.Single(await Client.Partner.Client.Consents.ListAsync().ToListAsync());
        await NarrowAsync(consent.Id, new AccountOpening(), new AccountInformation());

        var tokens = await Client.RedeemAsync(code, redirect);

        Assert.Equal((200, "openid accounts"), (tokens.Status, ScopeOf(tokens.Json)));
    }

    [Fact]
    public async Task A_token_for_some_details_has_their_scope_and_the_next_one_all_again()
    {
        var (code, redirect) = await Client.AuthorizeAsync();
        var tokens = (
            await Client.RedeemAsync(code, redirect, ("authorization_details", $"[{Wallet}]"))
        ).Json;
        Assert.Equal("openid coupons", ScopeOf(tokens));

        var narrow = await RefreshAsync(tokens, ("authorization_details", $"[{Accounts}]"));
        Assert.Equal("openid accounts", ScopeOf(narrow.Json));
        var other = await RefreshAsync(
            tokens,
            ("authorization_details", $"[{Accounts}]"),
            ("scope", "openid coupons")
        );
        Assert.Equal((400, "invalid_scope"), (other.Status, other.Code));
        Assert.Equal("openid accounts coupons", ScopeOf((await RefreshAsync(tokens)).Json));
    }

    private Task<Consent> NarrowAsync(string consent, params AuthorizationDetail[] left) =>
        Client.Partner.Client.Consents.NarrowAsync(consent, left);

    private Task<RawAnswer> RefreshAsync(JsonNode tokens, params (string Name, string? Value)[] changes) =>
        Client.RefreshAsync((string)tokens["refresh_token"]!, changes);

    private async Task<int> CallAsync(string path, JsonNode tokens) =>
        (await Client.CallAsync(HttpMethod.Get, path, (string)tokens["access_token"]!)).Status;

    private static string? ScopeOf(JsonNode tokens) => (string?)tokens["scope"];
}
