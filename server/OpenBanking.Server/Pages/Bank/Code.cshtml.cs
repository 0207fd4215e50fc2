using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;

namespace OpenBanking.Server.Pages;

/// <summary>Asks for the one-time code.</summary>
public sealed class CodeModel(
    Interactions interactions,
    InteractionCookies cookies,
    IStringLocalizer<Texts> texts
) : InteractionPage(interactions, InteractionStep.Code)
{
    [BindProperty]
    public string? Code { get; set; }

    public string Mobile => Interactions.MobileOf(Open);

    public string MaskedMobile => Masks.Mobile(Mobile);

    public async Task<IActionResult> OnPostAsync()
    {
        // What cannot be a code is a slip of the finger, and no guess.
        var code = Code?.Trim() ?? "";
        if (!OneTimeCodeRules.MayBeCode(code))
        {
            ModelState.AddModelError(nameof(Code), texts["CodeWrong"]);
            return Page();
        }

        var (check, secret) = await Interactions.EnterCodeAsync(Open, code);
        if (check == CodeCheck.Right)
        {
            var id = Open.Row.Id.ToString();
            cookies.Set(HttpContext, Open.World, id, secret!);
            return Next(InteractionStep.Consent);
        }

        ModelState.AddModelError(
            nameof(Code),
            check == CodeCheck.Wrong ? texts["CodeWrong"] : texts["CodeOver"]
        );
        return Page();
    }
}
