using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>What ends the customer's other sessions ends what was proven on apps' ways through the bank as well.</summary>
public sealed class EndedSignInTests(SharedServer shared) : OwnPageTests(shared)
{
    private const string Pin = "864209";

    [Fact]
    public async Task A_loss_report_has_whoever_came_from_an_app_sign_in_anew()
    {
        using var elsewhere = new Browser();
        await ToConsentAsync(elsewhere);
        var consent = elsewhere.Address;
        await SignInAsync();
        var account = Browser.Page.QuerySelector("a.account")!.GetAttribute("href");
        await Browser.GoAsync(new Uri(Shared.Server.Address, account + "/lost"));
        await Browser.SubmitAsync();

        await AssertSignsInAnewAsync(elsewhere, consent);
    }

    [Fact]
    public async Task A_PIN_set_anew_has_whoever_came_from_an_app_sign_in_anew_and_go_on()
    {
        using var elsewhere = new Browser();
        await ToConsentAsync(elsewhere);
        var consent = elsewhere.Address;
        await EnterMobileAsync(Browser, Person);
        await Browser.SubmitAsync(("Code", await CodeAsync(Person)));
        await FollowAsync("I have forgotten my PIN");
        await Browser.SubmitAsync(
            ("IdNumber", Person.IdNumber),
            ("CardNumber", Person.CardNumber),
            ("Pin", Pin),
            ("Again", Pin)
        );
        await Browser.ReloadWhileAsync(() => Text().Contains("Checking your details"));
        Assert.Contains("Your new payment PIN is set", Text());

        await AssertSignsInAnewAsync(elsewhere, consent);
        await EnterCodeOfAppAsync(elsewhere);
        Assert.Equal(consent, elsewhere.Address);
        await elsewhere.SubmitAsync(("Pin", Pin));
        Assert.Contains("code=", elsewhere.Address.Query);
    }

    [Fact]
    public async Task A_PIN_that_was_changed_has_whoever_came_from_an_app_sign_in_anew()
    {
        using var elsewhere = new Browser();
        await ToConsentAsync(elsewhere);
        var consent = elsewhere.Address;
        await SignInAsync();
        await Browser.GoAsync(Own("/new-pin"));
        await Browser.SubmitAsync(("Present", TestPartner.Pin), ("Pin", Pin), ("Again", Pin));
        Assert.Contains("Your payment PIN is changed", Text());

        await AssertSignsInAnewAsync(elsewhere, consent);
    }

    [Fact]
    public async Task Another_customers_way_from_an_app_goes_on()
    {
        using var elsewhere = new Browser();
        var other = (await Partner.PersonsAsync())[1];
        await ToBankAsync(elsewhere);
        await EnterCodeOfAppAsync(elsewhere, other);
        Assert.EndsWith("/no-account", elsewhere.Address.AbsolutePath);
        await SignInAsync();
        var account = Browser.Page.QuerySelector("a.account")!.GetAttribute("href");
        await Browser.GoAsync(new Uri(Shared.Server.Address, account + "/lost"));
        await Browser.SubmitAsync();

        await elsewhere.GoAsync(elsewhere.Address);
        Assert.EndsWith("/no-account", elsewhere.Address.AbsolutePath);
    }

    private static async Task AssertSignsInAnewAsync(Browser elsewhere, Uri consent)
    {
        // Neither is the form that is open taken any more, nor its page shown.
        await elsewhere.SubmitAsync(("Pin", Pin));
        Assert.EndsWith("/sign-in", elsewhere.Address.AbsolutePath);
        await elsewhere.GoAsync(consent);
        Assert.EndsWith("/sign-in", elsewhere.Address.AbsolutePath);
        Assert.DoesNotContain("/my/", elsewhere.Address.AbsolutePath);
    }

    private async Task ToConsentAsync(Browser browser)
    {
        await ToBankAsync(browser);
        await EnterCodeOfAppAsync(browser);
        Assert.EndsWith("/consent", browser.Address.AbsolutePath);
    }

    private async Task ToBankAsync(Browser browser)
    {
        var link = await Partner.Client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = TestPartner.RedirectUri,
                AuthorizationDetails = [new AccountInformation()],
            }
        );
        await browser.GoAsync(link.AuthorizationUrl);
    }

    private async Task EnterCodeOfAppAsync(Browser browser, SandboxPerson? person = null)
    {
        person ??= Person;
        await Shared.Server.EndPauseAsync(Partner, person.Mobile);
        var before = await NewestAsync(person);
        await browser.SubmitAsync(("Mobile", person.Mobile));
        var message = await NewerAsync(person, before);
        await browser.SubmitAsync(
            ("Code", new string([.. message.SkipWhile(letter => !char.IsAsciiDigit(letter)).Take(6)]))
        );
    }
}
