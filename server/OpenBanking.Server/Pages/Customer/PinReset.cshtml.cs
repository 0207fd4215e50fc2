using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>Sets a forgotten payment PIN anew: the person is verified again, and the page loads itself until that is
/// over.</summary>
public sealed class CustomerPinResetModel(
    CustomerSessions sessions,
    OwnPins pins,
    BankOptions bank,
    IStringLocalizer<Texts> texts
) : CustomerPage(sessions, SessionStep.Pin), INewPinPage
{
    [BindProperty]
    public string? IdNumber { get; set; }

    [BindProperty]
    public string? CardNumber { get; set; }

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

    public PinResetState? State { get; private set; }

    /// <summary>Why it was not done: the name of the sentence.</summary>
    public string? Refusal { get; private set; }

    public void OnGet() => Refusal = State == PinResetState.Refused ? "PinResetRefused" : null;

    public async Task<IActionResult> OnPostAsync()
    {
        var idNumber = IdentityNumbers.Read(IdNumber).ToUpperInvariant();
        var cardNumber = IdentityNumbers.Read(CardNumber);
        if (!IdentityNumbers.IsResidentId(idNumber))
        {
            ModelState.AddModelError(nameof(IdNumber), texts["IdNumberWrong"]);
        }

        if (!IdentityNumbers.IsCardNumber(cardNumber))
        {
            ModelState.AddModelError(nameof(CardNumber), texts["CardNumberWrong"]);
        }

        NewPinEntry.Check(this, pins.IsAcceptable(Session, Pin), ModelState, texts);
        if (!ModelState.IsValid)
        {
            return Page();
        }

        var notice = texts["NewPinMessage", bank.Name];
        switch (await pins.BeginResetAsync(Session, idNumber, cardNumber, Pin!, notice))
        {
            case PersonCheck.DetailsWrong:
                Refusal = "PinResetWrong";
                return Page();
            case PersonCheck.DetailsLocked:
                Refusal = "PinResetLocked";
                return Page();
            default:
                return SeeOther(PageRoutes.PinReset(World));
        }
    }

    protected override async Task<bool> PrepareAsync()
    {
        State = await pins.FindResetAsync(Session);
        return true;
    }
}
