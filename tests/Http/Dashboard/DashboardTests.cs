using System.Net;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>What customers see on their own pages, and what they stop there.</summary>
public sealed class DashboardTests(SharedServer shared) : OwnPageTests(shared)
{
    [Fact]
    public async Task The_customer_sees_accounts_transactions_apps_and_coupons()
    {
        for (var i = 0; i < 20; i++)
        {
            await Partner.PayAsync(Customer, $"order-{i}", Money.Yuan(1));
        }

        await SignInAsync();
        Assert.Contains("**** **** **** ", Text());
        Assert.Contains("¥80.00", Text());
        Assert.Contains("Test App", Text());
        Assert.Contains("Last used on", Text());
        Assert.Contains("¥5.00 off what costs ¥15.00 or more at Test App", Text());

        await FollowAsync("Type II e-account");
        Assert.Equal(20, Browser.Page.QuerySelectorAll(".lines li").Length);
        Assert.Contains("Payment −¥1.00 Test App", Text());
        await FollowAsync("Older");
        var oldest = Assert.Single(Browser.Page.QuerySelectorAll(".lines li"));
        Assert.Contains("From your card", oldest.TextContent);
        Assert.Contains("+¥100.00", oldest.TextContent);
    }

    [Fact]
    public async Task Stopping_an_app_says_what_stops_and_stops_it_at_once()
    {
        await SignInAsync();
        await FollowAsync("See it all");
        Assert.Contains("¥100,000.00", Text());
        Assert.Contains("Test App can start no new payment", Text());
        Assert.Contains("Test App brings no more money from your card", Text());
        Assert.Contains("Test App sees nothing of your account any more", Text());

        await Browser.SubmitAsync();

        Assert.Contains("Test App may do nothing any more. It was stopped on", Text());
        await FollowAsync("Your accounts");
        Assert.Contains("No app may do anything", Text());
        var agreement = await Partner.Client.Agreements.GetAsync(Customer.AgreementId!);
        Assert.Equal(ConsentStatus.Revoked, agreement.Status);
        var refused = await Assert.ThrowsAsync<OpenBankingException>(() =>
            Partner.PayAsync(Customer, "order-1", Money.Yuan(1))
        );
        Assert.Equal(ProblemCodes.AgreementNotActive, refused.Code);
    }

    [Fact]
    public async Task The_page_of_an_app_that_was_stopped_says_since_when_it_may_do_nothing_and_what()
    {
        await SignInAsync();
        await FollowAsync("See it all");
        var access = Browser.Address;
        await TapTwiceAsync(handler: null);
        Assert.Equal(access, Browser.Address);
        Assert.Contains("Test App may do nothing any more. It was stopped on", Text());
        Assert.Contains("Test App can start no new payment", Text());
        Assert.Contains("Test App sees nothing of your account any more", Text());
        Assert.Null(Browser.Page.QuerySelector("form[method=post]"));

        // Going back to it later, or from a list of addresses.
        await Browser.GoAsync(new Uri(access, "?lang=zh-CN"));
        Assert.Contains("“Test App”的授权已于", Text());
        Assert.Contains("不能再发起扣款", Text());
        Assert.Equal(1, await CountRevokedAsync());
    }

    /// <summary>Waits until it is told that a consent was revoked; gives how often it is.</summary>
    private async Task<int> CountRevokedAsync()
    {
        for (var tries = 0; tries < 200; tries++)
        {
            var told = await Partner.Client.Events.ListAsync().ToListAsync();
            if (told.Count(sent => sent.Type == EventTypes.ConsentRevoked) is > 0 and var count)
            {
                return count;
            }

            await Task.Delay(50);
        }

        return 0;
    }

    [Fact]
    public async Task An_app_that_has_given_it_back_or_whose_time_is_over_is_said_to_have_nothing_left()
    {
        await SignInAsync();
        await FollowAsync("See it all");
        await Partner.Client.Consents.RevokeAsync(Customer.ConsentId);
        await Browser.GoAsync(Browser.Address);
        Assert.Contains("Test App may do nothing any more. It was stopped on", Text());
    }

    [Fact]
    public async Task Nobody_sees_or_stops_what_is_anothers()
    {
        await SignInAsync();
        await FollowAsync("See it all");
        var access = Browser.Address;
        await Browser.GoAsync(Own());
        await FollowAsync("Type II e-account");
        var account = Browser.Address;

        await Partner.LinkAsync(1);
        using var other = new Browser();
        await SignInAsync(other, (await Partner.PersonsAsync())[1]);
        var form = other.HiddenFields().ToList();
        foreach (var address in (Uri[])[access, account, Own("/accounts/nothing"), Own("/apps/nothing")])
        {
            await other.GoAsync(address);
            Assert.Contains("There is no such page", Text(other));
        }

        using var answer = await other.PostAsync(access, form);
        Assert.EndsWith("code=not_found", answer.Headers.Location!.ToString());
        Assert.Equal(
            ConsentStatus.Authorized,
            (await Partner.Client.Agreements.GetAsync(Customer.AgreementId!)).Status
        );
    }

    [Fact]
    public async Task Forms_that_are_not_the_banks_own_are_refused()
    {
        await SignInAsync();
        await FollowAsync("See it all");

        using var answer = await Browser.PostAsync(Browser.Address, []);

        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.EndsWith("code=bad_form", answer.Headers.Location!.ToString());
    }
}
