using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;

namespace OpenBanking.Server.Pages;

/// <summary>Asks for the mobile number.</summary>
public sealed class SignInModel(
    Interactions interactions,
    InteractionCookies cookies,
    BankOptions bank,
    CodeSources sources,
    IStringLocalizer<Texts> texts
) : InteractionPage(interactions, InteractionStep.SignIn)
{
    [BindProperty]
    public string? Mobile { get; set; }

    /// <summary>What the device answered, as the script puts it into the form.</summary>
    [BindProperty]
    public string? Passkey { get; set; }

    /// <summary>Also the way to another number, or to another code.</summary>
    protected override bool Serves(InteractionStep current) =>
        current is InteractionStep.SignIn or InteractionStep.Code;

    public async Task<IActionResult> OnPostAsync()
    {
        var mobile = IdentityNumbers.ReadMobile(Mobile);
        if (!IdentityNumbers.IsMobile(mobile))
        {
            ModelState.AddModelError(nameof(Mobile), texts["MobileWrong"]);
            return Page();
        }

        var refusal = await Interactions.SendCodeAsync(
            Open,
            mobile,
            sources.Of(HttpContext),
            code => texts["CodeMessage", bank.Name, code, Open.App.Name]
        );
        if (refusal is TooManyCodes tooMany && !await Interactions.IsCodeSentAsync(Open, mobile))
        {
            ModelState.AddModelError(nameof(Mobile), CodeEntry.Write(tooMany, texts));
            return Page();
        }

        return Next(InteractionStep.Code);
    }

    /// <summary>Whose passkey it is, the device says: no number is asked for, and none is shown.</summary>
    public async Task<IActionResult> OnPostPasskeyAsync()
    {
        if (
            await Passkeys.ReadSignInAsync(Browser, Passkey) is not { } answer
            || await Interactions.EnterPasskeyAsync(Open, answer) is not { } secret
        )
        {
            ModelState.AddModelError(nameof(Passkey), texts["PasskeyRefused"]);
            return Page();
        }

        cookies.Set(HttpContext, Open.World, Open.Row.Id.ToString(), secret);
        return Next(InteractionStep.Consent);
    }

    public async Task<IActionResult> OnPostDeclineAsync() =>
        await LeaveAsync(await Interactions.DeclineAsync(Open));
}
