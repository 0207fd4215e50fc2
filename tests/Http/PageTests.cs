using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>The bank's pages, as a browser without scripts uses them and as an attacker would.</summary>
public sealed class PageTests(SharedServer shared) : BankPageTests(shared)
{
    [Fact]
    public async Task Pages_are_framed_by_nobody_and_load_nothing_from_elsewhere()
    {
        Assert.EndsWith("/sign-in", Browser.Address.AbsolutePath);
        Assert.Contains("frame-ancestors 'none'", Browser.Header("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", Browser.Header("Content-Security-Policy"));
        Assert.DoesNotContain("unsafe", Browser.Header("Content-Security-Policy"));
        Assert.Equal("DENY", Browser.Header("X-Frame-Options"));
        Assert.Equal("no-referrer", Browser.Header("Referrer-Policy"));
        Assert.Contains("no-store", Browser.Header("Cache-Control"));
        Assert.Contains("; script-src 'self'", Browser.Header("Content-Security-Policy"));
        Assert.Equal(
            ["/once.js", "/passkeys.js"],
            Browser
                .Page.QuerySelectorAll("script")
                .Select(script => script.GetAttribute("src")!.Split("?v=")[0])
        );
        Assert.All(Browser.Page.QuerySelectorAll("script"), script => Assert.Empty(script.TextContent));
        Assert.Empty(
            Browser.Page.QuerySelectorAll("[style], [onclick], [onload], [onsubmit], style, iframe")
        );
        using var http = new HttpClient();
        foreach (var (name, type) in ((string, string)[])[("svg", "image/svg+xml"), ("ico", "image/x-icon")])
        {
            var icon = Browser.Page.QuerySelector($"link[rel=icon][href*='favicon.{name}?v=']")!;
            using var answer = await http.GetAsync(new Uri(Shared.Server.Address, icon.GetAttribute("href")));
            Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
            Assert.Equal("public, max-age=31536000, immutable", answer.Headers.CacheControl!.ToString());
        }

        Assert.Contains("--brand", await http.GetStringAsync(new Uri(Shared.Server.Address, "/bank.css")));
    }

    /// <summary>The page that signs in and answers a form has every script there is.</summary>
    [Fact]
    public async Task No_page_carries_more_than_a_few_kilobytes_of_scripts()
    {
        await Browser.SubmitAsync(("Mobile", "1"));
        var addresses = Browser
            .Page.QuerySelectorAll("script")
            .Select(script => new Uri(Shared.Server.Address, script.GetAttribute("src")))
            .ToList();
        Assert.Equal(
            typeof(OpenBanking.Server.Pages.PageAssets)
                .Assembly.GetManifestResourceNames()
                .Where(name => name.EndsWith(".js", StringComparison.Ordinal))
                .Select(name => "/" + string.Join('.', name.Split('.')[^2..]))
                .Order(),
            addresses.Select(address => address.AbsolutePath).Order()
        );
        using var http = new HttpClient();
        var sizes = await Task.WhenAll(
            addresses.Select(async address => (await http.GetByteArrayAsync(address)).Length)
        );
        Assert.InRange(sizes.Sum(), 1, 4 * 1024);
    }

    [Fact]
    public async Task Pages_speak_the_language_of_the_browser_or_the_one_chosen()
    {
        Assert.Equal("en", Browser.Page.DocumentElement.GetAttribute("lang"));
        await Browser.GoAsync(new Uri(Browser.Address + "?lang=zh-CN"));
        Assert.Equal("zh-CN", Browser.Page.DocumentElement.GetAttribute("lang"));
        await Browser.GoAsync(new Uri(Browser.Address.GetLeftPart(UriPartial.Path)));
        Assert.Equal("手机号登录", Browser.Page.QuerySelector("h1")!.TextContent);
    }

    [Theory]
    [InlineData("en-US", "en")]
    [InlineData("en-GB,zh-CN;q=0.8", "en")]
    [InlineData("fr-FR, de;q=0.9, en-AU;q=0.1", "en")]
    [InlineData("zh,en;q=0.8", "zh-CN")]
    [InlineData("en;q=0.8,zh-TW", "zh-CN")]
    [InlineData("zh-Hans-CN,en;q=0.8", "zh-CN")]
    [InlineData("en;q=0,zh;q=0.1", "zh-CN")]
    [InlineData("fr", "zh-CN")]
    [InlineData("*", "zh-CN")]
    [InlineData(";;q=x,,", "zh-CN")]
    public async Task Pages_speak_the_most_wanted_language_whatever_its_region(string wanted, string language)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(Shared.Server.Address, "/bank/error")
        );
        request.Headers.TryAddWithoutValidation("Accept-Language", wanted);
        using var http = new HttpClient();
        using var answer = await http.SendAsync(request);
        Assert.Contains($"lang=\"{language}\"", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("123")]
    [InlineData("12345678901")]
    [InlineData("1990000000١")]
    [InlineData("'; DROP TABLE customer; --")]
    [InlineData("123456789012345678901234567890")]
    public async Task A_wrong_mobile_number_is_explained_beside_its_field(string mobile)
    {
        await Browser.SubmitAsync(("Mobile", mobile));
        Assert.EndsWith("/sign-in", Browser.Address.AbsolutePath);
        Assert.StartsWith("Enter", Browser.Page.QuerySelector("#mobile-error")!.TextContent.Trim());
    }

    /// <summary>Who asks again at once, as by a second tap, is led to where the code is entered.</summary>
    [Fact]
    public async Task Codes_are_not_sent_in_a_row()
    {
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        Assert.EndsWith("/code", Browser.Address.AbsolutePath);
        await Browser.GoAsync(new Uri(Browser.Address, "sign-in"));
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        Assert.EndsWith("/code", Browser.Address.AbsolutePath);
        // What is sent may come after the page that says so.
        await CodeAsync();
        Assert.Single(await MessagesAsync());
    }

    [Fact]
    public async Task A_known_and_an_unknown_number_look_the_same()
    {
        await Partner.LinkAsync();
        using var stranger = new Browser();
        await stranger.GoAsync(await StartAsync());
        await stranger.SubmitAsync(("Mobile", "13900000000"));
        using var known = new Browser();
        await known.GoAsync(await StartAsync());
        await Task.Delay(TimeSpan.FromSeconds(10.2));
        await known.SubmitAsync(("Mobile", Person.Mobile));

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
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        var code = await CodeAsync();
        var wrong = code == "000000" ? "000001" : "000000";
        foreach (var slip in (string[])["", "12345", "1234567", "abcdef", "一二三四五六"])
        {
            await Browser.SubmitAsync(("Code", slip));
            Assert.Contains("not the code", Browser.Page.QuerySelector("#code-error")!.TextContent);
        }

        for (var i = 0; i < 4; i++)
        {
            await Browser.SubmitAsync(("Code", wrong));
            Assert.Contains("not the code", Browser.Page.QuerySelector("#code-error")!.TextContent);
        }

        await Browser.SubmitAsync(("Code", wrong));
        Assert.Contains("no longer good", Browser.Page.QuerySelector("#code-error")!.TextContent);
        await Browser.SubmitAsync(("Code", code));

        Assert.EndsWith("/code", Browser.Address.AbsolutePath);
        Assert.Contains("no longer good", Browser.Page.QuerySelector("#code-error")!.TextContent);
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused()
    {
        using var response = await Browser.PostAsync(
            Browser.Address,
            [KeyValuePair.Create("Mobile", Person.Mobile)]
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
        using var answer = await http.PostAsync(Browser.Address, form);
        Assert.Equal("/bank/error?code=bad_form", answer.Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("/bank/nowhere", "/bank/error?code=not_found", "no such page")]
    [InlineData("/bank/1/int_x/sign-in", "/bank/error?code=interaction_over", "page is over")]
    [InlineData("/bank/1/my", "/bank/error?code=not_found", "no such page")]
    [InlineData("/bank/0/my", "/bank/error?code=which_sandbox", "sandbox for each developer")]
    public async Task What_goes_wrong_on_the_way_is_told_on_a_page(string path, string location, string text)
    {
        await Browser.GoAsync(new Uri(Shared.Server.Address, path));
        Assert.Equal(location, Browser.Address.PathAndQuery);
        Assert.Contains(text, Browser.Page.QuerySelector("main")!.TextContent);
    }

    [Theory]
    [InlineData("xyz")]
    [InlineData("")]
    [InlineData("false")]
    public async Task Only_a_ticked_box_agrees_to_the_terms(string terms)
    {
        await SignInAsync();
        await Browser.SubmitAsync(
            ("FullName", Person.Name),
            ("IdNumber", Person.IdNumber),
            ("CardNumber", Person.CardNumber),
            ("Terms", terms)
        );
        Assert.EndsWith("/identity", Browser.Address.AbsolutePath);
        Assert.NotEmpty(Browser.Page.QuerySelector("#terms-error")!.TextContent.Trim());
    }

    [Fact]
    public async Task Another_browser_cannot_take_over()
    {
        using var thief = new Browser();
        await thief.GoAsync(Browser.Address);
        Assert.Equal("/bank/error", thief.Address.AbsolutePath);
    }

    [Fact]
    public async Task After_sign_in_the_browser_has_a_new_secret()
    {
        var before = Browser.Cookie();
        await SignInAsync();
        Assert.NotEqual(before, Browser.Cookie());

        using var fixated = new Browser();
        fixated.SetCookie(Browser.Address, Browser.CookieName(), before);
        await fixated.GoAsync(Browser.Address);
        Assert.Equal("/bank/error", fixated.Address.AbsolutePath);
    }

    [Fact]
    public async Task No_page_can_be_skipped()
    {
        foreach (var later in new[] { "code", "identity", "verifying", "pin", "consent", "no-account" })
        {
            await Browser.GoAsync(new Uri(Browser.Address, later));
            Assert.EndsWith("/sign-in", Browser.Address.AbsolutePath);
        }
    }

    [Fact]
    public async Task A_person_who_is_not_who_they_say_gets_no_account_and_may_try_again()
    {
        await SignInAsync();
        await IdentifyAsync("李四", Person.IdNumber, Person.CardNumber);
        Assert.Contains("do not belong together", Browser.Page.QuerySelector(".notice")!.TextContent);

        var other = (await Partner.PersonsAsync())[1];
        await IdentifyAsync(Person.Name, Person.IdNumber, other.CardNumber);
        Assert.Contains(
            "We could not confirm this card as yours",
            Browser.Page.QuerySelector("#card-error")!.TextContent
        );
        Assert.Null(Browser.Page.QuerySelector(".notice"));

        await IdentifyAsync(Person.Name, Person.IdNumber, Person.CardNumber);
        Assert.EndsWith("/pin", Browser.Address.AbsolutePath);
    }

    [Fact]
    public async Task Wrong_identity_fields_are_each_explained()
    {
        await SignInAsync();
        await Browser.SubmitAsync(
            ("FullName", ""),
            ("IdNumber", "999999199003070013"),
            ("CardNumber", "6222000000000000013")
        );
        foreach (var field in new[] { "#name-error", "#id-error", "#card-error", "#terms-error" })
        {
            Assert.NotEmpty(Browser.Page.QuerySelector(field)!.TextContent.Trim());
        }
    }

    [Fact]
    public async Task A_name_that_cannot_be_taken_is_not_said_to_be_missing()
    {
        await SignInAsync();
        foreach (
            var name in (string[])["王\u202E小明", "王\u0007小明", "王<b>小明", "王小明😀", new('王', 51)]
        )
        {
            await Browser.SubmitAsync(("FullName", name));
            Assert.Equal(
                "Enter your name as on your ID card: letters alone, at most 50.",
                Browser.Page.QuerySelector("#name-error")!.TextContent
            );
        }

        await Browser.SubmitAsync(("FullName", "  "));
        Assert.Equal("Enter your name.", Browser.Page.QuerySelector("#name-error")!.TextContent);
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
        await IdentifyAsync(Person.Name, Person.IdNumber, Person.CardNumber);
        await Browser.SubmitAsync(("Pin", pin), ("Again", again));
        Assert.EndsWith("/pin", Browser.Address.AbsolutePath);
        Assert.NotEmpty(Browser.Page.QuerySelector(where)!.TextContent.Trim());
        // A phone shows the field that has the focus.
        Assert.Equal(
            where,
            $"#{Browser.Page.QuerySelectorAll("[autofocus]").Single().Id!.ToLowerInvariant()}-error"
        );
    }

    [Fact]
    public async Task The_consent_page_says_in_plain_words_what_is_agreed_to()
    {
        await ToConsentAsync();
        var text = Browser.Page.QuerySelector("main")!.TextContent;
        foreach (
            var words in new[]
            {
                "Test App",
                "¥100,000.00",
                "¥1,000,000.00",
                "¥10,000,000.00",
                "From the card bound to your e-account",
                "Coupons",
                "the balance",
                "the statement with the balance after each line",
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
            await Browser.SubmitAsync(("Pin", "024680"));
            Assert.Contains("not your PIN", Browser.Page.QuerySelector("#pin-error")!.TextContent);
            Assert.Equal("Pin", Browser.Page.QuerySelectorAll("[autofocus]").Single().Id);
        }

        await Browser.SubmitAsync(("Pin", "024680"));
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));

        Assert.EndsWith("/consent", Browser.Address.AbsolutePath);
        Assert.Contains("locked for a day", Browser.Page.QuerySelector("#pin-error")!.TextContent);
    }

    [Fact]
    public async Task Whoever_does_not_agree_goes_back_with_access_denied()
    {
        await ToConsentAsync();
        await Browser.SubmitAsync("Decline");
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(Browser.Address.Query);
        Assert.Equal(TestPartner.RedirectUri.Authority, Browser.Address.Authority);
        Assert.Equal("access_denied", query["error"]);
        Assert.Equal(Shared.Server.Address.GetLeftPart(UriPartial.Authority), query["iss"]);
        Assert.NotEmpty(query["state"].ToString());
    }

    [Fact]
    public async Task Going_back_after_agreeing_leads_to_the_end_page()
    {
        await ToConsentAsync();
        var consent = Browser.Address;
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        Assert.Contains("code=", Browser.Address.Query);

        await Browser.GoAsync(consent);

        Assert.Equal("/bank/error", Browser.Address.AbsolutePath);
    }

    [Fact]
    public async Task An_app_that_asks_for_no_account_finds_none()
    {
        await Browser.GoAsync(await StartAsync([new AccountInformation()]));
        await SignInAsync();
        Assert.EndsWith("/no-account", Browser.Address.AbsolutePath);
        await Browser.SubmitAsync();
        Assert.Contains("error=access_denied", Browser.Address.Query);
    }

    [Fact]
    public async Task The_message_box_and_the_persons_are_pages_of_the_sandbox()
    {
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        await CodeAsync();
        await Browser.GoAsync(new Uri(Partner.MessagesUrl));
        Assert.Contains("Your code", Browser.Page.QuerySelector(".messages")!.TextContent);
        await Browser.GoAsync(
            new Uri(Partner.MessagesUrl.Replace("messages", "persons", StringComparison.Ordinal))
        );
        Assert.Contains(Person.IdNumber, Browser.Page.QuerySelector("main")!.TextContent);
        var shown = Browser
            .Page.QuerySelectorAll("section.person")
            .Select(person => person.TextContent)
            .ToList();
        Assert.All(
            [
                ("张伟", "An account is opened."),
                ("刘洋", "¥50.00"),
                ("赵小宝", "under_minimum_age"),
                ("孙强", "declined_by_bank"),
                ("6222000000000002018", "once a small amount"),
            ],
            ((string Who, string What) expected) =>
                Assert.Contains(
                    shown,
                    person =>
                        person.Contains(expected.Who, StringComparison.Ordinal)
                        && person.Contains(expected.What, StringComparison.Ordinal)
                )
        );
    }

    [Theory]
    [InlineData("messages")]
    [InlineData("persons")]
    public async Task A_sandbox_that_nobody_opened_has_nothing_to_show(string page)
    {
        using var http = new HttpClient { BaseAddress = Shared.Server.Address };
        foreach (var sandbox in (string[])["0", "-1", "1", "99999999999"])
        {
            Assert.Equal(404, (int)(await http.GetAsync($"/sandbox/{sandbox}/{page}")).StatusCode);
            Assert.Equal(404, (int)(await http.GetAsync($"/sandbox/{sandbox}/{page}.json")).StatusCode);
        }
    }

    [Fact]
    public async Task An_unknown_error_code_is_not_shown()
    {
        await Browser.GoAsync(new Uri(Shared.Server.Address, "/bank/error?code=<script>alert(1)</script>"));
        Assert.DoesNotContain("alert", Browser.Page.DocumentElement.OuterHtml);
    }
}
