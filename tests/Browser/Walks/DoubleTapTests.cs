using Microsoft.Playwright;
using Xunit;

namespace OpenBanking.Tests.Browser.Walks;

/// <summary>Buttons that are tapped twice, as phones' owners do: with scripts the form goes out once, and without them the browser is
/// led where one tap leads.</summary>
[Collection(WalksOfOneBank.Name)]
public sealed class DoubleTapTests(WalkedBank bank)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_taps_on_each_button_of_the_way_bring_the_customer_back_to_the_app(bool scripts)
    {
        await using var phone = await bank.NewPhoneAsync("taps", "en", scripts);
        var partner = await bank.NewPartnerAsync();
        var customer = await partner.LinkAsync();
        var mobile = (await partner.PersonsAsync())[0].Mobile;
        await bank.Server.EndPauseAsync(partner, mobile);
        var before = await Steps.CountMessagesAsync(partner, mobile);
        var page = phone.Page;
        var sent = 0;
        page.Request += (_, request) => sent += request.Method == "POST" ? 1 : 0;
        await phone.ToSignInAsync(bank, partner, TestPartner.Everything);

        await page.Locator("#Mobile").FillAsync(mobile);
        await TapTwiceAsync(page);
        await phone.ArriveAsync("**/code");

        // Without scripts it is tapped once: of two answers only the first has the new cookie.
        await page.Locator("#Code").FillAsync(await Steps.ReadCodeAsync(partner, mobile, before));
        await (scripts ? TapTwiceAsync(page) : phone.PressAsync());
        await phone.ArriveAsync("**/consent");

        await page.Locator("#Pin").FillAsync(TestPartner.Pin);
        await TapTwiceAsync(page);
        await phone.ArriveAsync($"{bank.Callback}?code=**");

        Assert.Equal(scripts ? 3 : 5, sent);
        Assert.Equal(before + 1, await Steps.CountMessagesAsync(partner, mobile));
        Assert.Equal(
            2,
            await partner
                .Client.Consents.ListAsync()
                .CountAsync(consent => consent.CustomerId == customer.CustomerId)
        );
    }

    private Task TapTwiceAsync(IPage page) =>
        bank.SlowlyAsync(async () =>
        {
            // A locator would wait for what comes of the first tap.
            var shown = page.Locator("button.primary");
            await shown.ScrollIntoViewIfNeededAsync();
            var button = (await shown.BoundingBoxAsync())!;
            var (x, y) = (button.X + (button.Width / 2), button.Y + (button.Height / 2));
            await page.Mouse.ClickAsync(x, y);
            await Task.Delay(100);
            await page.Mouse.ClickAsync(x, y);
            await Task.Delay(100);
        });
}
