using OpenBanking.Server.Customers;
using Xunit;

namespace OpenBanking.Tests.Browser.Walks;

/// <summary>What is asked for is left out, and what is entered is refused until it is locked: there is always something else to
/// do.</summary>
[Collection(WalksOfOneBank.Name)]
public sealed class SecretWalkTests(WalkedBank bank)
{
    private static readonly AuthorizationDetail[] optional =
    [
        new AccountInformation { Optional = true },
        new CouponWallet { Optional = true },
    ];

    [Theory]
    [InlineData("zh-CN", true)]
    [InlineData("en", false)]
    public async Task What_is_optional_is_left_out_and_what_is_locked_leaves_a_way_on(
        string language,
        bool scripts
    )
    {
        await using var phone = await bank.NewPhoneAsync("secrets", language, scripts);
        var partner = await bank.NewPartnerAsync();
        var persons = await partner.PersonsAsync();
        await partner.LinkAsync();
        await LeaveOutAsync(phone, partner, persons[0]);

        await phone.Page.GotoAsync(bank.OwnPages(partner));
        await GuessCodesAsync(phone, partner, persons[0].Mobile);
        await AskTooSoonAsync(phone, persons[0].Mobile);
        await ComeTooLateAsync(phone, partner, persons[0].Mobile);
        await phone.PressAsync("a[href=sign-in]");
        await phone.SignInAsync(bank, partner, persons[0].Mobile);
        await GuessPinsAsync(phone, persons[1]);

        await phone.ToBankAsync(bank, partner, persons[0], optional);
        await phone.ArriveAsync("**/consent");
        await phone.Page.Locator("#allow-coupon_wallet").CheckAsync();
        await phone.FillAsync(("Pin", TestPartner.Pin));
        await phone.CheckRefusedAsync("consent-locked", "Pin");
        Assert.Equal(1, await phone.Page.Locator("a.quiet[href$='/my']").CountAsync());
        await phone.PressAsync("button.quiet");
        await phone.ArriveAsync($"{bank.Callback}?**error=access_denied**");
    }

    /// <summary>All of it, which is to say no; then one and the other.</summary>
    private async Task LeaveOutAsync(Phone phone, TestPartner partner, SandboxPerson person)
    {
        foreach (var allowed in (string[])["account_information", "coupon_wallet"])
        {
            await phone.ToBankAsync(bank, partner, person, optional);
            await phone.ArriveAsync("**/consent");
            if (allowed == "account_information")
            {
                await phone.FillAsync(("Pin", TestPartner.Pin));
                await phone.CheckAsync("nothing-allowed");
            }

            await phone.Page.Locator($"#allow-{allowed}").CheckAsync();
            await phone.FillAsync(("Pin", TestPartner.Pin));
            await phone.ArriveAsync($"{bank.Callback}?**code=**");
        }
    }

    private async Task GuessCodesAsync(Phone phone, TestPartner partner, string mobile)
    {
        var code = await AskAsync(phone, partner, mobile);
        await phone.FillAsync(("Code", Steps.Other(code)));
        await phone.CheckRefusedAsync("code-wrong", "Code");
        for (var guess = 2; guess <= 5; guess++)
        {
            await phone.FillAsync(("Code", Steps.Other(code)));
        }

        await phone.CheckRefusedAsync("code-over", "Code");
    }

    private static async Task AskTooSoonAsync(Phone phone, string mobile)
    {
        await phone.PressAsync("a[href=sign-in]");
        await phone.FillAsync(("Mobile", mobile));
        await phone.CheckRefusedAsync("too-many-codes", "Mobile");
    }

    private async Task ComeTooLateAsync(Phone phone, TestPartner partner, string mobile)
    {
        var code = await AskAsync(phone, partner, mobile);
        await bank.LaterAsync(OneTimeCodeRules.Lifetime, () => phone.FillAsync(("Code", code)));
        await phone.CheckRefusedAsync("code-expired", "Code");
    }

    /// <summary>Whoever has forgotten the PIN sets it anew, and does not with what is another's.</summary>
    private static async Task GuessPinsAsync(Phone phone, SandboxPerson another)
    {
        await phone.ArriveAsync("**/my/pin");
        for (var guess = 1; guess <= PinRules.MostFailures; guess++)
        {
            await phone.FillAsync(("Pin", Steps.WrongPin));
        }

        await phone.CheckRefusedAsync("pin-locked", "Pin");
        await phone.PressAsync("a[href=pin-reset]");
        await phone.ArriveAsync("**/my/pin-reset");
        await phone.FillAsync(
            ("IdNumber", another.IdNumber),
            ("CardNumber", another.CardNumber),
            ("Pin", TestPartner.Pin),
            ("Again", TestPartner.Pin)
        );
        await phone.CheckAsync("pin-not-reset");
    }

    private async Task<string> AskAsync(Phone phone, TestPartner partner, string mobile)
    {
        await bank.Server.EndPauseAsync(partner, mobile);
        var before = await Steps.CountMessagesAsync(partner, mobile);
        await phone.FillAsync(("Mobile", mobile));
        await phone.ArriveAsync("**/my/code");
        return await Steps.ReadCodeAsync(partner, mobile, before);
    }
}
