using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>No page of the bank leaves its customer without a way on.</summary>
public sealed class WaysOnTests(SharedServer shared) : BankPageTests(shared)
{
    private static string Origin => TestPartner.RedirectUri.GetLeftPart(UriPartial.Authority) + "/";

    private string Own => $"/bank/{Partner.SandboxNumber}/my/sign-in";

    [Fact]
    public async Task Who_goes_back_after_agreeing_is_led_to_the_app_or_to_their_own_pages()
    {
        await ToConsentAsync();
        var consent = Browser.Address;
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));

        await Browser.GoAsync(consent);

        Assert.Contains("Finished already", Browser.Text());
        Assert.Equal(Origin, LinkThatSays("Back to Test App"));
        await Browser.FollowAsync("Sign in to your own pages");
        Assert.Equal(Own, Browser.Address.AbsolutePath);
    }

    [Fact]
    public async Task Who_goes_back_after_saying_no_is_led_to_the_app()
    {
        var page = Browser.Address;
        await Browser.SubmitAsync("Decline");

        await Browser.GoAsync(page);

        Assert.Contains("Finished already", Browser.Text());
        Assert.DoesNotContain("interaction_over", Browser.Text());
        Assert.Equal(Origin, LinkThatSays("Back to Test App"));
    }

    /// <summary>Each tab has a way of its own through the bank, and the app's request is answered once.</summary>
    [Theory]
    [InlineData(
        "en",
        "Finished already",
        "here or in another tab",
        "Back to Test App",
        "If you have answered it, go on in the app"
    )]
    [InlineData("zh-CN", "已经完成", "其他标签页", "返回 Test App", "如已办理，请返回应用继续")]
    public async Task Who_has_agreed_in_one_tab_is_told_so_in_another(
        string language,
        string title,
        string text,
        string back,
        string again
    )
    {
        var link = await StartAsync();
        await Browser.GoAsync(link);
        var other = Browser.Address;
        await Browser.GoAsync(link);
        await ToConsentAsync();
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        Assert.Contains("code=", Browser.Address.Query);

        await Browser.GoAsync(new Uri(other, "?lang=" + language));

        Assert.Contains(title, Browser.Text());
        Assert.Contains(text, Browser.Text());
        Assert.DoesNotContain("interaction_over", Browser.Text());
        Assert.Equal(Origin, LinkThatSays(back));

        // The app's link once more.
        await Browser.GoAsync(link);
        Assert.Contains(again, Browser.Text());
    }

    /// <summary>The address is the one that the app has registered and asked for, and no part of it comes from the browser.</summary>
    [Fact]
    public async Task The_way_to_the_app_is_shown_to_the_browser_that_came_from_it_alone()
    {
        var page = Browser.Address;
        await Browser.SubmitAsync("Decline");
        await Browser.GoAsync(page);
        var over = Browser.Address;

        using var other = new Browser();
        await other.GoAsync(over);
        Assert.Contains("This page is over", other.Text());
        Assert.DoesNotContain("Back to", other.Text());
        await other.FollowAsync("Sign in to your own pages");
        Assert.Contains("sandbox_id", other.Text());

        await Browser.GoAsync(new Uri(over.AbsoluteUri.Replace("ixn_", "ixn_0", StringComparison.Ordinal)));
        Assert.DoesNotContain("Back to", Browser.Text());
        await Browser.GoAsync(new Uri(over, "?code=interaction_over&app=https://attacker.example/"));
        Assert.DoesNotContain("attacker", Browser.Content);
    }

    [Fact]
    public async Task An_app_that_has_given_up_the_address_is_not_led_to()
    {
        var page = Browser.Address;
        await Browser.SubmitAsync("Decline");
        await MoveAppAsync("http://localhost:2/elsewhere");

        await Browser.GoAsync(page);

        Assert.DoesNotContain("Back to", Browser.Text());
        Assert.NotNull(LinkThatSays("Sign in to your own pages"));
    }

    [Theory]
    [InlineData("not_found")]
    [InlineData("bad_form")]
    [InlineData("internal_error")]
    [InlineData("outcome_unknown")]
    [InlineData("invalid_request")]
    [InlineData("invalid_client")]
    [InlineData("invalid_request_uri")]
    [InlineData("interaction_over")]
    public async Task What_went_wrong_leaves_whoever_is_not_signed_in_a_way_to_their_own_pages(string code)
    {
        await Browser.GoAsync(new Uri(Shared.Server.Address, $"/bank/error?code={code}"));
        await Browser.FollowAsync("Sign in to your own pages");
        Assert.Equal(Own, Browser.Address.AbsolutePath);

        using var stranger = new Browser();
        await stranger.GoAsync(new Uri(Shared.Server.Address, $"/bank/error?code={code}&lang=zh-CN"));
        await stranger.FollowAsync("登录我的账户");
        Assert.Contains("sandbox_id", stranger.Text());
    }

    [Fact]
    public async Task A_locked_PIN_leads_to_where_a_new_one_is_set()
    {
        await ToConsentAsync();
        for (var guess = 0; guess < 5; guess++)
        {
            await Browser.SubmitAsync(("Pin", "975310"));
        }

        Assert.Contains("locked for a day", Browser.Text());
        await Browser.FollowAsync("I have forgotten my PIN");
        Assert.Equal(Own, Browser.Address.AbsolutePath);
    }

    /// <summary>Changes the app's registration: it takes customers back elsewhere from now on.</summary>
    private async Task MoveAppAsync(string redirectUri)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", Partner.App.RegistrationAccessToken);
        var address = new Uri(Shared.Server.Address, $"/oauth/register/{Partner.ClientId}");
        var known = JsonNode.Parse(await http.GetStringAsync(address))!.AsObject();
        var changed = new JsonObject
        {
            ["client_name"] = known["client_name"]!.DeepClone(),
            ["redirect_uris"] = new JsonArray(redirectUri),
            ["jwks"] = known["jwks"]!.DeepClone(),
        };
        using var answer = await http.PutAsJsonAsync(address, changed);
        answer.EnsureSuccessStatusCode();
    }

    private string? LinkThatSays(string text) =>
        Browser
            .Page.QuerySelectorAll("main a")
            .FirstOrDefault(link => link.TextContent.Contains(text, StringComparison.Ordinal))
            ?.GetAttribute("href");
}
