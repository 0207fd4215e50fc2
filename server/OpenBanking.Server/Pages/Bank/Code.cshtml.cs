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
        var secret = await CodeEntry.TryAsync(
            Code,
            code => Interactions.EnterCodeAsync(Open, code),
            ModelState,
            texts
        );
        if (secret is null)
        {
            return Page();
        }

        cookies.Set(HttpContext, Open.World, Open.Row.Id.ToString(), secret);
        return Next(InteractionStep.Consent);
    }
}
