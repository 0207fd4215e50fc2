using Xunit;

namespace OpenBanking.Tests.Browser.Walks;

/// <summary>The back button, and loading a page again, after forms were sent: no form goes out a second time, no page is an
/// error.</summary>
[Collection(WalksOfOneBank.Name)]
public sealed class BackButtonTests(WalkedBank bank)
{
    [Fact]
    public async Task A_page_that_answered_a_form_is_gone_back_to_and_loaded_again_without_sending_it()
    {
        await using var phone = await bank.NewPhoneAsync("back", "zh-CN", scripts: true);
        var partner = await bank.NewPartnerAsync();
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(100));
        var page = phone.Page;
        await page.GotoAsync(bank.OwnPages(partner));
        await phone.FillAsync(("Mobile", "1"));
        await phone.CheckRefusedAsync("sign-in-refused", "Mobile");
        await page.ReloadAsync();
        Assert.Equal("", await page.Locator("#mobile-error").TextContentAsync());
        await phone.SignInToOwnAsync(bank, partner, (await partner.PersonsAsync())[0].Mobile);
        await phone.PressAsync("a.account");
        await phone.PressAsync(".acts a[href$=withdraw]");
        await phone.ArriveAsync("**/withdraw");

        var sent = 0;
        page.Request += (_, request) => sent += request.Method == "POST" ? 1 : 0;
        await phone.FillAsync(("Amount", "10"));
        await phone.FillAsync(("Pin", Steps.WrongPin));
        await phone.FillAsync(("Pin", TestPartner.Pin));
        await phone.ArriveAsync("**/withdraw/*");
        Assert.Equal(3, sent);
        var done = page.Url;

        // The page that asked for the PIN tells what became of it; the one before asks how much, anew.
        await phone.GoBackAsync(done);
        await page.GoBackAsync();
        await phone.ArriveAsync(done);
        await phone.PressAsync("main a");
        await phone.ArriveAsync("**/accounts/acct_*");
        Assert.Equal(3, sent);
        Assert.Equal(Money.Yuan(90), await partner.BalanceAsync(customer));
    }
}
