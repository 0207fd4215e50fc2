using Microsoft.Playwright;
using OpenBanking.Samples.Quickstart;
using OpenBanking.Server.Sandbox;
using Xunit;

namespace OpenBanking.Tests.Browser;

/// <summary>A customer looks at their own pages on a phone, lowers a limit, stops an app and closes the account.</summary>
public sealed class DashboardTests : IAsyncLifetime
{
    private TestServer server = null!;
    private TestPartner partner = null!;

    public async ValueTask InitializeAsync()
    {
        server = await TestServer.StartAsync(WalkedPages.Watch);
        partner = await TestPartner.NewAsync(server.Address);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData("zh-CN", false, false)]
    [InlineData("en", true, true)]
    public async Task A_customer_sees_and_stops_what_is_theirs(string language, bool scripts, bool dark)
    {
        await using var phone = await Phone.NewAsync($"own-{language}", language, scripts, dark);
        var number = language == "en" ? 0 : 1;
        await DoBusinessAsync(number);
        var page = phone.Page;
        var own = new Uri(server.Address, $"/bank/{partner.SandboxNumber}/my").ToString();

        await page.GotoAsync(own);
        await SignInAsync(phone, (await partner.PersonsAsync())[number]);
        if (scripts)
        {
            await UsePasskeyAsync(phone, own);
        }

        await phone.ShowAsync("accounts", dark: true);
        await phone.AssertPhoneSizedAsync();
        Assert.Contains("¥80.10", await page.Locator(".account").First.TextContentAsync());

        await page.Locator("a[href$=new-pin]").ClickAsync();
        await LookAsync(phone, "new-pin");
        await ComplainAsync(phone, own);

        await page.Locator("a.account").ClickAsync();
        await LookAsync(phone, "account");
        await page.Locator(".acts a[href$=statement]").ClickAsync();
        await LookAsync(phone, "statement");
        await page.GoBackAsync();

        await page.Locator(".acts a[href$=limits]").ClickAsync();
        await page.Locator("#PaymentLimit").FillAsync("50");
        await page.Locator("#DayLimit").FillAsync("20");
        await page.Locator("button.primary").ClickAsync();
        await phone.ShowAsync("limits");
        await phone.AssertPhoneSizedAsync();
        await page.Locator("#DayLimit").FillAsync("100");
        await page.Locator("button.primary").ClickAsync();
        await phone.ArriveAsync("**/accounts/acct_*");

        await UpgradeAsync(phone, (await partner.PersonsAsync())[number]);
        await ChangeCardAsync(
            phone,
            (await partner.PersonsAsync())[7 + number],
            SandboxSeed.Default.Persons[number].UnconfirmedCard!.Number
        );

        await WithdrawAsync(phone);
        await TopUpAsync(phone);
        await WithdrawWithCodeAsync(phone, (await partner.PersonsAsync())[number].Mobile);

        await page.Locator(".acts a[href$=lost]").ClickAsync();
        await LookAsync(phone, "loss");
        await page.GotoAsync(own);
        await page.Locator(".grants a[href*='/apps/']").ClickAsync();
        await LookAsync(phone, "app");
        await page.Locator("button.danger").ClickAsync();
        await page.Locator(".notice.done").WaitForAsync();
        await LookAsync(phone, "stopped");
        await page.Locator("main a").First.ClickAsync();
        await phone.ArriveAsync(own);
        Assert.Equal(0, await page.Locator("a[href*='/apps/']").CountAsync());

        await CloseAsync(phone);
        await page.GotoAsync(own + "/erase");
        await LookAsync(phone, "erase-closed");
        await page.GotoAsync(new Uri(server.Address, "/bank/erased").ToString());
        await LookAsync(phone, "erased");
        await page.GotoAsync(own);
        await page.Locator("button.quiet").ClickAsync();
        await phone.ArriveAsync("**/bank/sign-out*");
        await LookAsync(phone, "signed-out");
    }

    /// <summary>Adds a passkey, signs out, and signs in with it: no number, no code.</summary>
    private static async Task UsePasskeyAsync(Phone phone, string own)
    {
        var page = phone.Page;
        await phone.TakePasskeysAsync();
        await page.GotoAsync(own + "/passkeys");
        await LookAsync(phone, "passkeys");
        await page.Locator("#Name").FillAsync("My phone");
        await page.Locator("#Pin").FillAsync(TestPartner.Pin);
        await page.Locator("button.primary").ClickAsync();
        await page.Locator("form[data-passkey=make] button").ClickAsync();
        await page.Locator(".grants strong").WaitForAsync();
        Assert.Equal("My phone", await page.Locator(".grants strong").TextContentAsync());
        await LookAsync(phone, "passkey-added");

        await page.GotoAsync(own);
        await page.Locator("button.quiet").ClickAsync();
        await phone.ArriveAsync("**/bank/sign-out*");
        await page.GotoAsync(own);
        await LookAsync(phone, "sign-in-with-passkey");
        await page.Locator("form[data-passkey=sign] button").ClickAsync();
        await phone.ArriveAsync("**/my/pin");
        await page.Locator("#Pin").FillAsync(TestPartner.Pin);
        await page.Locator("button.primary").ClickAsync();
        await phone.ArriveAsync(own);
    }

    private static async Task UpgradeAsync(Phone phone, SandboxPerson person)
    {
        var page = phone.Page;
        await page.Locator(".acts a[href$=upgrade]").ClickAsync();
        await LookAsync(phone, "upgrade");
        await page.Locator("#IdNumber").FillAsync(person.IdNumber);
        await page.Locator("#CardNumber").FillAsync(person.CardNumber);
        await page.Locator("#Pin").FillAsync(TestPartner.Pin);
        await page.Locator("button.primary").ClickAsync();
        await phone.ArriveAsync("**/accounts/acct_*");
        Assert.Equal(0, await page.Locator(".acts a[href$=upgrade]").CountAsync());
    }

    /// <summary>Adds the second card, makes it the default one and removes the first.</summary>
    private static async Task ChangeCardAsync(Phone phone, SandboxPerson second, string unconfirmed)
    {
        var page = phone.Page;
        await page.Locator(".acts a[href$=cards]").ClickAsync();
        await page.Locator("a[href$='cards/new']").ClickAsync();
        await page.Locator("#CardNumber").FillAsync("1");
        await page.Locator("#Pin").FillAsync(TestPartner.Pin);
        await page.Locator("button.primary").ClickAsync();
        await LookAsync(phone, "card-refused");
        await ProveCardAsync(phone, unconfirmed);
        await page.Locator("#CardNumber").FillAsync(second.CardNumber);
        await page.Locator("#Pin").FillAsync(TestPartner.Pin);
        await page.Locator("button.primary").ClickAsync();
        await page.Locator("a[href*='/cards/card_']").WaitForAsync();
        await LookAsync(phone, "cards");

        await page.Locator("a[href*='/cards/card_']").ClickAsync();
        await LookAsync(phone, "card");
        await page.Locator("#Pin").FillAsync(TestPartner.Pin);
        await page.Locator("button.primary").ClickAsync();
        await phone.ArriveAsync("**/cards?done=default");
        await page.Locator("a[href*='/cards/card_']").ClickAsync();
        await page.Locator("#Pin").FillAsync(TestPartner.Pin);
        await page.Locator("button.danger").ClickAsync();
        await phone.ArriveAsync("**/cards?done=removed");
        Assert.Contains(second.CardNumber[^4..], await page.Locator(".grants li").TextContentAsync());
        await LookAsync(phone, "one-card");
        await page.Locator("main a").First.ClickAsync();
    }

    /// <summary>Has a small amount sent to a card, and takes another card after all.</summary>
    private static async Task ProveCardAsync(Phone phone, string unconfirmed)
    {
        var page = phone.Page;
        await page.Locator("#CardNumber").FillAsync(unconfirmed);
        await page.Locator("#Pin").FillAsync(TestPartner.Pin);
        await page.Locator("button.primary").ClickAsync();
        await page.Locator("a[href$='cards/deposit']").WaitForAsync();
        await LookAsync(phone, "card-unproven");
        await page.Locator("a[href$='cards/deposit']").ClickAsync();
        await page.Locator("#Amount").FillAsync("37");
        await page.Locator("button.primary").ClickAsync();
        await LookAsync(phone, "card-deposit-refused");
        await page.Locator("button[formaction*=Other]").ClickAsync();
        await phone.ArriveAsync("**/cards/new");
    }

    /// <summary>Looks at what customers may ask about themselves, and complains about a transaction.</summary>
    private static async Task ComplainAsync(Phone phone, string own)
    {
        var page = phone.Page;
        foreach (
            var asked in (string[])["payments", "purposes", "mobile", "correct-name", "erase", "nothing"]
        )
        {
            await page.GotoAsync($"{own}/{asked}");
            await LookAsync(phone, asked);
        }

        await page.GotoAsync(own);
        await page.Locator("a.account").ClickAsync();
        await page.Locator("a[href*='/complain/']").Last.ClickAsync();
        await LookAsync(phone, "complain-top-up");
        await page.GoBackAsync();
        await page.Locator("a[href*='/complain/']").First.ClickAsync();
        await Keyboard.FillAsync(page, ("Kind", "ArrowDown ArrowDown"), ("Text", "?"));
        Assert.Equal("WrongAmount", await page.Locator("#Kind").InputValueAsync());
        await LookAsync(phone, "complain");
        await Keyboard.PressAsync(page, "button.primary");
        await phone.ArriveAsync("**/my/cases");
        await LookAsync(phone, "cases");
        await page.GotoAsync(own);
    }

    /// <summary>Brings money to the card: too much first, then with a wrong PIN.</summary>
    private static async Task WithdrawAsync(Phone phone)
    {
        var page = phone.Page;
        await page.Locator(".acts a[href$=withdraw]").ClickAsync();
        await LookAsync(phone, "withdraw");
        await page.Locator("#Amount").FillAsync("1,000");
        await page.Locator("button.primary").ClickAsync();
        await LookAsync(phone, "withdraw-refused");
        await page.Locator("#Amount").FillAsync("１０．５０");
        await page.Locator("button.primary").ClickAsync();
        await LookAsync(phone, "withdraw-pin");
        Assert.Contains("¥10.50", await page.Locator("dl").TextContentAsync());
        await page.Locator("#Pin").FillAsync("246802");
        await page.Locator("button.primary").ClickAsync();
        await LookAsync(phone, "withdraw-pin-wrong");
        await page.Locator("#Pin").FillAsync(TestPartner.Pin);
        await page.Locator("button.primary").ClickAsync();
        await phone.ArriveAsync("**/withdraw/*");
        for (var i = 0; i < 100 && await page.Locator("meta[http-equiv=refresh]").CountAsync() > 0; i++)
        {
            await page.ReloadAsync();
        }

        await LookAsync(phone, "withdrawn");
        await page.Locator("main a").First.ClickAsync();
        Assert.Contains("¥69.60", await page.Locator("div.account").TextContentAsync());
        await LookAsync(phone, "account-withdrawn");
    }

    /// <summary>Brings money from the card: one that its bank refuses first, then one that comes.</summary>
    private static async Task TopUpAsync(Phone phone)
    {
        var page = phone.Page;
        await page.Locator(".acts a[href$=top-up]").ClickAsync();
        await LookAsync(phone, "top-up");
        await page.Locator("#Amount").FillAsync("ten");
        await page.Locator("button.primary").ClickAsync();
        await LookAsync(phone, "top-up-refused");
        await OrderAsync("88.02");
        await LookAsync(phone, "top-up-failed");

        await page.Locator("main a").First.ClickAsync();
        await page.Locator(".acts a[href$=top-up]").ClickAsync();
        await OrderAsync("1200");
        await LookAsync(phone, "topped-up");
        await page.Locator("main a").First.ClickAsync();
        Assert.Contains("¥1,269.60", await page.Locator("div.account").TextContentAsync());
        await LookAsync(phone, "account-topped-up");

        async Task OrderAsync(string amount)
        {
            await page.Locator("#Amount").FillAsync(amount);
            await page.Locator("button.primary").ClickAsync();
            await phone.ShowAsync("top-up");
            await phone.AssertPhoneSizedAsync();
            await page.Locator("#Pin").FillAsync(TestPartner.Pin);
            await page.Locator("button.primary").ClickAsync();
            await phone.ArriveAsync("**/top-up/*");
            for (var i = 0; i < 100 && await page.Locator("meta[http-equiv=refresh]").CountAsync() > 0; i++)
            {
                await page.ReloadAsync();
            }
        }
    }

    /// <summary>So much needs a code: a wrong one first.</summary>
    private static async Task WithdrawWithCodeAsync(Phone phone, string mobile)
    {
        var page = phone.Page;
        await page.Locator(".acts a[href$=withdraw]").ClickAsync();
        await page.Locator("#Amount").FillAsync("1100");
        await page.Locator("button.primary").ClickAsync();
        await LookAsync(phone, "withdraw-send-code");
        await page.Locator("button.primary").ClickAsync();
        await LookAsync(phone, "withdraw-code");
        var saying =
            await page.Locator("html").GetAttributeAsync("lang") == "en" ? "your code to send" : "用于向尾号";
        var code = await phone.ReadCodeAsync(mobile, saying);
        await EnterAsync(code == "123456" ? "654321" : "123456");
        await LookAsync(phone, "withdraw-code-wrong");
        await EnterAsync(code);
        await phone.ArriveAsync("**/withdraw/*");
        for (var i = 0; i < 100 && await page.Locator("meta[http-equiv=refresh]").CountAsync() > 0; i++)
        {
            await page.ReloadAsync();
        }

        await page.Locator("main a").First.ClickAsync();
        Assert.Contains("¥169.60", await page.Locator("div.account").TextContentAsync());

        async Task EnterAsync(string entered)
        {
            await page.Locator("#Code").FillAsync(entered);
            await page.Locator("#Pin").FillAsync(TestPartner.Pin);
            await page.Locator("button.primary").ClickAsync();
        }
    }

    private static async Task CloseAsync(Phone phone)
    {
        var page = phone.Page;
        await page.Locator("a.account").ClickAsync();
        await page.Locator(".acts a[href$=close]").ClickAsync();
        await page.Locator("#Pin").FillAsync("246802");
        await page.Locator("button.danger").ClickAsync();
        await LookAsync(phone, "close-refused");
        await page.Locator("#Pin").FillAsync(TestPartner.Pin);
        await page.Locator("button.danger").ClickAsync();
        await phone.ArriveAsync("**/accounts/acct_*");
        for (var i = 0; i < 100 && await page.Locator(".acts a[href$=name]").CountAsync() > 0; i++)
        {
            await page.ReloadAsync();
        }

        await LookAsync(phone, "closed");
        Assert.Contains("¥0.00", await page.Locator("div.account").TextContentAsync());
    }

    private async Task DoBusinessAsync(int person)
    {
        var customer = await partner.LinkTypeThreeAsync(person);
        await partner.TopUpAsync(customer, Money.Yuan(100), $"top-up-{person}");
        await partner.IssueCouponAsync(customer, $"coupon-{person}");
        await partner.PayAsync(customer, $"order-{person}", Money.Yuan(19.90m));
        await server.EndPauseAsync(partner, (await partner.PersonsAsync())[person].Mobile);
    }

    private static async Task SignInAsync(Phone phone, SandboxPerson person)
    {
        var page = phone.Page;
        await LookAsync(phone, "sign-in");
        await page.Locator("#Mobile").FillAsync(person.Mobile);
        await page.Locator("button.primary").ClickAsync();
        await phone.ArriveAsync("**/my/code");
        await LookAsync(phone, "code");
        var saying =
            await page.Locator("html").GetAttributeAsync("lang") == "en" ? "your accounts" : "登录电子账户";
        await page.Locator("#Code").FillAsync(await phone.ReadCodeAsync(person.Mobile, saying));
        await page.Locator("button.primary").ClickAsync();
        await phone.ArriveAsync("**/my/pin");
        await LookAsync(phone, "pin");
        await SetPinAnewAsync(phone, person);
        await page.Locator("#Pin").FillAsync(TestPartner.Pin);
        await page.Locator("button.primary").ClickAsync();
    }

    /// <summary>As if it were forgotten: the person is verified again.</summary>
    private static async Task SetPinAnewAsync(Phone phone, SandboxPerson person)
    {
        var page = phone.Page;
        await page.Locator("a[href=pin-reset]").ClickAsync();
        await phone.ArriveAsync("**/my/pin-reset");
        await LookAsync(phone, "pin-reset");
        await page.Locator("#IdNumber").FillAsync(person.IdNumber);
        await page.Locator("#CardNumber").FillAsync(person.CardNumber);
        await page.Locator("#Pin").FillAsync(TestPartner.Pin);
        await page.Locator("#Again").FillAsync(TestPartner.Pin);
        await page.Locator("button.primary").ClickAsync();
        await page.Locator("a[href=pin]").WaitForAsync();
        await LookAsync(phone, "pin-reset-done");
        await page.Locator("a[href=pin]").ClickAsync();
        await phone.ArriveAsync("**/my/pin");
    }

    private static async Task LookAsync(Phone phone, string what)
    {
        await phone.LookAsync(what);
        await phone.AssertPhoneSizedAsync();
    }
}
