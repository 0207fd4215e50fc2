using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>How customers make a Type III account one of Type II.</summary>
public sealed class OwnUpgradeTests(SharedServer shared) : OwnPageTests(shared)
{
    public override async ValueTask InitializeAsync()
    {
        Partner = await Shared.NewPartnerAsync();
        Person = (await Partner.PersonsAsync())[0];
        Customer = await Partner.LinkTypeThreeAsync();
        await Partner.TopUpAsync(Customer, Money.Yuan(2_000));
        await SignInAsync();
        await FollowAsync("Type III e-account");
    }

    [Fact]
    public async Task A_customer_who_is_verified_again_has_the_limits_of_the_other_class_at_once()
    {
        await FollowAsync("Make it a Type II account");
        await EnterAsync("1", "2", "3");
        Assert.Contains("not a valid resident ID number", Text());
        Assert.Contains("not a valid card number", Text());
        Assert.Contains("Enter the six digits", Text());
        // As a Chinese keyboard may write them.
        await EnterAsync(FullWidth(Person.IdNumber), FullWidth(Person.CardNumber), TestPartner.Pin);
        for (var i = 0; i < 400 && Browser.Address.Segments[^1] == "upgrade"; i++)
        {
            await Task.Delay(25);
            await Browser.GoAsync(Browser.Address);
        }

        Assert.Contains("Type II e-account", Text());
        Assert.Equal(
            "It is a Type II account now.",
            Browser.Page.QuerySelector("[role=status]")!.TextContent
        );
        Assert.DoesNotContain("Make it a Type II account", Text());
        await MessageAsync(Person, "is now a Type II account");
        var account = await Partner.Client.Accounts.GetAsync(Customer.CustomerId, Customer.AccountId!);
        Assert.Equal(AccountType.TypeTwo, account.Type);
        var topUp = await Partner.TopUpAsync(Customer, Money.Yuan(1_000), "more");
        Assert.Equal(TopUpStatus.Succeeded, topUp.Status);
        Assert.Equal(
            PaymentStatus.Captured,
            (await Partner.PayAsync(Customer, "order-1", Money.Yuan(2_500))).Status
        );
        var told = await Partner.Client.Events.ListAsync().Select(happened => happened.Type).ToListAsync();
        Assert.Contains(EventTypes.AccountUpgraded, told);
    }

    [Fact]
    public async Task Two_taps_upgrade_once()
    {
        await FollowAsync("Make it a Type II account");
        await TapTwiceAsync(
            null,
            ("IdNumber", Person.IdNumber),
            ("CardNumber", Person.CardNumber),
            ("Pin", TestPartner.Pin)
        );
        await MessageAsync(Person, "is now a Type II account");
        Assert.Single(
            await MessagesAsync(Person),
            message => message.Text.Contains("is now a Type II account")
        );
    }

    [Fact]
    public async Task Details_of_somebody_else_have_one_answer_and_lock_after_five()
    {
        var other = (await Partner.PersonsAsync())[1];
        await FollowAsync("Make it a Type II account");
        await EnterAsync(other.IdNumber, Person.CardNumber, TestPartner.Pin);
        Assert.Contains("not those that we have of you", Text());
        for (var i = 0; i < 3; i++)
        {
            await EnterAsync(Person.IdNumber, other.CardNumber, TestPartner.Pin);
            Assert.Contains("not those that we have of you", Text());
        }

        await EnterAsync(other.IdNumber, other.CardNumber, TestPartner.Pin);
        Assert.Contains("For a day none are looked at", Text());
        await EnterAsync(Person.IdNumber, Person.CardNumber, TestPartner.Pin);
        Assert.Contains("For a day none are looked at", Text());
    }

    private Task EnterAsync(string idNumber, string cardNumber, string pin) =>
        Browser.SubmitAsync(("IdNumber", idNumber), ("CardNumber", cardNumber), ("Pin", pin));

    private static string FullWidth(string number) =>
        string.Concat(number.Select(digit => (char)(digit - '0' + '０')));
}
