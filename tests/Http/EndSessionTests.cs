using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Signing out (OpenID Connect RP-Initiated Logout 1.0).</summary>
public sealed class EndSessionTests(SharedServer shared) : BankPageTests(shared)
{
    private const string Afterwards = "http://localhost:1/bye?from=bank";
    private string idToken = null!;
    private OpenBankingClient client = null!;
    private string clientId = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var key = ClientKey.CreateEs256();
        var app = await AppRegistration.RegisterAsync(
            Shared.Server.Address,
            Partner.InitialAccessToken,
            new ClientRegistrationRequest
            {
                ClientName = "Signs out",
                RedirectUris = [TestPartner.RedirectUri.ToString()],
                PostLogoutRedirectUris = [Afterwards],
                Jwks = new JsonWebKeySetDocument { Keys = [key.PublicJwk] },
            }
        );
        Assert.Equal([Afterwards], app.PostLogoutRedirectUris!);
        clientId = app.ClientId;
        client = new OpenBankingClient(
            new OpenBankingOptions
            {
                Authority = Shared.Server.Address,
                ClientId = app.ClientId,
                Key = key,
            }
        );
        idToken = await IdTokenAsync();
        await Browser.GoAsync(await StartLinkAsync());
        Assert.EndsWith("/sign-in", Browser.Address.AbsolutePath);
    }

    [Fact]
    public async Task A_believed_app_ends_what_was_begun_for_it_and_gets_the_customer_back()
    {
        var page = Browser.Address;

        await Browser.GoAsync(await client.AccountLinks.SignOutUrlAsync(idToken, new(Afterwards), "s 1"));

        Assert.Equal($"{Afterwards}&state=s%201", Browser.Address.AbsoluteUri);
        await Browser.GoAsync(page);
        Assert.StartsWith("/bank/error?code=interaction_over", Browser.Address.PathAndQuery);
    }

    [Theory]
    [InlineData("zh-CN", "fr zh-CN")]
    [InlineData("en", "en-GB")]
    public async Task The_page_speaks_the_language_that_the_app_names(string language, string wanted)
    {
        foreach (var hint in (string[])["", $"id_token_hint={idToken}&"])
        {
            await Browser.GoAsync(EndSession($"{hint}ui_locales={Uri.EscapeDataString(wanted)}"));

            Assert.Contains($"<html lang=\"{language}\"", Browser.Content);
        }
    }

    [Fact]
    public async Task What_was_begun_for_another_app_goes_on()
    {
        await Browser.GoAsync(await StartAsync());
        var page = Browser.Address;

        await Browser.GoAsync(await client.AccountLinks.SignOutUrlAsync(idToken));

        Assert.Equal("/bank/sign-out?done=true", Browser.Address.PathAndQuery);
        await Browser.GoAsync(page);
        Assert.Equal(page, Browser.Address);
    }

    [Fact]
    public async Task Another_browsers_way_goes_on()
    {
        using var other = new Browser();
        await other.GoAsync(await client.AccountLinks.SignOutUrlAsync(idToken));
        await Browser.GoAsync(Browser.Address);
        Assert.EndsWith("/sign-in", Browser.Address.AbsolutePath);
    }

    [Theory]
    [InlineData("")]
    [InlineData("id_token_hint=nonsense&post_logout_redirect_uri=http://localhost:1/bye?from=bank")]
    [InlineData("client_id=CLIENT&post_logout_redirect_uri=http://localhost:1/bye?from=bank")]
    [InlineData("id_token_hint=FORGED&post_logout_redirect_uri=http://localhost:1/bye?from=bank")]
    public async Task Whoever_is_not_believed_only_makes_the_customer_be_asked(string query)
    {
        var page = Browser.Address;
        var forged = idToken[..^8] + "AAAAAAAA";
        await Browser.GoAsync(EndSession(query.Replace("FORGED", forged).Replace("CLIENT", clientId)));
        Assert.Equal("/bank/sign-out", Browser.Address.PathAndQuery);
        var question = Browser.Address;
        await Browser.GoAsync(page);
        Assert.Equal(page, Browser.Address);

        await Browser.GoAsync(question);
        await Browser.SubmitAsync();

        Assert.Equal("/bank/sign-out?done=true", Browser.Address.PathAndQuery);
        Assert.Contains("signed out", Browser.Page.QuerySelector("main")!.TextContent);
        await Browser.GoAsync(page);
        Assert.StartsWith("/bank/error?code=interaction_over", Browser.Address.PathAndQuery);
    }

    [Theory]
    [InlineData("post_logout_redirect_uri=https://attacker.example/")]
    [InlineData("post_logout_redirect_uri=http://localhost:1/bye")]
    [InlineData("post_logout_redirect_uri=http://LOCALHOST:1/bye%3Ffrom=bank")]
    [InlineData("post_logout_redirect_uri=http://localhost:1/callback")]
    [InlineData("client_id=app_00000000000000000000000000")]
    [InlineData("state=1&state=2")]
    public async Task Nobody_is_sent_where_the_app_has_not_registered(string query)
    {
        var page = Browser.Address;
        await Browser.GoAsync(EndSession($"id_token_hint={idToken}&{query}"));
        Assert.Equal("/bank/error?code=invalid_request", Browser.Address.PathAndQuery);
        await Browser.GoAsync(page);
        Assert.Equal(page, Browser.Address);
    }

    [Fact]
    public async Task The_request_may_be_posted()
    {
        using var answer = await Browser.PostAsync(
            EndSession(""),
            [
                KeyValuePair.Create("id_token_hint", idToken),
                KeyValuePair.Create("post_logout_redirect_uri", Afterwards),
            ]
        );
        Assert.Equal((303, Afterwards), ((int)answer.StatusCode, answer.Headers.Location?.OriginalString));
    }

    [Fact]
    public async Task An_access_token_is_no_id_token()
    {
        using var raw = new RawClient(Partner, Shared.Server.Address);
        await Browser.GoAsync(EndSession($"id_token_hint={await raw.AppTokenAsync()}"));
        Assert.Equal("/bank/sign-out", Browser.Address.PathAndQuery);
    }

    private Uri EndSession(string query) => new(Shared.Server.Address, "/bank/end-session?" + query);

    private async Task<Uri> StartLinkAsync() => (await LinkAsync()).AuthorizationUrl;

    private Task<AccountLink> LinkAsync() =>
        client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = TestPartner.RedirectUri,
                AuthorizationDetails = [new AccountOpening()],
            }
        );

    private async Task<string> IdTokenAsync()
    {
        var link = await LinkAsync();
        using var customer = new OpenBanking.Testing.BankCustomer(
            Person,
            Partner.MessagesUrl,
            TestPartner.Pin
        );
        var callback = await customer.AgreeAsync(link.AuthorizationUrl, TestPartner.RedirectUri);
        return (await client.AccountLinks.CompleteAsync(link.Session, callback)).IdToken!;
    }
}
