using System.Net;
using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>Tests of a customer's own pages: a person who linked an app, topped up 100.00 and has a coupon.</summary>
public abstract class OwnPageTests(SharedServer shared) : IAsyncLifetime
{
    protected SharedServer Shared { get; } = shared;

    protected TestPartner Partner { get; set; } = null!;

    protected LinkedCustomer Customer { get; set; } = null!;

    protected SandboxPerson Person { get; set; } = null!;

    protected Browser Browser { get; } = new();

    public virtual async ValueTask InitializeAsync()
    {
        Partner = await Shared.NewPartnerAsync();
        Person = (await Partner.PersonsAsync())[0];
        Customer = await Partner.LinkAsync();
        await Partner.TopUpAsync(Customer, Money.Yuan(100));
        await Partner.IssueCouponAsync(Customer);
    }

    public virtual ValueTask DisposeAsync()
    {
        Browser.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected Uri Own(string rest = "") =>
        new(Shared.Server.Address, $"/bank/{Partner.SandboxNumber}/my{rest}");

    protected Task SignInAsync() => SignInAsync(Browser, Person);

    protected async Task SignInAsync(Browser browser, SandboxPerson person)
    {
        await EnterMobileAsync(browser, person);
        await browser.SubmitAsync(("Code", await CodeAsync(person)));
        await browser.SubmitAsync(("Pin", TestPartner.Pin));
        Assert.Equal(Own(), browser.Address);
    }

    protected async Task EnterMobileAsync(Browser browser, SandboxPerson person)
    {
        await Shared.Server.EndPauseAsync(Partner, person.Mobile);
        var before = await NewestAsync(person);
        await browser.GoAsync(Own());
        Assert.EndsWith("/my/sign-in", browser.Address.AbsolutePath);
        await browser.SubmitAsync(("Mobile", person.Mobile));
        Assert.EndsWith("/my/code", browser.Address.AbsolutePath);
        await NewerAsync(person, before);
    }

    /// <summary>Waits for another message than the one before: an older code would be taken for the new one.</summary>
    protected async Task<string> NewerAsync(SandboxPerson person, (DateTimeOffset, string)? before)
    {
        for (var i = 0; i < 200; i++)
        {
            if (await NewestAsync(person) is { } newest && newest != before)
            {
                return newest.Text;
            }

            await Task.Delay(25);
        }

        throw new InvalidOperationException("No message came.");
    }

    protected async Task<(DateTimeOffset At, string Text)?> NewestAsync(SandboxPerson person) =>
        await MessagesAsync(person) is [var newest, ..] ? (newest.SentAt, newest.Text) : null;

    /// <summary>The code for the customer's own pages, which says so.</summary>
    protected async Task<string> CodeAsync(SandboxPerson person)
    {
        var message = await MessageAsync(person, "your accounts");
        return new([.. message.SkipWhile(letter => !char.IsAsciiDigit(letter)).Take(6)]);
    }

    /// <summary>Waits until the newest message to the customer's phone says this.</summary>
    protected async Task<string> MessageAsync(SandboxPerson person, string text)
    {
        for (var i = 0; i < 200; i++)
        {
            if (await MessagesAsync(person) is [var newest, ..] && newest.Text.Contains(text))
            {
                return newest.Text;
            }

            await Task.Delay(25);
        }

        throw new InvalidOperationException($"No message came that says '{text}'.");
    }

    /// <summary>What came to a person's phone, the newest first.</summary>
    protected Task<IReadOnlyList<SandboxMessage>> MessagesAsync(SandboxPerson person) =>
        Partner.MessagesAsync(person.Mobile);

    /// <summary>Sends the form of the page several times at once and once more later, as who taps twice does; each time it leads
    /// on, and never says that it cannot be.</summary>
    protected async Task TapTwiceAsync(string? handler, params (string Name, string Value)[] entered)
    {
        var fields = Browser
            .HiddenFields()
            .Concat(entered.Select(field => KeyValuePair.Create(field.Name, field.Value)))
            .ToList();
        var address = new Uri(
            Browser.Address.GetLeftPart(UriPartial.Path) + (handler is null ? "" : $"?handler={handler}")
        );
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => Browser.PostAsync(address, fields))
        );
        var later = await Browser.PostAsync(address, fields);
        Assert.All(
            answers.Append(later),
            answer =>
            {
                Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
                Assert.DoesNotContain("/bank/error", answer.Headers.Location!.ToString());
            }
        );
        await Browser.GoAsync(new Uri(address, answers[0].Headers.Location!));
    }

    /// <summary>What the page says, in one line.</summary>
    protected string Text() => Browser.Text();

    protected static string Text(Browser browser) => browser.Text();

    /// <summary>Follows the link that says this.</summary>
    protected Task FollowAsync(string text) => Browser.FollowAsync(text);
}
