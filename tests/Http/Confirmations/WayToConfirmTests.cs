using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Http.Confirmations;

/// <summary>What a customer sees who signs in on the way to confirm a payment.</summary>
public sealed class WayToConfirmTests(SharedServer shared) : ConfirmationPageTests(shared)
{
    [Fact]
    public async Task Every_page_on_the_way_says_who_gets_how_much_in_both_languages()
    {
        await BeginAsync(Person);
        await AssertPaymentAsync("/my/sign-in");
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        await AssertPaymentAsync("/my/code");
        var code = await CodeAsync(Person);

        // As a phone shows it, and as a Chinese keyboard types it.
        await Browser.SubmitAsync(("Code", $" {code[..3]} {(char)(code[3] - '0' + '０')}{code[4..]}"));
        await AssertPaymentAsync("/my/pin");
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        await AssertPaymentAsync("/confirm");
    }

    [Fact]
    public async Task Who_has_no_account_finds_the_way_back_to_the_payment()
    {
        var stranger = (await Partner.PersonsAsync())[1];
        var asked = await BeginAsync(stranger);
        await Browser.SubmitAsync(("Mobile", stranger.Mobile));
        await Browser.SubmitAsync(("Code", await CodeAsync(stranger)));
        await AssertPaymentAsync("/my/no-account");

        await FollowAsync("The payment");
        Assert.EndsWith($"/pay/{asked.Id}", Browser.Address.AbsolutePath);
    }

    [Fact]
    public async Task The_fifth_wrong_code_says_at_once_that_a_new_one_is_needed()
    {
        await BeginAsync(Person);
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        var wrong = await CodeAsync(Person) == "246802" ? "246803" : "246802";
        for (var i = 0; i < 4; i++)
        {
            await Browser.SubmitAsync(("Code", wrong));
            Assert.Contains("That is not the code", Text());
        }

        await Browser.SubmitAsync(("Code", wrong));
        Assert.Contains("Ask for a new one", Text());
    }

    [Fact]
    public async Task A_page_that_is_not_there_leads_who_is_signed_in_to_their_accounts()
    {
        var nowhere = new Uri(Shared.Server.Address, "/bank/error?code=not_found");
        await Browser.GoAsync(nowhere);
        Assert.DoesNotContain("Your accounts", Text());

        await SignInAsync();
        await Browser.GoAsync(nowhere);
        await FollowAsync("Your accounts");
        Assert.Equal(Own(), Browser.Address);
    }

    private async Task<Payment> BeginAsync(SandboxPerson person)
    {
        var asked = await AskAsync(20);
        await Shared.Server.EndPauseAsync(Partner, person.Mobile);
        await Browser.GoAsync(new Uri(asked.NextAction!.ConfirmationUrl));
        await Browser.SubmitAsync();
        return asked;
    }

    private async Task AssertPaymentAsync(string page)
    {
        foreach (var language in (string[])["中文", "English"])
        {
            await FollowAsync(language);
            Assert.EndsWith(page, Browser.Address.AbsolutePath);
            Assert.Contains("¥20.00", Text());
            Assert.Contains("Test App", Text());
        }
    }
}
