using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>Changes the payment PIN, by the present one.</summary>
public sealed class CustomerNewPinModel(
    CustomerSessions sessions,
    OwnPins pins,
    BankOptions bank,
    IStringLocalizer<Texts> texts
) : CustomerPage(sessions), INewPinPage
{
    [BindProperty]
    public string? Present { get; set; }

    [BindProperty]
    public string? Pin { get; set; }

    [BindProperty]
    public string? Again { get; set; }

    public bool IsDone { get; private set; }

    public void OnGet(bool done) => IsDone = done;

    public async Task<IActionResult> OnPostAsync()
    {
        // What cannot be a PIN is a slip of the finger, and no guess.
        if (!PinRules.IsSixDigits(Present))
        {
            ModelState.AddModelError(nameof(Present), texts["PinSixDigits"]);
        }

        NewPinEntry.Check(this, Pin != Present && pins.IsAcceptable(Session, Pin), ModelState, texts);
        if (!ModelState.IsValid)
        {
            return Page();
        }

        var check = await pins.ChangeAsync(Session, Present!, Pin!, texts["NewPinMessage", bank.Name]);
        if (check == PinCheck.Right)
        {
            return SeeOther($"{PageRoutes.NewPin(World)}?done=true");
        }

        ModelState.AddModelError(
            nameof(Present),
            check == PinCheck.Wrong ? texts["PinWrong"] : texts["PinLocked"]
        );
        return Page();
    }
}
