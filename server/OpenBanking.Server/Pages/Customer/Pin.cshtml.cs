using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>Asks for the payment PIN, which whoever was given the customer's old number does not know.</summary>
public sealed class CustomerPinModel(
    CustomerSessions sessions,
    SessionCookie cookie,
    IStringLocalizer<Texts> texts
) : CustomerPage(sessions, SessionStep.Pin)
{
    [BindProperty]
    public string? Pin { get; set; }

    public async Task<IActionResult> OnPostAsync()
    {
        // What cannot be a PIN is a slip of the finger, and no guess.
        if (!PinRules.IsSixDigits(Pin))
        {
            ModelState.AddModelError(nameof(Pin), texts["PinSixDigits"]);
            return Page();
        }

        if (await Sessions.EnterPinAsync(Session, Pin!) is not var (check, secret))
        {
            return SeeOther(PageRoutes.SignIn(World));
        }

        if (check == PinCheck.Right)
        {
            cookie.Set(HttpContext, World, Session.Row.Id.ToString(), secret!);
            return SeeOther(PageRoutes.Own(World));
        }

        ModelState.AddModelError(
            nameof(Pin),
            check == PinCheck.Wrong ? texts["PinWrong"] : texts["PinLocked"]
        );
        return Page();
    }
}
