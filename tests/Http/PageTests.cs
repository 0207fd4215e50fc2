using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>The bank's pages, as a browser without scripts uses them and as an attacker would.</summary>
public sealed class PageTests(SharedServer shared) : IAsyncLifetime
{
    private TestPartner partner = null!;
    private Browser browser = null!;
    private SandboxPerson person = null!;

    public async ValueTask InitializeAsync()
    {
        partner = await shared.NewPartnerAsync();
        person = (await partner.PersonsAsync())[0];
        browser = new Browser();
        await browser.GoAsync(await StartAsync());
    }

    public ValueTask DisposeAsync()
    {
        browser.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Pages_are_framed_by_nobody_and_load_nothing_from_elsewhere()
    {
        Assert.EndsWith("/sign-in", browser.Address.AbsolutePath);
        Assert.Contains("frame-ancestors 'none'", browser.Header("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", browser.Header("Content-Security-Policy"));
        Assert.DoesNotContain("unsafe", browser.Header("Content-Security-Policy"));
        Assert.Equal("DENY", browser.Header("X-Frame-Options"));
        Assert.Equal("no-referrer", browser.Header("Referrer-Policy"));
        Assert.Contains("no-store", browser.Header("Cache-Control"));
        Assert.Empty(browser.Page.QuerySelectorAll("script, [style], iframe"));
        using var http = new HttpClient();
        Assert.Contains("--brand", await http.GetStringAsync(new Uri(shared.Server.Address, "/bank.css")));
    }

    [Fact]
    public async Task Pages_speak_the_language_of_the_browser_or_the_one_chosen()
    {
        Assert.Equal("en", browser.Page.DocumentElement.GetAttribute("lang"));
        await browser.GoAsync(new Uri(browser.Address + "?lang=zh-CN"));
        Assert.Equal("zh-CN", browser.Page.DocumentElement.GetAttribute("lang"));
        await browser.GoAsync(new Uri(browser.Address.GetLeftPart(UriPartial.Path)));
        Assert.Equal("手机号登录", browser.Page.QuerySelector("h1")!.TextContent);
    }

    [Theory]
    [InlineData("")]
    [InlineData("123")]
    [InlineData("12345678901")]
    [InlineData("1990000000１")]
    [InlineData("'; DROP TABLE customer; --")]
    [InlineData("123456789012345678901234567890")]
    public async Task A_wrong_mobile_number_is_explained_beside_its_field(string mobile)
    {
        await browser.SubmitAsync(("Mobile", mobile));
        Assert.EndsWith("/sign-in", browser.Address.AbsolutePath);
        Assert.StartsWith("Enter", browser.Page.QuerySelector("#mobile-error")!.TextContent.Trim());
    }

    [Fact]
    public async Task Codes_are_not_sent_in_a_row()
    {
        await browser.SubmitAsync(("Mobile", person.Mobile));
        Assert.EndsWith("/code", browser.Address.AbsolutePath);
        await browser.GoAsync(new Uri(browser.Address, "sign-in"));
        await browser.SubmitAsync(("Mobile", person.Mobile));
        Assert.Contains("Too many codes", browser.Page.QuerySelector("#mobile-error")!.TextContent);
    }

    [Fact]
    public async Task A_known_and_an_unknown_number_look_the_same()
    {
        await partner.LinkAsync();
        using var stranger = new Browser();
        await stranger.GoAsync(await StartAsync());
        await stranger.SubmitAsync(("Mobile", "13900000000"));
        using var known = new Browser();
        await known.GoAsync(await StartAsync());
        await Task.Delay(TimeSpan.FromSeconds(10.2));
        await known.SubmitAsync(("Mobile", person.Mobile));

        Assert.Equal(
            stranger
                .Page.QuerySelector("main")!
                .TextContent.Replace("139****0000", "", StringComparison.Ordinal),
            known.Page.QuerySelector("main")!.TextContent.Replace("199****0001", "", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task After_five_wrong_codes_not_even_the_right_one_helps()
    {
        await browser.SubmitAsync(("Mobile", person.Mobile));
        var code = await CodeAsync();
        var wrong = code == "000000" ? "000001" : "000000";
        foreach (var slip in (string[])["", "12345", "1234567", "abcdef", "１２３４５６"])
        {
            await browser.SubmitAsync(("Code", slip));
            Assert.Contains("not the code", browser.Page.QuerySelector("#code-error")!.TextContent);
        }

        for (var i = 0; i < 5; i++)
        {
            await browser.SubmitAsync(("Code", wrong));
            Assert.Contains("not the code", browser.Page.QuerySelector("#code-error")!.TextContent);
        }

        await browser.SubmitAsync(("Code", code));

        Assert.EndsWith("/code", browser.Address.AbsolutePath);
        Assert.Contains("no longer good", browser.Page.QuerySelector("#code-error")!.TextContent);
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused()
    {
        using var response = await browser.PostAsync(
            browser.Address,
            [KeyValuePair.Create("Mobile", person.Mobile)]
        );
        Assert.Equal(303, (int)response.StatusCode);
        Assert.Equal("/bank/error?code=bad_form", response.Headers.Location?.ToString());
        Assert.Empty(await MessagesAsync());
    }

    [Theory]
    [InlineData("utf-7")]
    [InlineData("utf-16")]
    [InlineData("x")]
    public async Task A_form_that_is_not_UTF8_is_refused_on_a_page(string charset)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var form = new ByteArrayContent("Mobile=1"u8.ToArray());
        form.Headers.TryAddWithoutValidation(
            "Content-Type",
            $"application/x-www-form-urlencoded; charset={charset}"
        );
        using var answer = await http.PostAsync(browser.Address, form);
        Assert.Equal("/bank/error?code=bad_form", answer.Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("/bank/nowhere", "/bank/error?code=not_found", "no such page")]
    [InlineData("/bank/1/int_x/sign-in", "/bank/error?code=interaction_over", "page is over")]
    public async Task What_goes_wrong_on_the_way_is_told_on_a_page(string path, string location, string text)
    {
        await browser.GoAsync(new Uri(shared.Server.Address, path));
        Assert.Equal(location, browser.Address.PathAndQuery);
        Assert.Contains(text, browser.Page.QuerySelector("main")!.TextContent);
    }

    [Theory]
    [InlineData("xyz")]
    [InlineData("")]
    [InlineData("false")]
    public async Task Only_a_ticked_box_agrees_to_the_terms(string terms)
    {
        await SignInAsync();
        await browser.SubmitAsync(
            ("FullName", person.Name),
            ("IdNumber", person.IdNumber),
            ("CardNumber", person.CardNumber),
            ("Terms", terms)
        );
        Assert.EndsWith("/identity", browser.Address.AbsolutePath);
        Assert.NotEmpty(browser.Page.QuerySelector("#terms-error")!.TextContent.Trim());
    }

    [Fact]
    public async Task Another_browser_cannot_take_over()
    {
        using var thief = new Browser();
        await thief.GoAsync(browser.Address);
        Assert.Equal("/bank/error", thief.Address.AbsolutePath);
    }

    [Fact]
    public async Task After_sign_in_the_browser_has_a_new_secret()
    {
        var before = browser.Cookie();
        await SignInAsync();
        Assert.NotEqual(before, browser.Cookie());

        using var fixated = new Browser();
        fixated.SetCookie(browser.Address, browser.CookieName(), before);
        await fixated.GoAsync(browser.Address);
        Assert.Equal("/bank/error", fixated.Address.AbsolutePath);
    }

    [Fact]
    public async Task No_page_can_be_skipped()
    {
        foreach (var later in new[] { "code", "identity", "verifying", "pin", "consent", "no-account" })
        {
            await browser.GoAsync(new Uri(browser.Address, later));
            Assert.EndsWith("/sign-in", browser.Address.AbsolutePath);
        }
    }

    [Fact]
    public async Task A_person_who_is_not_who_they_say_gets_no_account_and_may_try_again()
    {
        await SignInAsync();
        await IdentifyAsync("李四", person.IdNumber, person.CardNumber);
        Assert.Contains("do not belong together", browser.Page.QuerySelector(".notice")!.TextContent);

        var other = (await partner.PersonsAsync())[1];
        await IdentifyAsync(person.Name, person.IdNumber, other.CardNumber);
        Assert.Contains("The card is not yours", browser.Page.QuerySelector(".notice")!.TextContent);

        await IdentifyAsync(person.Name, person.IdNumber, person.CardNumber);
        Assert.EndsWith("/pin", browser.Address.AbsolutePath);
    }

    [Fact]
    public async Task Wrong_identity_fields_are_each_explained()
    {
        await SignInAsync();
        await browser.SubmitAsync(
            ("FullName", ""),
            ("IdNumber", "999999199003070013"),
            ("CardNumber", "6222000000000000013")
        );
        foreach (var field in new[] { "#name-error", "#id-error", "#card-error", "#terms-error" })
        {
            Assert.NotEmpty(browser.Page.QuerySelector(field)!.TextContent.Trim());
        }
    }

    [Theory]
    [InlineData("123456", "123456", "#pin-error")]
    [InlineData("111111", "111111", "#pin-error")]
    [InlineData("654321", "654321", "#pin-error")]
    [InlineData("121212", "121212", "#pin-error")]
    [InlineData("900307", "900307", "#pin-error")]
    [InlineData("13579", "13579", "#pin-error")]
    [InlineData("13579a", "13579a", "#pin-error")]
    [InlineData("135791", "135792", "#again-error")]
    public async Task A_weak_or_unlike_pin_is_refused(string pin, string again, string where)
    {
        await SignInAsync();
        await IdentifyAsync(person.Name, person.IdNumber, person.CardNumber);
        await browser.SubmitAsync(("Pin", pin), ("Again", again));
        Assert.EndsWith("/pin", browser.Address.AbsolutePath);
        Assert.NotEmpty(browser.Page.QuerySelector(where)!.TextContent.Trim());
    }

    [Fact]
    public async Task The_consent_page_says_in_plain_words_what_is_agreed_to()
    {
        await ToConsentAsync();
        var text = browser.Page.QuerySelector("main")!.TextContent;
        foreach (
            var words in new[]
            {
                "Test App",
                "¥100,000.00",
                "¥1,000,000.00",
                "¥10,000,000.00",
                "示例银行一",
                "0012",
                "Coupons",
                "the balance",
                "the statement",
            }
        )
        {
            Assert.Contains(words, text);
        }
    }

    [Fact]
    public async Task Five_wrong_pins_lock_it_even_for_the_right_one()
    {
        await ToConsentAsync();
        for (var i = 0; i < 4; i++)
        {
            await browser.SubmitAsync(("Pin", "024680"));
            Assert.Contains("not your PIN", browser.Page.QuerySelector("#pin-error")!.TextContent);
        }

        await browser.SubmitAsync(("Pin", "024680"));
        await browser.SubmitAsync(("Pin", TestPartner.Pin));

        Assert.EndsWith("/consent", browser.Address.AbsolutePath);
        Assert.Contains("locked for a day", browser.Page.QuerySelector("#pin-error")!.TextContent);
    }

    [Fact]
    public async Task Whoever_does_not_agree_goes_back_with_access_denied()
    {
        await ToConsentAsync();
        await browser.SubmitAsync("Decline");
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(browser.Address.Query);
        Assert.Equal(TestPartner.RedirectUri.Authority, browser.Address.Authority);
        Assert.Equal("access_denied", query["error"]);
        Assert.Equal(shared.Server.Address.GetLeftPart(UriPartial.Authority), query["iss"]);
        Assert.NotEmpty(query["state"].ToString());
    }

    [Fact]
    public async Task Going_back_after_agreeing_leads_to_the_end_page()
    {
        await ToConsentAsync();
        var consent = browser.Address;
        await browser.SubmitAsync(("Pin", TestPartner.Pin));
        Assert.Contains("code=", browser.Address.Query);

        await browser.GoAsync(consent);

        Assert.Equal("/bank/error", browser.Address.AbsolutePath);
    }

    [Fact]
    public async Task An_app_that_asks_for_no_account_finds_none()
    {
        await browser.GoAsync(await StartAsync([new AccountInformation()]));
        await SignInAsync();
        Assert.EndsWith("/no-account", browser.Address.AbsolutePath);
        await browser.SubmitAsync();
        Assert.Contains("error=access_denied", browser.Address.Query);
    }

    [Fact]
    public async Task The_message_box_and_the_persons_are_pages_of_the_sandbox()
    {
        await browser.SubmitAsync(("Mobile", person.Mobile));
        await CodeAsync();
        await browser.GoAsync(new Uri(partner.MessagesUrl));
        Assert.Contains("Your code", browser.Page.QuerySelector(".messages")!.TextContent);
        await browser.GoAsync(
            new Uri(partner.MessagesUrl.Replace("messages", "persons", StringComparison.Ordinal))
        );
        Assert.Contains(person.IdNumber, browser.Page.QuerySelector("main")!.TextContent);
    }

    [Theory]
    [InlineData("messages")]
    [InlineData("persons")]
    public async Task A_sandbox_that_nobody_opened_has_nothing_to_show(string page)
    {
        using var http = new HttpClient { BaseAddress = shared.Server.Address };
        foreach (var sandbox in (string[])["0", "-1", "1", "99999999999"])
        {
            Assert.Equal(404, (int)(await http.GetAsync($"/sandbox/{sandbox}/{page}")).StatusCode);
            Assert.Equal(404, (int)(await http.GetAsync($"/sandbox/{sandbox}/{page}.json")).StatusCode);
        }
    }

    [Fact]
    public async Task An_unknown_error_code_is_not_shown()
    {
        await browser.GoAsync(new Uri(shared.Server.Address, "/bank/error?code=<script>alert(1)</script>"));
        Assert.DoesNotContain("alert", browser.Page.DocumentElement.OuterHtml);
    }

    private async Task<Uri> StartAsync(IReadOnlyList<AuthorizationDetail>? details = null)
    {
        var link = await partner.Client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = TestPartner.RedirectUri,
                AuthorizationDetails = details ?? TestPartner.Everything,
            }
        );
        return link.AuthorizationUrl;
    }

    private async Task SignInAsync()
    {
        await browser.SubmitAsync(("Mobile", person.Mobile));
        await browser.SubmitAsync(("Code", await CodeAsync()));
    }

    private async Task IdentifyAsync(string name, string idNumber, string cardNumber)
    {
        await browser.SubmitAsync(
            ("FullName", name),
            ("IdNumber", idNumber),
            ("CardNumber", cardNumber),
            ("Terms", "true")
        );
        while (browser.Address.AbsolutePath.EndsWith("/verifying", StringComparison.Ordinal))
        {
            await Task.Delay(50);
            await browser.GoAsync(browser.Address);
        }
    }

    private async Task ToConsentAsync()
    {
        await SignInAsync();
        await IdentifyAsync(person.Name, person.IdNumber, person.CardNumber);
        await browser.SubmitAsync(("Pin", TestPartner.Pin), ("Again", TestPartner.Pin));
        Assert.EndsWith("/consent", browser.Address.AbsolutePath);
    }

    private async Task<string> CodeAsync()
    {
        for (var i = 0; i < 100; i++)
        {
            if (await MessagesAsync() is [var newest, ..])
            {
                return System
                    .Text.RegularExpressions.Regex.Match(
                        newest.Text,
                        "[0-9]{6}",
                        default,
                        TimeSpan.FromSeconds(1)
                    )
                    .Value;
            }

            await Task.Delay(50);
        }

        throw new InvalidOperationException("No code came.");
    }

    private async Task<IReadOnlyList<SandboxMessage>> MessagesAsync()
    {
        using var http = new HttpClient();
        await using var body = await http.GetStreamAsync(
            $"{partner.MessagesUrl}.json?mobile={person.Mobile}"
        );
        return (
            await System.Text.Json.JsonSerializer.DeserializeAsync(
                body,
                ResponseJson.Default.PageSandboxMessage
            )
        )!.Data;
    }
}
