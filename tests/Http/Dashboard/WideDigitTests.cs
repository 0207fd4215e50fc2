using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>Chinese keyboards give full-width digits, which are the digits that the customer means.</summary>
public sealed class WideDigitTests(SharedServer shared) : OwnPageTests(shared)
{
    private const string Pin = "864209";

    [Fact]
    public async Task A_PIN_is_the_same_in_whatever_width_it_is_typed()
    {
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        var before = await NewestAsync(Person);
        await Browser.GoAsync(Own());
        await Browser.SubmitAsync(("Mobile", Wide(Person.Mobile)));
        Assert.EndsWith("/my/code", Browser.Address.AbsolutePath);
        await NewerAsync(Person, before);
        await Browser.SubmitAsync(("Code", Wide(await CodeAsync(Person))));
        Assert.Equal("[0-9０-９]{6}", Browser.Page.QuerySelector("#Pin")!.GetAttribute("pattern"));
        await Browser.SubmitAsync(("Pin", Wide(TestPartner.Pin)));
        Assert.Equal(Own(), Browser.Address);

        await Browser.GoAsync(Own("/new-pin"));
        await Browser.SubmitAsync(("Present", Wide(TestPartner.Pin)), ("Pin", Wide(Pin)), ("Again", Pin));
        Assert.Contains("Your payment PIN is changed", Text());

        using var elsewhere = new Browser();
        await EnterMobileAsync(elsewhere, Person);
        await elsewhere.SubmitAsync(("Code", await CodeAsync(Person)));
        await elsewhere.SubmitAsync(("Pin", Pin));
        Assert.Equal(Own(), elsewhere.Address);
    }

    /// <summary>What looks like a digit and is none stays none.</summary>
    [Fact]
    public async Task Other_digits_are_no_PIN()
    {
        await EnterMobileAsync(Browser, Person);
        await Browser.SubmitAsync(("Code", await CodeAsync(Person)));
        await Browser.SubmitAsync(("Pin", "١٢٣٤٥٦"));
        Assert.Contains("Enter the six digits", Text());
    }

    private static string Wide(string digits) =>
        string.Concat(digits.Select(digit => (char)(digit - '0' + '０')));
}
