using System.Net;
using OpenBanking.Server;
using OpenBanking.Server.CommandLine;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>How customers change their mobile number.</summary>
public sealed class OwnMobileTests(SharedServer shared) : MobilePageTests(shared)
{
    [Fact]
    public async Task A_number_takes_the_place_of_another_and_the_old_one_reaches_nothing()
    {
        using var elsewhere = new Browser();
        await SignInAsync(elsewhere, Person);
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        await SignInAsync();
        await FollowAsync("Change your mobile number");
        await BeginAsync("1", "2", "3");
        Assert.Contains("not a valid card number", Text());
        Assert.Contains("Enter the six digits", Text());
        await BeginAsync(Moved.Mobile, Person.CardNumber, "975310");
        Assert.Contains("That is not your PIN", Text());
        await BeginAsync(Moved.Mobile, Person.CardNumber, TestPartner.Pin);
        Assert.Contains("We sent six digits to 199****0001", Text());
        await EnterCodeAsync("000000");
        Assert.Contains("That is not the code", Text());
        await EnterCodeAsync(await ChangeCodeAsync(Moved));
        await WaitAsync();

        Assert.Contains("Your mobile number is changed", Text());
        await MessageAsync(Person, "Your mobile number was changed to 199****0001");
        await MessageAsync(Moved, "This is your mobile number at our bank from now on");
        Assert.Equal(Moved.Mobile, await KnownMobileAsync());
        Assert.Empty(await FoundAsync(Person.Mobile));
        Assert.Single(await FoundAsync(Moved.Mobile));

        await elsewhere.GoAsync(Own());
        Assert.DoesNotContain("Signed in with", Text(elsewhere));
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        using var newOwner = new Browser();
        await EnterMobileAsync(newOwner, Person);
        await newOwner.SubmitAsync(("Code", await CodeAsync(Person)));
        Assert.EndsWith("/my/no-account", newOwner.Address.AbsolutePath);
        using var anew = new Browser();
        await SignInAsync(anew, Moved);
        Assert.Contains("Signed in with 199****0001", Text(anew));
    }

    [Fact]
    public async Task The_number_that_they_have_already_is_said_so_beside_its_field()
    {
        await SignInAsync();
        await FollowAsync("Change your mobile number");
        await BeginAsync(Person.Mobile, Person.CardNumber, TestPartner.Pin);

        Assert.Equal(
            "This is your number already.",
            Browser.Page.QuerySelector("#mobile-error")!.TextContent
        );
        Assert.DoesNotContain(
            await MessagesAsync(Person),
            message => message.Text.Contains("to make this your number")
        );
    }

    [Fact]
    public async Task Two_taps_send_one_code_and_ask_for_it()
    {
        await SignInAsync();
        await FollowAsync("Change your mobile number");
        var fields = Browser
            .HiddenFields()
            .Append(KeyValuePair.Create("Mobile", Moved.Mobile))
            .Append(KeyValuePair.Create("CardNumber", Person.CardNumber))
            .Append(KeyValuePair.Create("Pin", TestPartner.Pin))
            .ToList();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => Browser.PostAsync(Browser.Address, fields))
        );

        var later = await Browser.PostAsync(Browser.Address, fields);
        Assert.All(answers.Append(later), answer => Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode));
        var code = await ChangeCodeAsync(Moved);
        Assert.Single(await MessagesAsync(Moved));
        await Browser.GoAsync(Own("/mobile"));
        await EnterCodeAsync(code);
        await WaitAsync();
        Assert.Contains("Your mobile number is changed", Text());
    }

    [Fact]
    public async Task Whoever_looks_at_their_pages_while_the_number_changes_stays_signed_in()
    {
        await SignInAsync();
        await FollowAsync("Change your mobile number");
        await BeginAsync(Moved.Mobile, Person.CardNumber, TestPartner.Pin);
        var code = await ChangeCodeAsync(Moved);
        using var changed = new CancellationTokenSource();
        var looks = Enumerable.Range(0, 8).Select(_ => LookUntilAsync(changed.Token)).ToList();

        await EnterCodeAsync(code);
        await WaitAsync();

        Assert.Contains("Your mobile number is changed", Text());
        await changed.CancelAsync();
        Assert.All(await Task.WhenAll(looks), seen => Assert.Equal([HttpStatusCode.OK], seen));
    }

    [Fact]
    public async Task A_number_that_the_bank_released_reaches_nothing_and_another_one_leads_back_to_the_accounts()
    {
        using var onTheWay = await OnTheWayAsync();
        await SignInAsync();
        var customer = (await CustomerCommands.FindAsync(Shared.Server.Services, Person.Mobile))
            .Single(found => found.World == new World(Partner.SandboxNumber))
            .Customer.ToString();
        Assert.Contains("does not have", (await ReleaseAsync(customer, Moved.Mobile)).Text);
        Assert.Contains("no customer", (await ReleaseAsync("cus_1", Person.Mobile)).Text);

        Assert.True((await ReleaseAsync(customer, Person.Mobile)).Done);

        await Browser.GoAsync(Own());
        Assert.EndsWith("/my/sign-in", Browser.Address.AbsolutePath);
        await onTheWay.GoAsync(onTheWay.Address);
        Assert.EndsWith("/no-account", onTheWay.Address.AbsolutePath);
        Assert.Empty(await FoundAsync(Person.Mobile));
        using var newOwner = new Browser();
        await EnterMobileAsync(newOwner, Person);
        await newOwner.SubmitAsync(("Code", await CodeAsync(Person)));
        Assert.EndsWith("/my/no-account", newOwner.Address.AbsolutePath);
        var before = (await MessagesAsync(Person)).Count;
        await Partner.PayAsync(Customer, "order-1", Money.Yuan(10));

        await OpenAnotherAsync();

        Assert.Equal(Moved.Mobile, await KnownMobileAsync());
        using var anew = new Browser();
        await SignInAsync(anew, Moved);
        Assert.Equal(2, anew.Page.QuerySelectorAll("a.account").Length);
        Assert.Equal(before, (await MessagesAsync(Person)).Count);
    }

    [Fact]
    public async Task A_number_that_another_customer_has_is_not_taken_from_them()
    {
        var other = (await Partner.PersonsAsync())[1];
        await Partner.LinkAsync(1);
        await Shared.Server.EndPauseAsync(Partner, other.Mobile);
        await SignInAsync();
        await Browser.GoAsync(Own("/mobile"));

        await BeginAsync(other.Mobile, Person.CardNumber, TestPartner.Pin);
        await EnterCodeAsync(await ChangeCodeAsync(other));

        Assert.Contains("Another customer of ours", Text());
        Assert.Equal(Person.Mobile, await KnownMobileAsync());
        await Shared.Server.EndPauseAsync(Partner, other.Mobile);
        using var browser = new Browser();
        await SignInAsync(browser, other);
    }

    [Fact]
    public async Task What_the_cards_bank_does_not_confirm_changes_nothing_and_wrong_cards_lock()
    {
        var stranger = Person with { Mobile = "19912345678" };
        await SignInAsync();
        await Browser.GoAsync(Own("/mobile"));
        await BeginAsync(stranger.Mobile, Person.CardNumber, TestPartner.Pin);
        await EnterCodeAsync(await ChangeCodeAsync(stranger));
        await WaitAsync();

        Assert.Contains("did not confirm that this number is yours", Text());
        Assert.Equal(Person.Mobile, await KnownMobileAsync());

        var card = (await Partner.PersonsAsync())[1].CardNumber;
        await BeginAsync(Moved.Mobile, card, TestPartner.Pin);
        Assert.Contains("not bound to any of your accounts", Text());
        for (var i = 0; i < 3; i++)
        {
            await BeginAsync(Moved.Mobile, card, TestPartner.Pin);
        }

        Assert.Contains("For a day the number cannot be changed", Text());
        await BeginAsync(Moved.Mobile, Person.CardNumber, TestPartner.Pin);
        Assert.Contains("For a day the number cannot be changed", Text());
    }

    private Task<(bool Done, string Text)> ReleaseAsync(string customer, string mobile) =>
        CustomerCommands.ReleaseAsync(Shared.Server.Services, customer, mobile);

    /// <summary>A browser in which the customer has signed in to agree to something.</summary>
    private async Task<Browser> OnTheWayAsync()
    {
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        var link = await Partner.Client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = TestPartner.RedirectUri,
                AuthorizationDetails = [new AccountInformation()],
            }
        );
        var browser = new Browser();
        await browser.GoAsync(link.AuthorizationUrl);
        var before = await NewestAsync(Person);
        await browser.SubmitAsync(("Mobile", Person.Mobile));
        await browser.SubmitAsync(("Code", CodeIn(await NewerAsync(Person, before))));
        Assert.EndsWith("/consent", browser.Address.AbsolutePath);
        return browser;
    }

    /// <summary>The customer applies for an account with the number they have now, and confirms.</summary>
    private async Task OpenAnotherAsync()
    {
        var applications = Partner.Client.AccountApplications;
        var application = await Partner.ApplyAndWaitAsync(Person with { Mobile = Moved.Mobile });

        using var applicant = new Browser();
        await applicant.GoAsync(new Uri(application.ContinuationUrl!));
        await applicant.SubmitAsync(("Terms", "true"));
        var message = await MessageAsync(Moved, "");
        await applicant.SubmitAsync(("Code", CodeIn(message)));
        Assert.Equal(AccountApplicationStatus.Opened, (await applications.GetAsync(application.Id)).Status);
    }

    private async Task<IEnumerable<object>> FoundAsync(string mobile) =>
        (await CustomerCommands.FindAsync(Shared.Server.Services, mobile))
            .Where(found => found.World == new World(Partner.SandboxNumber))
            .Cast<object>();

    private async Task<string> KnownMobileAsync()
    {
        var customer = await Shared
            .Server.Get<Store>()
            .FirstAsync(CustomerTables.Customers, new World(Partner.SandboxNumber), $"1 = {1} ORDER BY id");
        return Shared
            .Server.Get<Vault>()
            .OpenJson<CustomerProfile>(customer!.Profile, customer.Id.Value)
            .Mobile;
    }

    private async Task<HashSet<HttpStatusCode>> LookUntilAsync(CancellationToken changed)
    {
        var seen = new HashSet<HttpStatusCode>();
        while (!changed.IsCancellationRequested)
        {
            seen.Add(await Browser.LookAtAsync(Own()));
        }

        return seen;
    }
}
