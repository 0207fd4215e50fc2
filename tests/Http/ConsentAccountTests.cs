using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>A customer who has several accounts says on the page of the consent which one the app may use: here the first is of
/// Type II, and the app has applied for a second, of Type III.</summary>
public sealed class ConsentAccountTests(SharedServer shared) : ApplicationPageTests(shared)
{
    private string first = null!;
    private string second = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        first = (await Partner.LinkAsync()).AccountId!;
        var made = await ApplyAsync(type: AccountType.TypeThree);
        var waiting = await WaitAsync(made.Id, AccountApplicationStatus.OtpPending);
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        using var visitor = new BankCustomer(Person, Partner.MessagesUrl, TestPartner.Pin);
        await visitor.ContinueAsync(new Uri(waiting.ContinuationUrl!));
        second = (await Partner.Client.AccountApplications.GetAsync(made.Id)).AccountId!;
        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task The_account_that_the_app_applied_for_stands_chosen_and_is_granted()
    {
        var link = await ToChoiceAsync(TestPartner.Everything);
        Assert.Equal(2, Browser.Page.QuerySelectorAll("input[name=Account]").Length);
        Assert.Equal(Choice(1), Chosen());
        Assert.Contains("from the account you choose", Browser.Text());
        Assert.DoesNotContain("new e-account", Browser.Text());

        // A code alone led here, and the number may be somebody else's by now.
        var shown = string.Join(
            ' ',
            Browser.Page.QuerySelectorAll(".choice").Select(each => each.TextContent)
        );
        Assert.Matches(@"Type II e-account \d{4}\s+Type III e-account \d{4}\s*$", shown);
        Assert.DoesNotContain("¥0.00", Browser.Text());
        Assert.DoesNotContain("ending in " + Person.CardNumber[^4..], Browser.Text());

        await Browser.SubmitAsync(("Pin", TestPartner.Pin));

        await AssertGrantedAsync(link, second, AccountType.TypeThree);
    }

    [Fact]
    public async Task The_account_that_was_chosen_stays_chosen_after_a_wrong_PIN_and_is_granted()
    {
        var link = await ToChoiceAsync(TestPartner.EverythingOf(AccountType.TypeThree));
        var chosen = Choice(0);

        await Browser.SubmitAsync(("Account", chosen), ("Pin", "135790"));
        Assert.EndsWith("/consent", Browser.Address.AbsolutePath);
        Assert.Equal(chosen, Chosen());

        await Browser.SubmitAsync(("Account", chosen), ("Pin", TestPartner.Pin));
        var linked = await AssertGrantedAsync(link, first, AccountType.TypeTwo);

        // A part of it is the app's to ask for as it asked before: the account is there.
        var asked = new AccountOpening { AccountType = AccountType.TypeThree };
        var left = await Partner.Client.Consents.NarrowAsync(linked.ConsentId, [asked]);
        Assert.Equal(AccountType.TypeTwo, Assert.Single(left.AuthorizationDetails).AccountType);
    }

    [Fact]
    public async Task An_account_that_is_not_the_customers_is_not_granted()
    {
        await ToChoiceAsync(TestPartner.Everything);

        await Browser.SubmitAsync(("Account", "acc_00000000000000000000000000"), ("Pin", TestPartner.Pin));

        Assert.EndsWith("/consent", Browser.Address.AbsolutePath);
        Assert.Contains(
            "The account you chose is not there any more",
            Browser.Page.QuerySelector("#account-error")!.TextContent
        );
    }

    private string Choice(int place) =>
        Browser.Page.QuerySelectorAll("input[name=Account]")[place].GetAttribute("value")!;

    private string Chosen() =>
        Browser.Page.QuerySelectorAll("input[name=Account][checked]").Single().GetAttribute("value")!;

    private async Task<AccountLink> ToChoiceAsync(IReadOnlyList<AuthorizationDetail> details)
    {
        var link = await Partner.Client.AccountLinks.StartAsync(
            new AccountLinkRequest { RedirectUri = TestPartner.RedirectUri, AuthorizationDetails = details }
        );
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        await Browser.GoAsync(link.AuthorizationUrl);
        await SignInAsync((await MessagesAsync()).Count);
        Assert.EndsWith("/consent", Browser.Address.AbsolutePath);
        return link;
    }

    private async Task<LinkedCustomer> AssertGrantedAsync(AccountLink link, string account, AccountType type)
    {
        var linked = await Partner.Client.AccountLinks.CompleteAsync(link.Session, Browser.Address);
        Assert.Equal(account, linked.AccountId);
        var consent = await Partner.Client.Consents.GetAsync(linked.ConsentId);
        Assert.All(
            consent.AuthorizationDetails.Where(detail => detail.Type != CouponWallet.TypeName),
            detail => Assert.Equal(account, detail.AccountId)
        );
        Assert.Equal(
            type,
            consent.AuthorizationDetails.Single(detail => detail.Type == AccountOpening.TypeName).AccountType
        );
        Assert.Equal(type, (await Partner.Client.Accounts.GetAsync(linked.CustomerId, account)).Type);
        return linked;
    }
}
