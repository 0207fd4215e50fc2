using Microsoft.Playwright;
using OpenBanking.Server;
using OpenBanking.Server.Cases;
using OpenBanking.Server.CommandLine;
using Xunit;

namespace OpenBanking.Tests.Browser.Walks;

/// <summary>What a customer changes on their own pages, and what is there for somebody who is no customer.</summary>
[Collection(WalksOfOneBank.Name)]
public sealed class CustomerWalkTests(WalkedBank bank)
{
    [Theory]
    [InlineData("zh-CN", true)]
    [InlineData("en", false)]
    public async Task A_customer_changes_all_there_is_to_change(string language, bool scripts)
    {
        await using var phone = await bank.NewPhoneAsync("changing", language, scripts);
        var partner = await bank.NewPartnerAsync();
        var persons = await partner.PersonsAsync();
        var customer = await partner.LinkAsync();
        var page = phone.Page;
        var own = bank.OwnPages(partner);

        var sandbox = new Uri(bank.Server.Address, $"/sandbox/{partner.SandboxNumber}/").ToString();
        await page.GotoAsync(sandbox + "persons");
        await phone.CheckAsync("persons");
        await page.GotoAsync(sandbox + "messages");
        await phone.CheckWaitingAsync("messages");

        await page.GotoAsync(own);
        await phone.SignInAsync(bank, partner, persons[2].Mobile);
        await phone.ArriveAsync("**/my/no-account");
        await phone.CheckAsync("no-account");
        await phone.PressAsync();
        await phone.ArriveAsync("**/my/sign-in");

        await phone.SignInToOwnAsync(bank, partner, persons[0].Mobile);
        await phone.GoBackAsync(own);
        await phone.PressAsync("a.account");
        await phone.ArriveAsync("**/accounts/acct_*");
        var account = page.Url;

        await NameAsync(phone, own, account);
        await AddPasskeyAsync(phone, own);
        await WakeAsync(phone, partner, customer, account, persons);
        await ChooseAsync(phone, own);
        await CorrectNameAsync(phone, own);
        await BeAnsweredAsync(phone, partner, own);
        await ChangeMobileAsync(phone, partner, own, persons[0]);
        await GetLostAsync(phone, own);

        await page.GotoAsync(account + "/lost");
        await phone.PressAsync("button.danger");
        await phone.ArriveAsync(account);
        await phone.CheckAsync("lost");
    }

    /// <summary>A name that hides something first; the other one is entered by keyboard.</summary>
    private static async Task NameAsync(Phone phone, string own, string account)
    {
        var page = phone.Page;
        await phone.PressAsync(".acts a[href$=name]");
        await phone.FillAsync(("Nickname", "a\u202Eb"));
        await phone.CheckRefusedAsync("name-refused", "Nickname");
        await page.Locator("#Nickname").FillAsync("");
        await Keyboard.FillAndSendAsync(page, "Nickname", ("Nickname", "WWWWWWWWWWWWWWWWWWWW"));
        await phone.ArriveAsync(account + "?done=name");
        await phone.CheckAsync("named");
        Assert.Contains("WWWWWWWWWWWWWWWWWWWW", await page.Locator("div.account").TextContentAsync());
        await page.GotoAsync(own);
        await phone.CheckAsync("named-at-home");
        await page.GotoAsync(account);
        await phone.PressAsync(".acts a[href$=name]");
        Assert.Equal("WWWWWWWWWWWWWWWWWWWW", await page.Locator("#Nickname").InputValueAsync());
        await phone.CheckAsync("name");
    }

    /// <summary>Without a device that has any: the page says so, and leads back.</summary>
    private static async Task AddPasskeyAsync(Phone phone, string own)
    {
        await phone.Page.GotoAsync(own + "/passkeys");
        await phone.FillAsync(("Name", "\u202E"), ("Pin", TestPartner.Pin));
        await phone.CheckRefusedAsync("passkey-refused", "Name");
        await phone.FillAsync(("Name", "My phone"), ("Pin", TestPartner.Pin));
        await phone.CheckAsync("passkey-to-be-made");
        await phone.PressAsync("a.quiet");
        await phone.ArriveAsync(own + "/passkeys");
    }

    private async Task WakeAsync(
        Phone phone,
        TestPartner partner,
        LinkedCustomer customer,
        string account,
        IReadOnlyList<SandboxPerson> persons
    )
    {
        var page = phone.Page;
        await bank.Server.PutAccountAsync(partner, customer, AccountStatus.Dormant);
        await page.GotoAsync(account);
        await phone.CheckAsync("asleep");
        await page.GotoAsync(account + "/withdraw");
        await phone.SeeAsync();
        await page.GotoAsync(account + "/close");
        await phone.SeeAsync();
        await page.GotoAsync(account);
        await phone.PressAsync(".acts a[href$=wake]");
        await phone.FillAsync(("IdNumber", persons[1].IdNumber), ("Pin", TestPartner.Pin));
        await phone.CheckRefusedAsync("wake-refused", "IdNumber");
        await phone.FillAsync(("IdNumber", persons[0].IdNumber), ("Pin", TestPartner.Pin));
        await phone.ArriveAsync(account + "?done=wake");
        Assert.Equal(1, await page.Locator(".acts a[href$=withdraw]").CountAsync());
    }

    private static async Task ChooseAsync(Phone phone, string own)
    {
        var page = phone.Page;
        await page.GotoAsync(own + "/purposes");
        await page.Locator("form[action*=Choose] button").First.ClickAsync();
        await phone.ArriveAsync("**/purposes");
        await phone.PressAsync("#switch-off button");
        await phone.ArriveAsync("**/purposes");
        Assert.Equal(0, await page.Locator("#switch-off").CountAsync());
        await phone.CheckAsync("purposes-chosen");
    }

    private static async Task CorrectNameAsync(Phone phone, string own)
    {
        await phone.Page.GotoAsync(own + "/correct-name");
        await phone.FillAsync(("Name", "王\u202E小明"), ("Text", "?"));
        await phone.CheckRefusedAsync("correct-name-refused", "Name");
        await phone.FillAsync(("Name", "王小明"), ("Text", "?"));
        await phone.ArriveAsync("**/my/cases");
        Assert.Contains("王小明", await phone.Page.Locator(".grants").TextContentAsync());
        await phone.CheckAsync("correct-name-sent");
        await phone.PressAsync(".grants button");
        await phone.ArriveAsync("**/my/cases");
        Assert.Equal(0, await phone.Page.Locator(".grants button").CountAsync());
        await phone.CheckAsync("taken-back");
    }

    /// <summary>The bank takes a case in hand, and answers it.</summary>
    private async Task BeAnsweredAsync(Phone phone, TestPartner partner, string own)
    {
        var services = bank.Server.Get<IServiceProvider>();
        await phone.Page.GotoAsync(own + "/correct-name");
        await phone.FillAsync(("Name", "王小明"), ("Text", "?"));
        await phone.ArriveAsync("**/my/cases");
        var waiting = (await bank.Server.Get<CaseQueries>().ListWaitingAsync()).Single(found =>
            found.World.Number == partner.SandboxNumber
        );
        await CaseCommands.TakeAsync(services, $"{waiting.Row.Id}", "Clerk");
        await phone.Page.ReloadAsync();
        await phone.SeeAsync();
        await CaseCommands.AnswerAsync(services, $"{waiting.Row.Id}", "Clerk", "Bring your ID card.");
        await phone.Page.ReloadAsync();
        Assert.Contains("Bring your ID card.", await phone.Page.Locator(".grants").TextContentAsync());
        await phone.CheckAsync("answered");
    }

    private async Task ChangeMobileAsync(Phone phone, TestPartner partner, string own, SandboxPerson person)
    {
        var page = phone.Page;
        var mobile = "1991" + person.Mobile[4..];
        await page.GotoAsync(own + "/mobile");
        await phone.FillAsync(("Mobile", "1"), ("CardNumber", "2"), ("Pin", TestPartner.Pin));
        await phone.CheckRefusedAsync("mobile-refused", "Mobile", "CardNumber");
        await phone.FillAsync(
            ("Mobile", mobile),
            ("CardNumber", person.CardNumber),
            ("Pin", TestPartner.Pin)
        );
        var code = await Steps.ReadCodeAsync(partner, mobile, before: 0);
        await phone.FillAsync(("Code", Steps.Other(code)));
        await phone.CheckRefusedAsync("mobile-code-refused", "Code");
        await bank.WhileVerifyingAsync(async () =>
        {
            await phone.FillAsync(("Code", code));
            await phone.ArriveAsync("**/my/mobile");
            await phone.CheckWaitingAsync("mobile-verifying");
        });
        await phone.WaitOnAsync("**/my/mobile");
        await page.Locator(".notice.done").WaitForAsync();
        await phone.CheckAsync("mobile-changed");
    }

    /// <summary>What is not there, for who is signed in, and what the page of failures says otherwise.</summary>
    private async Task GetLostAsync(Phone phone, string own)
    {
        var page = phone.Page;
        await page.GotoAsync(own + "/accounts/none");
        await phone.ArriveAsync("**/bank/error?code=not_found");
        await phone.CheckAsync("not-found");
        await phone.PressAsync("a.quiet");
        await phone.ArriveAsync(own);
        await page.GotoAsync(own + "/mobile?again=true");
        await page.Context.ClearCookiesAsync(new() { Name = "ob-form" });
        await phone.FillAsync(("Mobile", "1"), ("CardNumber", "2"), ("Pin", TestPartner.Pin));
        await phone.ArriveAsync("**/bank/error?code=bad_form");
        await phone.CheckAsync("bad-form");
        await phone.PressAsync("a.quiet");
        await phone.ArriveAsync(own);
        foreach (
            var code in (string[])
                [
                    "internal_error",
                    "outcome_unknown",
                    "invalid_request",
                    "invalid_client",
                    "invalid_request_uri",
                    "unauthorized_client",
                    "which_sandbox",
                ]
        )
        {
            await page.GotoAsync(new Uri(bank.Server.Address, $"/bank/error?code={code}").ToString());
            await phone.SeeAsync();
        }
    }
}
