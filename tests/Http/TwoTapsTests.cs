using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Who taps a button twice: a browser without scripts sends the form twice, and follows the answer to the second.</summary>
public sealed class TwoTapsTests(SharedServer shared) : BankPageTests(shared)
{
    [Fact]
    public async Task Both_taps_on_agreeing_lead_to_the_app_with_the_one_code()
    {
        var link = await BeginAsync();
        List<KeyValuePair<string, string>> fields = [.. Browser.HiddenFields(), new("Pin", TestPartner.Pin)];

        var answers = await Browser.PostAtOnceAsync(3, Browser.Address, fields);

        var callback = Assert.Single(answers.Select(answer => answer.Headers.Location).Distinct())!;
        Assert.StartsWith(TestPartner.RedirectUri.ToString(), callback.AbsoluteUri);
        var customer = await Partner.Client.AccountLinks.CompleteAsync(link.Session, callback);
        Assert.Equal(
            customer.ConsentId,
            Assert.Single(await Partner.Client.Consents.ListAsync().ToListAsync()).Id
        );

        // The app has had it: nobody gets it again.
        var late = await Browser.PostAsync(Browser.Address, fields);
        Assert.Contains("code=interaction_over", late.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Another_form_of_the_same_browser_is_not_told_the_code()
    {
        await BeginAsync();
        var consent = Browser.Address;
        List<KeyValuePair<string, string>> first = [.. Browser.HiddenFields(), new("Pin", TestPartner.Pin)];
        await Browser.GoAsync(consent);
        List<KeyValuePair<string, string>> second = [.. Browser.HiddenFields(), new("Pin", TestPartner.Pin)];

        var agreed = await Browser.PostAsync(consent, first);
        var other = await Browser.PostAsync(consent, second);
        using var stranger = new Browser();
        var stolen = await stranger.PostAsync(consent, first);

        Assert.StartsWith(TestPartner.RedirectUri.ToString(), agreed.Headers.Location!.OriginalString);
        Assert.Contains("code=interaction_over", other.Headers.Location!.OriginalString);
        Assert.StartsWith("/bank/error?code=", stolen.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task A_second_tap_on_sending_a_code_leads_to_where_it_is_entered()
    {
        await Browser.GoAsync(new Uri(Shared.Server.Address, $"/bank/{World()}/my/sign-in"));
        await AssertTappedTwiceAsync(("Mobile", Person.Mobile));

        var other = (await Partner.PersonsAsync())[1];
        var application = await Partner.ApplyAndWaitAsync(other);
        await Browser.GoAsync(new Uri(application.ContinuationUrl!));
        await AssertTappedTwiceAsync(("Terms", "true"));
    }

    private async Task AssertTappedTwiceAsync((string Name, string Value) entered)
    {
        var address = Browser.Address;
        List<KeyValuePair<string, string>> fields =
        [
            .. Browser.HiddenFields().Where(field => field.Key != entered.Name),
            new(entered.Name, entered.Value),
        ];

        var first = await Browser.PostAsync(address, fields);
        var second = await Browser.PostAsync(address, fields);

        Assert.EndsWith("/code", first.Headers.Location!.OriginalString);
        Assert.Equal(first.Headers.Location, second.Headers.Location);
    }

    private async Task<AccountLink> BeginAsync()
    {
        var link = await Partner.Client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = TestPartner.RedirectUri,
                AuthorizationDetails = TestPartner.Everything,
            }
        );
        await Browser.GoAsync(link.AuthorizationUrl);
        await ToConsentAsync();
        return link;
    }

    private string World() => Browser.Address.AbsolutePath.Split('/')[2];
}
