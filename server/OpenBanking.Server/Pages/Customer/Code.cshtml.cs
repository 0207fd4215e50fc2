using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>Asks for the one-time code.</summary>
public sealed class CustomerCodeModel(
    CustomerSessions sessions,
    SessionCookie cookie,
    IStringLocalizer<Texts> texts
) : CustomerPage(sessions, SessionStep.Code)
{
    [BindProperty]
    public string? Code { get; set; }

    public string Mobile => Sessions.MobileOf(Session);

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

        var (check, secret) = await Sessions.EnterCodeAsync(Session, code);
        if (check == CodeCheck.Right)
        {
            cookie.Set(HttpContext, World, Session.Row.Id.ToString(), secret!);
            return SeeOther(PageRoutes.Of(World, SessionStep.Pin));
        }

        ModelState.AddModelError(
            nameof(Code),
            check == CodeCheck.Wrong ? texts["CodeWrong"] : texts["CodeOver"]
        );
        return Page();
    }
}
