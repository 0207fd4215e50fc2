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

    [Fact]
    public async Task One_PIN_signs_in_and_pays_where_nothing_is_left_to_choose()
    {
        var asked = await ToPinAsync(20);
        Assert.Contains("Test App asks you to pay", Text());
        Assert.Contains(
            $"form-action 'self' {TestPartner.RedirectUri.GetLeftPart(UriPartial.Authority)}",
            Browser.Header("Content-Security-Policy")
        );
        await Browser.SubmitAsync("Pay", ("Pin", "246802"));
        Assert.Contains("That is not your PIN", Text());
        Assert.Equal(PaymentStatus.RequiresAction, (await Payments.GetAsync(asked.Id)).Status);

        await Browser.SubmitAsync("Pay", ("Pin", TestPartner.Pin));

        AssertBack(Browser, asked, PaymentStatus.Captured);
        Assert.Equal(Money.Yuan(80), await Partner.BalanceAsync(Customer));
        // It was the way to go once: signed in, nothing leads there any more.
        await Browser.GoAsync(Own());
        Assert.Equal(Own(), Browser.Address);
    }

    [Fact]
    public async Task One_PIN_pays_nothing_that_another_site_led_the_browser_to()
    {
        var asked = await AskAsync(20);
        await Shared.Server.EndPauseAsync(Partner, Person.Mobile);
        await Browser.GoAsync(new Uri(asked.NextAction!.ConfirmationUrl + "/confirm"));
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        await Browser.SubmitAsync(("Code", await CodeAsync(Person)));
        Assert.Contains("Test App asks you to pay", Text());
        Assert.Null(Browser.Page.QuerySelector("button[formaction*=Pay]"));

        await Browser.SubmitAsync("Pay", ("Pin", TestPartner.Pin), ("Digest", "any"));

        Assert.EndsWith($"/pay/{asked.Id}/confirm", Browser.Address.AbsolutePath);
        Assert.Equal(Money.Yuan(100), await Partner.BalanceAsync(Customer));
    }

    [Fact]
    public async Task One_PIN_pays_nothing_that_the_customer_was_not_shown()
    {
        var asked = await ToPinAsync(20);
        await Browser.SubmitAsync("Pay", ("Pin", TestPartner.Pin), ("Digest", "other"));
        Assert.EndsWith($"/pay/{asked.Id}/confirm", Browser.Address.AbsolutePath);
        Assert.Equal(PaymentStatus.RequiresAction, (await Payments.GetAsync(asked.Id)).Status);
        Assert.Equal(Money.Yuan(100), await Partner.BalanceAsync(Customer));
    }

    [Fact]
    public async Task What_needs_a_code_or_more_money_is_left_to_the_page_of_the_payment()
    {
        var asked = await ToPinAsync(100.01m);
        await Browser.SubmitAsync("Pay", ("Pin", TestPartner.Pin));
        Assert.EndsWith($"/pay/{asked.Id}/confirm", Browser.Address.AbsolutePath);
        Assert.Contains("There is not enough on the account", Text());

        await Partner.TopUpAsync(Customer, Money.Yuan(2_000), "top-up-2");
        var large = await AskAsync(1_500, "order-2");
        await Browser.GoAsync(new Uri(large.NextAction!.ConfirmationUrl));
        await Browser.SubmitAsync();
        Assert.Contains("Send code", Text());
    }

    [Fact]
    public async Task Why_no_account_can_pay_is_said_once()
    {
        var asked = await AskAsync(80);
        await ToConfirmAsync(asked);
        await Partner.PayAsync(Customer, "order-2", Money.Yuan(50));

        await Browser.SubmitAsync(("Pin", TestPartner.Pin));

        Assert.Equal(2, Text().Split("There is not enough on the account").Length);
    }

    [Theory]
    [InlineData(10_000.01, "more than may go out of this account on any day", "任何一天都无法支付")]
    [InlineData(60, "more than you let go out in a day", "超过您设置的每日限额")]
    [InlineData(45, "The limit of the day is reached", "已达当日限额")]
    public async Task What_no_day_allows_is_not_put_off_to_tomorrow(
        double yuan,
        string english,
        string chinese
    )
    {
        await SignInAsync();
        await Browser.GoAsync(
            new Uri(Browser.Address, Browser.Page.QuerySelector("a.account")!.GetAttribute("href"))
        );
        await FollowAsync("Limits");
        await Browser.SubmitAsync(("PaymentLimit", ""), ("DayLimit", yuan > 1_000 ? "" : "50"));
        await Partner.PayAsync(Customer, "order-0", Money.Yuan(10));
        var asked = await AskAsync((decimal)yuan);
        await Browser.GoAsync(new Uri(asked.NextAction!.ConfirmationUrl));
        await Browser.SubmitAsync();

        Assert.Contains(english, Text());
        Assert.Equal(yuan == 45, Text().Contains("tomorrow", StringComparison.Ordinal));
        await FollowAsync("中文");
        Assert.Contains(chinese, Text());
    }

    /// <summary>To raise their own limit would be of no use to them.</summary>
    [Fact]
    public async Task What_no_day_allows_is_not_put_down_to_a_limit_of_the_customers_own()
    {
        await SignInAsync();
        await Browser.GoAsync(
            new Uri(Browser.Address, Browser.Page.QuerySelector("a.account")!.GetAttribute("href"))
        );
        await FollowAsync("Limits");
        await Browser.SubmitAsync(("PaymentLimit", "10000"), ("DayLimit", "10000"));
        var asked = await AskAsync(10_000.01m);
        await Browser.GoAsync(new Uri(asked.NextAction!.ConfirmationUrl));
        await Browser.SubmitAsync();

        Assert.Contains("more than may go out of this account on any day", Text());
    }

    [Fact]
    public async Task Who_cannot_pay_yet_finds_the_way_back_to_the_payment_from_their_accounts()
    {
        var asked = await AskAsync(100.01m);
        await ToConfirmAsync(asked);
        Assert.Contains("There is not enough on the account", Text());

        await FollowAsync("See my accounts");
        Assert.Equal(Own(), Browser.Address);
        Assert.Contains("Test App asks you to pay", Text());
        await Browser.GoAsync(
            new Uri(Browser.Address, Browser.Page.QuerySelector("a.account")!.GetAttribute("href"))
        );
        await Partner.TopUpAsync(Customer, Money.Yuan(50), "top-up-2");
        await FollowAsync("The payment");
        Assert.EndsWith($"/pay/{asked.Id}", Browser.Address.AbsolutePath);

        await Browser.SubmitAsync();
        await Browser.SubmitAsync(("Pin", TestPartner.Pin));
        AssertBack(Browser, asked, PaymentStatus.Captured);
        await Browser.GoAsync(Own());
        Assert.DoesNotContain("Test App asks you to pay", Text());
    }

    private async Task<Payment> ToPinAsync(decimal yuan)
    {
        var asked = await BeginAsync(Person, yuan);
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        await Browser.SubmitAsync(("Code", await CodeAsync(Person)));
        Assert.EndsWith("/my/pin", Browser.Address.AbsolutePath);
        return asked;
    }

    private async Task<Payment> BeginAsync(SandboxPerson person, decimal yuan = 20)
    {
        var asked = await AskAsync(yuan);
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
