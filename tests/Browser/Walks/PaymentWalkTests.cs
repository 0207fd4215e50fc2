using Xunit;

namespace OpenBanking.Tests.Browser.Walks;

/// <summary>Payments that a customer confirms or does not, from one of two accounts.</summary>
[Collection(WalksOfOneBank.Name)]
public sealed class PaymentWalkTests(WalkedBank bank)
{
    [Theory]
    [InlineData("zh-CN", true)]
    [InlineData("en", false)]
    public async Task A_customer_pays_from_one_of_two_accounts_or_does_not(string language, bool scripts)
    {
        await using var phone = await bank.NewPhoneAsync("paying", language, scripts);
        var partner = await bank.NewPartnerAsync();
        var person = (await partner.PersonsAsync())[0];
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(3_000));
        await OpenAnotherAsync(partner, person);

        await DeclineAsync(phone, partner, person);
        await PayWithCodeAsync(phone, partner, person);
        Assert.Equal(Money.Yuan(1_800), await partner.BalanceAsync(customer));
        await PayByKeysAsync(phone, partner);
        Assert.Equal(Money.Yuan(1_784), await partner.BalanceAsync(customer));
    }

    private async Task DeclineAsync(Phone phone, TestPartner partner, SandboxPerson person)
    {
        var page = phone.Page;
        var link = await AskAsync(partner, 20);
        await page.GotoAsync(link);
        await SignInByKeysAsync(phone, partner, person.Mobile);
        await phone.ArriveAsync("**/confirm");
        Assert.Equal(2, await page.Locator("input[name=Account]").CountAsync());
        await phone.CheckAsync("two-accounts");
        await phone.PressAsync("button[formaction*=Decline]");
        await phone.ArriveAsync($"{bank.Callback}?payment_id=*");
        await page.GotoAsync(link);
        await phone.CheckAsync("declined");
    }

    /// <summary>From the page of the payment to the PIN, no finger touches a page.</summary>
    private async Task SignInByKeysAsync(Phone phone, TestPartner partner, string mobile)
    {
        var page = phone.Page;
        await Keyboard.PressAsync(page, "button.primary");
        await phone.ArriveAsync("**/my/sign-in");
        await AssertSaysAsync(phone, 20);
        await bank.Server.EndPauseAsync(partner, mobile);
        var before = await Steps.CountMessagesAsync(partner, mobile);
        await Keyboard.FillAndSendAsync(page, "Mobile", ("Mobile", mobile));
        await phone.ArriveAsync("**/my/code");
        await AssertSaysAsync(phone, 20);
        var code = await Steps.ReadCodeAsync(partner, mobile, before);
        await Keyboard.FillAndSendAsync(page, "Code", ("Code", code));
        await phone.ArriveAsync("**/my/pin");
        await AssertSaysAsync(phone, 20);
        await Keyboard.FillAndSendAsync(page, "Pin", ("Pin", TestPartner.Pin));
    }

    /// <summary>So much needs a code: a wrong one first.</summary>
    private async Task PayWithCodeAsync(Phone phone, TestPartner partner, SandboxPerson person)
    {
        await phone.Page.GotoAsync(await AskAsync(partner, 1_200));
        await phone.PressAsync();
        await phone.ArriveAsync("**/confirm");
        await phone.CheckAsync("send-code");
        await bank.Server.EndPauseAsync(partner, person.Mobile);
        var before = await Steps.CountMessagesAsync(partner, person.Mobile);
        await phone.PressAsync();
        await phone.ArriveAsync("**/confirm?account=*");
        await AssertSaysAsync(phone, 1_200);
        var code = await Steps.ReadCodeAsync(partner, person.Mobile, before);
        await phone.FillAsync(("Code", Steps.Other(code)), ("Pin", TestPartner.Pin));
        await AssertSaysAsync(phone, 1_200);
        await phone.CheckRefusedAsync("pay-code-refused", "Code");
        await phone.FillAsync(("Code", code), ("Pin", TestPartner.Pin));
        await phone.ArriveAsync($"{bank.Callback}?payment_id=*");
    }

    /// <summary>The account is chosen by keyboard, too. Who goes back finds it paid.</summary>
    private async Task PayByKeysAsync(Phone phone, TestPartner partner)
    {
        var page = phone.Page;
        var link = await AskAsync(partner, 16);
        await page.GotoAsync(link);
        await Keyboard.PressAsync(page, "button.primary");
        await phone.ArriveAsync("**/confirm");
        await Keyboard.FillAndSendAsync(
            page,
            "Pin",
            ("Account", "ArrowDown ArrowUp"),
            ("Pin", TestPartner.Pin)
        );
        await phone.ArriveAsync($"{bank.Callback}?payment_id=*");
        await phone.GoBackAsync(link);
        await phone.CheckAsync("paid");
    }

    /// <summary>Who gets how much is on the page that asks for a number, a code or a PIN.</summary>
    private static async Task AssertSaysAsync(Phone phone, decimal yuan)
    {
        var shown = await phone.Page.Locator("main").InnerTextAsync();
        Assert.Contains("Test App", shown);
        Assert.Contains($"¥{yuan:N2}", shown);
    }

    private async Task<string> AskAsync(TestPartner partner, decimal yuan) =>
        (await partner.AskAsync(bank, yuan)).NextAction!.ConfirmationUrl;

    /// <summary>A second account, with nothing on it.</summary>
    private async Task OpenAnotherAsync(TestPartner partner, SandboxPerson person)
    {
        var made = await partner.ApplyAndWaitAsync(person);
        await bank.Server.EndPauseAsync(partner, person.Mobile);
        using var visitor = new OpenBanking.Testing.BankCustomer(
            person,
            partner.MessagesUrl,
            TestPartner.Pin
        );
        await visitor.ContinueAsync(new Uri(made.ContinuationUrl!));
    }
}
