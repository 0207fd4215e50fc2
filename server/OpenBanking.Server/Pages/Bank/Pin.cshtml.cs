using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Authorization;

namespace OpenBanking.Server.Pages;

/// <summary>Asks for the payment PIN to be set.</summary>
public sealed class PinModel(Interactions interactions, IStringLocalizer<Texts> texts)
    : InteractionPage(interactions, InteractionStep.Pin)
{
    [BindProperty]
    public string? Pin { get; set; }

    [BindProperty]
    public string? Again { get; set; }

    public async Task<IActionResult> OnPostAsync()
    {
        if (!Interactions.IsAcceptablePin(Open, Pin))
        {
            ModelState.AddModelError(nameof(Pin), texts["PinWeak"]);
        }
        else if (Pin != Again)
        {
            ModelState.AddModelError(nameof(Again), texts["PinDiffers"]);
        }

        if (!ModelState.IsValid)
        {
            return Page();
        }

        await Interactions.SetPinAsync(Open, Pin!);
        return Next(InteractionStep.Consent);
    }
}
