using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Customers;

namespace OpenBanking.Server.Pages;

/// <summary>Asks for the payment PIN to be set.</summary>
public sealed class ApplicationPinModel(Continuations continuations, IStringLocalizer<Texts> texts)
    : ApplicationPage(continuations, ContinuationStep.Pin),
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
        NewPinEntry.Check(this, Continuations.IsAcceptablePin(Open, Pin), ModelState, texts);
        if (!ModelState.IsValid)
        {
            return Page();
        }

        await Continuations.SetPinAsync(Open, Pin!);
        return Next(ContinuationStep.Done);
    }
}
