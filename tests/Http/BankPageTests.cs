using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Tests that begin on the sign-in page, in a browser without scripts.</summary>
public abstract class BankPageTests(SharedServer shared) : IAsyncLifetime
{
    protected SharedServer Shared { get; } = shared;

    protected TestPartner Partner { get; private set; } = null!;

    protected Browser Browser { get; } = new();

    protected SandboxPerson Person { get; set; } = null!;

    public virtual async ValueTask InitializeAsync() => await ComeAsync(await Shared.NewPartnerAsync());

    /// <summary>Comes to the bank from a partner's app.</summary>
    protected async Task ComeAsync(TestPartner partner)
    {
        Partner = partner;
        Person = (await Partner.PersonsAsync())[0];
        await Browser.GoAsync(await StartAsync());
    }

    public ValueTask DisposeAsync()
    {
        Browser.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected async Task<Uri> StartAsync(IReadOnlyList<AuthorizationDetail>? details = null)
    {
        var link = await Partner.Client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = TestPartner.RedirectUri,
                AuthorizationDetails = details ?? TestPartner.Everything,
            }
        );
        return link.AuthorizationUrl;
    }

    /// <param name="after">How many codes came before.</param>
    protected async Task SignInAsync(int after = 0)
    {
        await Browser.SubmitAsync(("Mobile", Person.Mobile));
        await Browser.SubmitAsync(("Code", await CodeAsync(after)));
    }

    protected async Task IdentifyAsync(string name, string idNumber, string cardNumber)
    {
        await Browser.SubmitAsync(
            ("FullName", name),
            ("IdNumber", idNumber),
            ("CardNumber", cardNumber),
            ("Terms", "true")
        );
        await WaitWhileVerifyingAsync();
    }

    protected Task WaitWhileVerifyingAsync() =>
        Browser.ReloadWhileAsync(() =>
            Browser.Address.AbsolutePath.EndsWith("/verifying", StringComparison.Ordinal)
        );

    protected async Task ToConsentAsync()
    {
        await SignInAsync();
        await IdentifyAsync(Person.Name, Person.IdNumber, Person.CardNumber);
        await Browser.SubmitAsync(("Pin", TestPartner.Pin), ("Again", TestPartner.Pin));
        Assert.EndsWith("/consent", Browser.Address.AbsolutePath);
    }

    protected async Task<string> CodeAsync(int after = 0)
    {
        for (var i = 0; i < 100; i++)
        {
            if (await MessagesAsync() is [var newest, ..] messages && messages.Count > after)
            {
                return System
                    .Text.RegularExpressions.Regex.Match(
                        newest.Text,
                        "[0-9]{6}",
                        default,
                        TimeSpan.FromSeconds(1)
                    )
                    .Value;
            }

            await Task.Delay(50);
        }

        throw new InvalidOperationException("No code came.");
    }

    protected Task<IReadOnlyList<SandboxMessage>> MessagesAsync() => Partner.MessagesAsync(Person.Mobile);
}
