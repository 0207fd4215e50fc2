using Xunit;

namespace OpenBanking.Tests.Browser.Walks;

/// <summary>A customer leaves the bank.</summary>
[Collection(WalksOfOneBank.Name)]
public sealed class EndWalkTests(WalkedBank bank)
{
    [Theory]
    [InlineData("zh-CN", true)]
    [InlineData("en", false)]
    public async Task A_customer_closes_the_account_and_is_erased(string language, bool scripts)
    {
        await using var phone = await bank.NewPhoneAsync("erasing", language, scripts);
        var partner = await bank.NewPartnerAsync();
        await partner.LinkAsync(1);
        var page = phone.Page;
        var own = bank.OwnPages(partner);
        await phone.SignInToOwnAsync(bank, partner, (await partner.PersonsAsync())[1].Mobile);

        await phone.PressAsync("a.account");
        await phone.PressAsync(".acts a[href$=close]");
        await page.Locator("#Pin").FillAsync(TestPartner.Pin);
        await phone.PressAsync("button.danger");
        await phone.ArriveAsync("**/accounts/acct_*");
        await LackAsync(phone, partner);
        await page.GotoAsync(own + "/erase");
        for (var i = 0; i < 100 && await page.Locator("#Pin").CountAsync() == 0; i++)
        {
            await page.ReloadAsync();
        }

        await EraseAsync(Steps.WrongPin);
        await phone.CheckRefusedAsync("erase-refused", "Pin");
        await EraseAsync(TestPartner.Pin);
        await phone.ArriveAsync("**/bank/erased");
        await page.GotoAsync(own);
        await phone.ArriveAsync("**/my/sign-in");

        async Task EraseAsync(string pin)
        {
            await page.Locator("#Pin").FillAsync(pin);
            await phone.PressAsync("button.danger");
        }
    }

    /// <summary>An app asks for a payment, and there is no account any more that it could go out of.</summary>
    private async Task LackAsync(Phone phone, TestPartner partner)
    {
        var asked = await partner.AskAsync(bank, 5);
        await phone.Page.GotoAsync(asked.NextAction!.ConfirmationUrl);
        await phone.PressAsync();
        await phone.ArriveAsync("**/confirm");
        await phone.CheckAsync("no-account-left");
        await phone.PressAsync("button[formaction*=Decline]");
        await phone.ArriveAsync($"{bank.Callback}?payment_id=*");
    }
}
