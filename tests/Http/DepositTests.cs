using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Cards that are proven by a small amount.</summary>
public sealed class DepositTests(SharedServer shared) : ApplicationPageTests(shared)
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Person = MagicPersons.WithUnconfirmedCard.Person;
    }

    [Fact]
    public async Task Who_comes_back_days_later_goes_on_and_opens_the_account_with_the_right_amount()
    {
        await SignInAsync();
        await IdentifyAsync(Person.Name, Person.IdNumber, Person.CardNumber);
        Assert.EndsWith("/deposit", Browser.Address.AbsolutePath);
        var made = await Partner.Client.AccountApplications.ListAsync().SingleAsync();
        Assert.Equal(AccountApplicationStatus.DepositPending, made.Status);
        Assert.True(made.ExpiresAt > DateTimeOffset.UtcNow.AddDays(6));
        foreach (var slip in (string[])["", "37", "0.375", "-0.37", "0", "1", "a.37", "0.3e1"])
        {
            await Browser.SubmitAsync(("Amount", slip));
            Assert.Contains("like 0.37", ErrorOf());
        }

        var amount = await AmountAsync();
        await Browser.SubmitAsync(("Amount", OtherThan(amount)));
        Assert.Contains("not what we sent", ErrorOf());

        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        await Browser.GoAsync(await StartAsync());
        await SignInAsync(after: 2);
        Assert.EndsWith("/deposit", Browser.Address.AbsolutePath);
        await Browser.SubmitAsync(("Amount", amount[1..]));

        Assert.EndsWith("/pin", Browser.Address.AbsolutePath);
        Assert.Equal(
            [
                EventTypes.AccountApplicationCreated,
                EventTypes.AccountApplicationIdentityVerifying,
                EventTypes.AccountApplicationDepositPending,
                EventTypes.AccountApplicationOpened,
            ],
            await EventsAsync(made.Id, EventTypes.AccountApplicationOpened)
        );
    }

    [Fact]
    public async Task Three_wrong_amounts_end_it_even_for_the_right_one()
    {
        var made = await ToAmountAsync(1);
        var amount = await AmountAsync();
        for (var tries = 0; tries < 3; tries++)
        {
            Assert.EndsWith("/deposit", Browser.Address.AbsolutePath);
            await Browser.SubmitAsync(("Amount", OtherThan(amount)));
        }

        Assert.EndsWith("/end", Browser.Address.AbsolutePath);
        Assert.Contains("wrong too often", Browser.Page.QuerySelector("main")!.TextContent);
        var ended = await Partner.Client.AccountApplications.GetAsync(made.Id);
        Assert.Equal(
            (AccountApplicationStatus.IdentityFailed, ApplicationReasons.TooManyWrongAmounts),
            (ended.Status, ended.Reason)
        );
    }

    [Fact]
    public async Task An_applicant_of_a_partner_proves_number_and_card_and_sets_the_PIN()
    {
        var made = await ToAmountAsync(1);
        await Browser.SubmitAsync(("Amount", await AmountAsync()));
        Assert.EndsWith("/pin", Browser.Address.AbsolutePath);
        await Browser.SubmitAsync(("Pin", TestPartner.Pin), ("Again", TestPartner.Pin));

        Assert.EndsWith("/end", Browser.Address.AbsolutePath);
        var opened = await Partner.Client.AccountApplications.GetAsync(made.Id);
        Assert.Equal(AccountApplicationStatus.Opened, opened.Status);
    }

    [Fact]
    public async Task Who_has_no_use_for_it_takes_another_card()
    {
        await SignInAsync();
        await IdentifyAsync(Person.Name, Person.IdNumber, Person.CardNumber);

        await Browser.SubmitAsync("Other");

        Assert.EndsWith("/identity", Browser.Address.AbsolutePath);
        var confirmed = MagicPersons.All.Single(magic => magic.Person.IdNumber == Person.IdNumber).Person;
        await IdentifyAsync(Person.Name, Person.IdNumber, confirmed.CardNumber);
        Assert.EndsWith("/pin", Browser.Address.AbsolutePath);
    }

    [Fact]
    public async Task Who_leaves_comes_back_to_the_app()
    {
        await SignInAsync();
        await IdentifyAsync(Person.Name, Person.IdNumber, Person.CardNumber);

        await Browser.SubmitToAsync("form[action*=Decline]");

        Assert.StartsWith(TestPartner.RedirectUri.ToString(), Browser.Address.ToString());
        Assert.Contains("error=access_denied", Browser.Address.Query);
    }

    [Fact]
    public async Task An_applicant_of_a_partner_may_leave_and_another_card_comes_with_another_application()
    {
        var made = await ToAmountAsync(1);
        Assert.StartsWith(
            $"{TestPartner.RedirectUri}?application_id={made.Id}",
            Browser.Page.QuerySelector("main a.quiet")!.GetAttribute("href")
        );
        Assert.Contains("End this, to apply in the app with another card", Browser.Text());

        await Browser.SubmitAsync("Other");

        Assert.EndsWith("/end", Browser.Address.AbsolutePath);
        Assert.Contains("Apply again in the app, with another card", Browser.Text());
    }

    /// <summary>Through the API, to where the amount is asked for.</summary>
    private async Task<AccountApplication> ToAmountAsync(int after)
    {
        var made = await ApplyAsync(Person);
        made = await WaitAsync(made.Id, AccountApplicationStatus.DepositPending);
        await Browser.GoAsync(new Uri(made.ContinuationUrl!));
        await Browser.SubmitAsync(("Terms", "true"));
        await Browser.SubmitAsync(("Code", await CodeAsync(after)));
        return made;
    }

    private string ErrorOf() => Browser.Page.QuerySelector("#amount-error")!.TextContent;

    private static string OtherThan(string amount) => amount == "0.50" ? "0.51" : "0.50";
}
