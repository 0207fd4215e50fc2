using OpenBanking.Testing;
using Xunit;

namespace OpenBanking.Tests.Browser.Walks;

/// <summary>Accounts that the bank does not open: who comes from an app is told why, and tries again or goes back.</summary>
[Collection(WalksOfOneBank.Name)]
public sealed class RefusedOpeningWalkTests(WalkedBank bank)
{
    [Theory]
    [InlineData("zh-CN", true)]
    [InlineData("en", false)]
    public async Task Whoever_gets_no_account_is_told_why(string language, bool scripts)
    {
        await using var phone = await bank.NewPhoneAsync("not-opened", language, scripts);
        var partner = await bank.NewPartnerAsync();
        await AskAsync(phone, partner, MagicPersons.TooYoung.Person, "too-young");
        await AskAsync(phone, partner, MagicPersons.DeclinedByBank.Person);

        // Whoever has written a slip tries again on the same page.
        await AskAsync(phone, partner, MagicPersons.WithAnotherName.Person, leaves: false);
        var card = MagicPersons.All[2].Person.CardNumber;
        await AskAsync(phone, partner, MagicPersons.All[0].Person with { CardNumber = card });
    }

    /// <summary>Reads why, and goes back to the app.</summary>
    private async Task AskAsync(
        Phone phone,
        TestPartner partner,
        SandboxPerson person,
        string? looksAt = null,
        bool leaves = true
    )
    {
        if (!phone.Page.Url.EndsWith("/identity", StringComparison.Ordinal))
        {
            await phone.ToBankAsync(bank, partner, person, TestPartner.Everything);
            await phone.ArriveAsync("**/identity");
        }

        await phone.Page.Locator("#Terms").CheckAsync();
        await phone.FillAsync(
            ("FullName", person.Name),
            ("IdNumber", person.IdNumber),
            ("CardNumber", person.CardNumber)
        );
        await phone.ArriveAsync("**/identity");
        if (looksAt is null)
        {
            await phone.SeeAsync();
        }
        else
        {
            await phone.CheckAsync(looksAt);
        }

        if (leaves)
        {
            await phone.PressAsync("button.quiet");
            await phone.ArriveAsync($"{bank.Callback}?**error=access_denied**");
        }
    }
}
