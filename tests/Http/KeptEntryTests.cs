using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Whoever opens an account and is refused need not type again what was right, and no secret is shown again.</summary>
public sealed class KeptEntryTests(SharedServer shared) : BankPageTests(shared)
{
    [Fact]
    public async Task After_a_card_that_is_not_theirs_the_name_stands_there_and_no_number_does()
    {
        await SignInAsync();
        var card = (await Partner.PersonsAsync())[2].CardNumber;
        await IdentifyAsync(Person.Name, Person.IdNumber, card);

        Assert.EndsWith("/identity", Browser.Address.AbsolutePath);
        Assert.Contains("We could not confirm this card as yours", Browser.Text());
        Assert.Equal(Person.Name, ValueOf("FullName"));
        Assert.True(Browser.Page.QuerySelector<IHtmlInputElement>("#Terms")!.IsChecked);
        Assert.Equal(("", ""), (ValueOf("IdNumber"), ValueOf("CardNumber")));
        Assert.DoesNotContain(Person.IdNumber, Browser.Content);
        Assert.DoesNotContain(card, Browser.Content);

        await IdentifyAsync(ValueOf("FullName"), Person.IdNumber, Person.CardNumber);
        Assert.EndsWith("/pin", Browser.Address.AbsolutePath);
    }

    [Fact]
    public async Task Who_comes_first_finds_an_empty_form()
    {
        await SignInAsync();
        Assert.Equal(("", "", ""), (ValueOf("FullName"), ValueOf("IdNumber"), ValueOf("CardNumber")));
        Assert.False(Browser.Page.QuerySelector<IHtmlInputElement>("#Terms")!.IsChecked);
    }

    private string ValueOf(string field) => Browser.Page.QuerySelector<IHtmlInputElement>("#" + field)!.Value;
}
