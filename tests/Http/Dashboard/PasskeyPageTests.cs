using AngleSharp.Dom;
using OpenBanking.Samples.Quickstart;
using Xunit;

namespace OpenBanking.Tests.Http.Dashboard;

/// <summary>Tests with a customer and a device of theirs.</summary>
public abstract class PasskeyPageTests(SharedServer shared) : OwnPageTests(shared)
{
    protected SoftwareAuthenticator Device { get; } = new();

    /// <summary>Signs in with code and PIN, and adds the device's passkey.</summary>
    protected async Task AddAsync()
    {
        await SignInAsync();
        await AddAsync(Browser, Device);
    }

    protected async Task AddAsync(Browser browser, SoftwareAuthenticator device, string name = "My phone")
    {
        await AskAsync(browser, name, TestPartner.Pin);
        await browser.SubmitToAsync(
            "form[data-passkey]",
            ("Passkey", device.Make(Asked(browser), browser.Address))
        );
        Assert.EndsWith("/my/passkeys", browser.Address.AbsolutePath);
    }

    /// <summary>The first of the two steps: the name and the PIN.</summary>
    protected async Task AskAsync(Browser browser, string name, string pin)
    {
        await browser.GoAsync(Own("/passkeys"));
        await browser.SubmitToAsync("form.add", ("Name", name), ("Pin", pin));
    }

    /// <summary>Signs in with a passkey, on the page where the browser is.</summary>
    protected static Task EnterAsync(Browser browser, SoftwareAuthenticator device) =>
        EnterAsync(browser, device.Sign(Asked(browser), browser.Address));

    protected static Task EnterAsync(Browser browser, string answer) =>
        browser.SubmitToAsync("form[data-passkey]", ("Passkey", answer));

    /// <summary>What the page asks the device.</summary>
    protected static string Asked(Browser browser) =>
        browser.Page.QuerySelector("form[data-passkey]")!.GetAttribute("data-asked")!;

    protected static async Task<Browser> AtAsync(Uri address)
    {
        var browser = new Browser();
        await browser.GoAsync(address);
        return browser;
    }
}
