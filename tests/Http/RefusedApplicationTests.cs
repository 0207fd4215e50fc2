using System.Net;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Somebody for whom an app applies has not asked for it, and says so without proving anything.</summary>
public sealed class RefusedApplicationTests(SharedServer shared) : ApplicationPageTests(shared)
{
    [Fact]
    public async Task Who_did_not_ask_for_it_refuses_and_the_app_is_told()
    {
        var made = await ToOtpAsync();
        await Browser.GoAsync(new Uri(made.ContinuationUrl!));
        Assert.Contains("I did not ask for this", Browser.Text());

        await Browser.SubmitAsync("Refuse");

        Assert.EndsWith("/end", Browser.Address.AbsolutePath);
        Assert.Contains("You said that you did not ask for this", Browser.Text());
        Assert.Equal(
            $"{TestPartner.RedirectUri}?application_id={made.Id}",
            Browser.Page.QuerySelector("a.primary")!.GetAttribute("href")
        );
        var refused = await Partner.Client.AccountApplications.GetAsync(made.Id);
        Assert.Equal(
            (AccountApplicationStatus.Rejected, "customer_declined", null),
            (refused.Status, refused.Reason, refused.ContinuationUrl)
        );
        Assert.Empty(await MessagesAsync());
        Assert.Equal(
            EventTypes.AccountApplicationRejected,
            (await EventsAsync(made.Id, EventTypes.AccountApplicationRejected))[^1]
        );
        await Browser.GoAsync(new Uri(Browser.Address.AbsoluteUri + "?lang=zh-CN"));
        Assert.Contains("您表示并未申请", Browser.Text());
    }

    [Fact]
    public async Task Two_taps_refuse_once()
    {
        var made = await ToOtpAsync();
        await Browser.GoAsync(new Uri(made.ContinuationUrl!));
        var fields = Browser.HiddenFields().ToList();
        var address = new Uri(made.ContinuationUrl + "?handler=Refuse");

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => Browser.PostAsync(address, fields))
        );
        var later = await Browser.PostAsync(address, fields);

        Assert.All(
            answers.Append(later),
            answer =>
                Assert.Equal(
                    (HttpStatusCode.SeeOther, true),
                    (
                        answer.StatusCode,
                        answer.Headers.Location!.OriginalString.EndsWith("/end", StringComparison.Ordinal)
                    )
                )
        );
        Assert.Single(
            await EventsAsync(made.Id, EventTypes.AccountApplicationRejected),
            type => type == EventTypes.AccountApplicationRejected
        );
    }

    [Fact]
    public async Task Who_has_asked_for_a_code_may_still_say_that_it_was_not_them()
    {
        var made = await ToOtpAsync();
        await Browser.GoAsync(new Uri(made.ContinuationUrl!));
        await Browser.SubmitAsync(("Terms", "true"));
        Assert.EndsWith("/code", Browser.Address.AbsolutePath);

        await Browser.SubmitAsync("Refuse");

        Assert.EndsWith("/end", Browser.Address.AbsolutePath);
        Assert.Equal(
            "customer_declined",
            (await Partner.Client.AccountApplications.GetAsync(made.Id)).Reason
        );
    }

    /// <summary>Whoever knows the address takes away nothing that the applicant has confirmed.</summary>
    [Fact]
    public async Task What_the_applicant_has_confirmed_by_code_is_refused_by_nobody_who_only_has_the_address()
    {
        var made = await ToOtpAsync();
        using var other = new Browser();
        await other.GoAsync(new Uri(made.ContinuationUrl!));
        var fields = other.HiddenFields().ToList();
        await ConfirmAsync(made);

        await other.PostAsync(new Uri(made.ContinuationUrl + "?handler=Refuse"), fields);

        var opened = await Partner.Client.AccountApplications.GetAsync(made.Id);
        Assert.Equal((AccountApplicationStatus.Opened, null), (opened.Status, opened.Reason));
        await other.GoAsync(new Uri(made.ContinuationUrl!));
        Assert.DoesNotContain("I did not ask for this", other.Text());
    }

    [Fact]
    public async Task Who_wants_to_go_on_later_is_led_back_to_the_app()
    {
        var made = await ToOtpAsync();
        await Browser.GoAsync(new Uri(made.ContinuationUrl!));
        Assert.Equal(
            $"{TestPartner.RedirectUri}?application_id={made.Id}",
            Browser
                .Page.QuerySelectorAll("a.quiet")
                .Single(link => link.TextContent.Contains("Not now: back to Test App"))
                .GetAttribute("href")
        );
        Assert.Equal(
            AccountApplicationStatus.OtpPending,
            (await Partner.Client.AccountApplications.GetAsync(made.Id)).Status
        );
    }
}
