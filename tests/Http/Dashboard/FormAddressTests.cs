using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>The addresses that forms were sent to, asked for later: going back, loading again, from a list.</summary>
public sealed class FormAddressTests(SharedServer shared) : OwnPageTests(shared)
{
    [Theory]
    [InlineData("", "SignOut")]
    [InlineData("/purposes", "Choose")]
    [InlineData("/purposes", "SwitchOff")]
    [InlineData("/passkeys", "Add")]
    [InlineData("/passkeys", "Delete")]
    [InlineData("/mobile", "Code")]
    public async Task An_address_that_a_form_was_sent_to_shows_its_page(string page, string handler)
    {
        await SignInAsync();
        await Browser.GoAsync(Own(page));
        var title = Browser.Page.Title;
        await Browser.GoAsync(Own($"{page}?handler={handler}&lang=en"));
        Assert.Equal(Own(page + "?lang=en"), Browser.Address);
        Assert.Equal(title, Browser.Page.Title);
        await Browser.GoAsync(Own($"{page}?Handler={handler}"));
        Assert.Equal(Own(page), Browser.Address);
    }

    [Fact]
    public async Task Only_a_page_that_answers_a_form_has_the_script_that_forgets_the_form()
    {
        await SignInAsync();
        await Browser.GoAsync(Own("/correct-name"));
        Assert.Equal(["/once.js"], Scripts(Browser));

        await Browser.SubmitAsync(("Name", ""), ("Text", ""));
        Assert.Equal(["/once.js", "/history.js"], Scripts(Browser));

        static IEnumerable<string> Scripts(Browser browser) =>
            browser
                .Page.QuerySelectorAll("script")
                .Select(script => script.GetAttribute("src")!.Split("?v=")[0]);
    }

    [Fact]
    public async Task A_form_that_brought_money_leads_to_what_became_of_it()
    {
        await SignInAsync();
        var account = Browser.Page.QuerySelector("a.account")!.GetAttribute("href")!;
        var withdraw = new Uri(Shared.Server.Address, account + "/withdraw");
        await Browser.GoAsync(withdraw);
        var form = Browser.HiddenFields().Single(field => field.Key == "Form").Value;
        await Browser.GoAsync(new Uri($"{withdraw}?form={form}"));
        Assert.EndsWith("/withdraw", Browser.Address.AbsolutePath);
        Assert.Equal(form, Browser.HiddenFields().Single(field => field.Key == "Form").Value);

        await Browser.SubmitAsync(("Amount", "10"));
        var sent = Browser.Page.QuerySelector("form[action*=Confirm]")!.GetAttribute("action")!;
        await Browser.SubmitToAsync("form[action*=Confirm]", ("Pin", TestPartner.Pin));
        var done = Browser.Address;
        await Browser.GoAsync(new Uri(withdraw, sent));
        Assert.Equal(done, Browser.Address);
    }
}
