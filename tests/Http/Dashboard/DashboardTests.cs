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

        Assert.Contains("No app may do anything", Text());
        var agreement = await Partner.Client.Agreements.GetAsync(Customer.AgreementId!);
        Assert.Equal(ConsentStatus.Revoked, agreement.Status);
        var refused = await Assert.ThrowsAsync<OpenBankingException>(() =>
            Partner.PayAsync(Customer, "order-1", Money.Yuan(1))
        );
        Assert.Equal(ProblemCodes.AgreementNotActive, refused.Code);
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
