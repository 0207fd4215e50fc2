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
        var secret = await CodeEntry.TryAsync(
            Code,
            code => Sessions.EnterCodeAsync(Session, code),
            ModelState,
            texts
        );
        if (secret is null)
        {
            return Page();
        }

        cookie.Set(HttpContext, World, Session.Row.Id.ToString(), secret);
        return SeeOther(PageRoutes.Of(World, SessionStep.Pin));
    }
}
