using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http.Confirmations;

/// <summary>Payments of a customer who has a second account, with nothing on it.</summary>
public sealed class TwoAccountsTests(SharedServer shared) : ConfirmationPageTests(shared)
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Partner.TopUpAsync(Customer, Money.Yuan(1_500), "top-up-2");
        await OpenAnotherAsync();
    }

    [Fact]
    public async Task The_account_that_was_chosen_stays_chosen_while_a_code_is_sent()
    {
        var asked = await AskAsync(1_200);
        await ToConfirmAsync(asked);
        var (full, empty) = (Choice(0), Choice(1));
        Assert.Equal(full, Chosen());

        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        await Browser.SubmitAsync("Code", ("Account", empty));
        Assert.Equal(empty, Chosen());
        var (code, _) = await PaymentCodeAsync();
        await Browser.SubmitAsync(("Pin", TestPartner.Pin), ("Code", code), ("Account", empty));

        Assert.Contains("not enough on the account", Text());
        Assert.Equal(empty, Chosen());
        Assert.Equal(Money.Yuan(1_600), await Partner.BalanceAsync(Customer));

        await Browser.GoAsync(new(Browser.Address, "confirm?account=acc_00000000000000000000000000"));
        Assert.Contains("The account you chose is not there any more", Text());
        await Browser.SubmitAsync(("Pin", TestPartner.Pin), ("Code", code), ("Account", full));
        AssertBack(Browser, asked, PaymentStatus.Captured);
        Assert.Equal(Money.Yuan(400), await Partner.BalanceAsync(Customer));
    }

    private string Choice(int place) =>
        Browser.Page.QuerySelectorAll("input[name=Account]")[place].GetAttribute("value")!;

    private string Chosen() =>
        Browser.Page.QuerySelectorAll("input[name=Account][checked]").Single().GetAttribute("value")!;

    private async Task OpenAnotherAsync()
    {
        var applications = Partner.Client.AccountApplications;
        var application = await applications.CreateAsync(
            new CreateAccountApplicationRequest
            {
                Applicant = new()
                {
                    Name = Person.Name,
                    IdNumber = Person.IdNumber,
                    Mobile = Person.Mobile,
                    CardNumber = Person.CardNumber,
                },
            },
            IdempotencyKey.FromOrder("application", "open")
        );
        for (var i = 0; i < 400 && application.Status != AccountApplicationStatus.OtpPending; i++)
        {
            await Task.Delay(25);
            application = await applications.GetAsync(application.Id);
        }

        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        using var visitor = new BankCustomer(Person, Partner.MessagesUrl, TestPartner.Pin);
        await visitor.ContinueAsync(new Uri(application.ContinuationUrl!));
    }
}
