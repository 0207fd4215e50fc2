using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Playwright;
using Xunit;

namespace OpenBanking.Tests.Browser.Walks;

/// <summary>Ways from an app through the bank that come to nothing, or take longer.</summary>
[Collection(WalksOfOneBank.Name)]
public sealed class LinkWalkTests(WalkedBank bank)
{
    [Theory]
    [InlineData("zh-CN", true)]
    [InlineData("en", false)]
    public async Task Links_that_come_to_nothing_lead_back_to_the_app(string language, bool scripts)
    {
        await using var phone = await bank.NewPhoneAsync("links", language, scripts);
        var partner = await bank.NewPartnerAsync();
        var persons = await partner.PersonsAsync();
        var customer = await partner.LinkAsync();
        var page = phone.Page;

        // Nobody has an account, and the app does not ask for one to be opened.
        await phone.ToBankAsync(bank, partner, persons[1], [new AccountInformation()]);
        await phone.ArriveAsync("**/no-account");
        await phone.CheckAsync("no-account");
        await phone.PressAsync();
        await phone.ArriveAsync($"{bank.Callback}?**error=access_denied**");

        await phone.ToBankAsync(bank, partner, persons[0], TestPartner.Everything);
        await phone.ArriveAsync("**/consent");
        var consent = page.Url;
        await phone.FillAsync(("Pin", Steps.WrongPin));
        await phone.CheckRefusedAsync("consent-refused", "Pin");
        await phone.PressAsync("button.quiet");
        await phone.ArriveAsync($"{bank.Callback}?**error=access_denied**");

        // Who comes back to what is over is led to the app, or to their own pages.
        await page.GotoAsync(consent);
        await phone.ArriveAsync("**/bank/error?code=interaction_over**");
        await phone.CheckAsync("over");
        await phone.PressAsync("a.primary");
        await phone.ArriveAsync(new Uri(bank.Callback, "/").ToString());
        await page.GotoAsync(new Uri(bank.Server.Address, "/bank/error?code=interaction_over").ToString());
        await phone.CheckAsync("over-elsewhere");
        await phone.PressAsync("a.quiet");
        await phone.ArriveAsync("**/my/sign-in");

        await bank.Server.PutAccountAsync(partner, customer, AccountStatus.Frozen);
        await phone.ToBankAsync(bank, partner, persons[0], [new AccountInformation()]);
        await phone.ArriveAsync("**/no-account");
        await phone.CheckAsync("account-frozen");
    }

    /// <summary>An app's form is of another site: none of the bank's cookies comes with it, and its answer sets one all the same.</summary>
    [Theory]
    [InlineData("zh-CN", true)]
    [InlineData("en", false)]
    public async Task A_form_of_the_app_leads_to_the_bank_as_its_link_does(string language, bool scripts)
    {
        await using var phone = await bank.NewPhoneAsync("posted", language, scripts);
        var partner = await bank.NewPartnerAsync();
        var link = await partner.Client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = bank.Callback,
                AuthorizationDetails = TestPartner.Everything,
            }
        );
        var request = QueryHelpers.ParseQuery(link.AuthorizationUrl.Query);
        await phone.Page.RouteAsync(
            "http://app.example/",
            route =>
                route.FulfillAsync(
                    new()
                    {
                        ContentType = "text/html",
                        Body = $"""
                        <!doctype html><title>App</title>
                        <form method="post" action="{link.AuthorizationUrl.GetLeftPart(UriPartial.Path)}">
                          <input type="hidden" name="client_id" value="{request["client_id"]}">
                          <input type="hidden" name="request_uri" value="{request["request_uri"]}">
                          <button>Go</button>
                        </form>
                        """,
                    }
                )
        );
        await phone.Page.GotoAsync("http://app.example/");
        await phone.Page.Locator("button").ClickAsync();

        await phone.ArriveAsync("**/sign-in*");
        await phone.SignInAsync(bank, partner, (await partner.PersonsAsync())[0].Mobile);
        await phone.ArriveAsync("**/identity");
    }

    /// <summary>The app is another site, whose links bring no cookie that is Strict.</summary>
    [Fact]
    public async Task Of_two_requests_of_an_app_each_goes_on_in_its_tab()
    {
        await using var phone = await bank.NewPhoneAsync("tabs", "en", scripts: true);
        var partner = await bank.NewPartnerAsync();
        var mobile = (await partner.PersonsAsync())[0].Mobile;
        var first = phone.Page;
        var second = await first.Context.NewPageAsync();
        foreach (var tab in (IPage[])[first, second])
        {
            var link = await partner.Client.AccountLinks.StartAsync(
                new AccountLinkRequest
                {
                    RedirectUri = bank.Callback,
                    AuthorizationDetails = TestPartner.Everything,
                }
            );
            await tab.RouteAsync(
                "http://app.example/",
                route =>
                    route.FulfillAsync(
                        new()
                        {
                            ContentType = "text/html",
                            Body =
                                $"<!doctype html><title>App</title><a href=\"{link.AuthorizationUrl}\">Go</a>",
                        }
                    )
            );
            await tab.GotoAsync("http://app.example/");
            await tab.Locator("a").ClickAsync();
            await Phone.ArriveAsync(tab, "**/sign-in*");
        }

        await phone.SignInAsync(bank, partner, mobile);
        await phone.ArriveAsync("**/identity");
        await phone.InAsync(
            second,
            async () =>
            {
                await phone.SignInAsync(bank, partner, mobile);
                await phone.ArriveAsync("**/identity");
            }
        );
    }

    [Theory]
    [InlineData("zh-CN", true)]
    [InlineData("en", false)]
    public async Task Somebody_who_is_verified_slowly_waits_on_a_page_that_says_so(
        string language,
        bool scripts
    )
    {
        await using var phone = await bank.NewPhoneAsync("waiting", language, scripts);
        var partner = await bank.NewPartnerAsync();
        var person = (await partner.PersonsAsync())[2];
        await phone.ToBankAsync(bank, partner, person, TestPartner.Everything);
        await phone.ArriveAsync("**/identity");
        await phone.Page.Locator("#Terms").CheckAsync();
        await bank.WhileVerifyingAsync(async () =>
        {
            await phone.FillAsync(
                ("FullName", person.Name),
                ("IdNumber", person.IdNumber),
                ("CardNumber", person.CardNumber)
            );
            await phone.ArriveAsync("**/verifying");
            await phone.CheckWaitingAsync("verifying");
            Assert.Equal("verifying", await phone.Page.Locator("a.quiet").GetAttributeAsync("href"));
        });
        await phone.WaitOnAsync("**/pin");
    }
}
