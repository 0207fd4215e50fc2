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
    public string? Present
    {
        get;
        set => field = PinRules.Read(value);
    }

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

    /// <summary>Which PIN the form is to change: of two taps the second one is for a PIN that is no more, and no guess at the
    /// new one.</summary>
    [BindProperty]
    public string? Form { get; set; }

    public string NewForm => OwnPins.FormOf(Session);

    public bool IsDone { get; private set; }

    /// <summary>Whether the PIN was changed after the form was made.</summary>
    public bool WasChanged { get; private set; }

    public void OnGet(bool done, bool changed) => (IsDone, WasChanged) = (done, changed);

    public async Task<IActionResult> OnPostAsync()
    {
        // What cannot be a PIN is a slip of the finger, and no guess.
        if (!PinRules.IsSixDigits(Present))
        {
            ModelState.AddModelError(nameof(Present), texts["PinSixDigits"]);
        }

        NewPinEntry.Check(this, pins.IsAcceptable(Session, Pin), ModelState, texts, Present);
        if (!ModelState.IsValid)
        {
            return Page();
        }

        var notice = texts["NewPinMessage", bank.Name];
        var check = Form == NewForm ? await pins.ChangeAsync(Session, Present!, Pin!, notice) : null;
        if (check is null or PinCheck.Right)
        {
            return SeeOther($"{PageRoutes.NewPin(World)}?{(check is null ? "changed" : "done")}=true");
        }

        ModelState.AddModelError(
            nameof(Present),
            check == PinCheck.Wrong ? texts["PinWrong"] : texts["PinLocked"]
        );
        return Page();
    }
}
