using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Browser.Walks;

/// <summary>An account that an app applied for, from the link that the applicant gets to the end.</summary>
[Collection(WalksOfOneBank.Name)]
public sealed class ApplicationWalkTests(WalkedBank bank)
{
    [Theory]
    [InlineData("zh-CN", true)]
    [InlineData("en", false)]
    public async Task An_applicant_of_an_app_confirms_by_code_and_sets_the_pin(string language, bool scripts)
    {
        await using var phone = await bank.NewPhoneAsync("application", language, scripts);
        var partner = await bank.NewPartnerAsync();
        var page = phone.Page;
        var person = MagicPersons.WithUnconfirmedCard.Person;

        var made = await partner.ApplyAndWaitAsync(person, bank.Callback);
        await page.GotoAsync(made.ContinuationUrl!);
        await phone.CheckAsync("start");
        await Keyboard.FillAsync(page, ("Terms", "Space"));
        await Keyboard.PressAsync(page, "button.primary");
        await phone.ArriveAsync("**/code");
        await page.Locator("a.quiet").ClickAsync();
        await phone.ArriveAsync(made.ContinuationUrl!);
        await phone.GoBackAsync("**/code");
        await phone.FillAsync(("Code", "000000"));
        await phone.CheckRefusedAsync("code-refused", "Code");
        var saying = language == "en" ? "to open an account" : "开立账户";
        await phone.FillAsync(("Code", await phone.ReadCodeAsync(person.Mobile, saying)));

        await phone.ArriveAsync("**/deposit");
        await phone.CheckAsync("deposit");
        await phone.FillAsync(("Amount", "37"));
        await phone.CheckRefusedAsync("deposit-refused", "Amount");
        var amount = await phone.ReadMessageAsync(person.Mobile, person.CardNumber[^4..], "0[.][0-9]{2}");
        await phone.FillAsync(("Amount", amount));

        await phone.ArriveAsync("**/pin");
        await phone.FillAsync(("Pin", TestPartner.Pin), ("Again", Steps.WrongPin));
        await phone.CheckRefusedAsync("pin-refused", "Again");
        await phone.FillAsync(("Pin", TestPartner.Pin), ("Again", TestPartner.Pin));
        await phone.ArriveAsync("**/end");
        await phone.CheckAsync("done");
        await phone.PressAsync("a.primary");
        await phone.ArriveAsync($"{bank.Callback}?application_id={made.Id}");
        await phone.GoBackAsync("**/end");
    }

    [Theory]
    [InlineData("zh-CN", true)]
    [InlineData("en", false)]
    public async Task Somebody_for_whom_an_app_applied_unasked_says_so(string language, bool scripts)
    {
        await using var phone = await bank.NewPhoneAsync("application-unasked", language, scripts);
        var partner = await bank.NewPartnerAsync();
        var made = await partner.ApplyAndWaitAsync(MagicPersons.All[3].Person, bank.Callback);
        await phone.Page.GotoAsync(made.ContinuationUrl!);
        Assert.Equal(
            $"{bank.Callback}?application_id={made.Id}",
            await phone.Page.Locator("main a.quiet").GetAttributeAsync("href")
        );
        await phone.PressAsync("button[formaction*=Refuse]");
        await phone.ArriveAsync("**/end");
        await phone.CheckAsync("refused");
        await phone.GoBackAsync("**/end");
        await phone.PressAsync("a.primary");
        await phone.ArriveAsync($"{bank.Callback}?application_id={made.Id}");
    }

    /// <summary>The applicant has waited for it, and there is no address to go back to.</summary>
    [Theory]
    [InlineData("zh-CN", true)]
    [InlineData("en", false)]
    public async Task An_applicant_whom_the_bank_refuses_is_told_so(string language, bool scripts)
    {
        await using var phone = await bank.NewPhoneAsync("application-refused", language, scripts);
        var partner = await bank.NewPartnerAsync();
        await bank.WhileVerifyingAsync(async () =>
        {
            var person = MagicPersons.DeclinedByBank.Person;
            var made = await partner.ApplyAsync(person);
            await phone.Page.GotoAsync(made.ContinuationUrl!);
            await phone.ArriveAsync("**/verifying");
            await phone.CheckWaitingAsync("verifying");
        });
        await phone.WaitOnAsync("**/end");
        await phone.CheckAsync("refused");
    }
}
