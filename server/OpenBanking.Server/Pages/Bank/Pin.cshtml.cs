using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;

namespace OpenBanking.Server.Pages;

/// <summary>Asks for the payment PIN to be set.</summary>
public sealed class PinModel(Interactions interactions, IStringLocalizer<Texts> texts)
    : InteractionPage(interactions, InteractionStep.Pin),
        INewPinPage
{
    [BindProperty]
    public string? Pin
    {
        get;
        set => field = PinRules.Read(value);
    }

    [BindProperty]
    public string? Again
    {
        get;
        set => field = PinRules.Read(value);
    }

    public async Task<IActionResult> OnPostAsync()
    {
        NewPinEntry.Check(this, Interactions.IsAcceptablePin(Open, Pin), ModelState, texts);
        if (!ModelState.IsValid)
        {
            return Page();
        }

        await Interactions.SetPinAsync(Open, Pin!);
        return Next(InteractionStep.Consent);
    }
}
