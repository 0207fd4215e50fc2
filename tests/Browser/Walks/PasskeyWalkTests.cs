using Xunit;

namespace OpenBanking.Tests.Browser.Walks;

/// <summary>A passkey, from its making to what it opens: scripts run, or there is none.</summary>
[Collection(WalksOfOneBank.Name)]
public sealed class PasskeyWalkTests(WalkedBank bank)
{
    [Theory]
    [InlineData("zh-CN")]
    [InlineData("en")]
    public async Task A_passkey_signs_in_to_the_own_pages_and_on_the_way_from_an_app(string language)
    {
        await using var phone = await bank.NewPhoneAsync("passkey", language, scripts: true);
        var partner = await bank.NewPartnerAsync();
        var page = phone.Page;
        var own = bank.OwnPages(partner);
        await partner.LinkAsync();
        await phone.TakePasskeysAsync();

        await phone.SignInToOwnAsync(bank, partner, (await partner.PersonsAsync())[0].Mobile);
        await page.GotoAsync(own + "/passkeys");
        await phone.FillAsync(("Name", "My phone"), ("Pin", TestPartner.Pin));
        await phone.PressAsync("form[data-passkey=make] button");
        await page.Locator(".grants strong").WaitForAsync();
        await page.GotoAsync(own);
        await phone.PressAsync("button.quiet");
        await phone.ArriveAsync("**/bank/sign-out*");

        await page.GotoAsync(own);
        await phone.PressAsync("form[data-passkey=sign] button");
        await phone.ArriveAsync("**/my/pin");
        await phone.FillAsync(("Pin", TestPartner.Pin));
        await phone.ArriveAsync(own);

        await phone.ToSignInAsync(bank, partner, [new AccountInformation()]);
        await page.Locator("form[data-passkey=sign]").WaitForAsync();
        await phone.CheckAsync("app");
        await phone.PressAsync("form[data-passkey=sign] button");
        await phone.ArriveAsync("**/consent");
        await phone.FillAsync(("Pin", TestPartner.Pin));
        await phone.ArriveAsync($"{bank.Callback}?**code=**");

        // Deleted at the bank, and kept by the phone: it opens nothing.
        await page.GotoAsync(own + "/passkeys");
        await phone.PressAsync("button.danger");
        await phone.ToSignInAsync(bank, partner, [new AccountInformation()]);
        await phone.PressAsync("form[data-passkey=sign] button");
        await page.Locator(".error .field-validation-error").WaitForAsync();
        await phone.CheckAsync("refused");
    }
}
