using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>Asks for the one-time code.</summary>
public sealed class CustomerCodeModel(
    CustomerSessions sessions,
    SessionCookie cookie,
    Passkeys passkeys,
    IStringLocalizer<Texts> texts
) : CustomerPage(sessions, SessionStep.Code)
{
    [BindProperty]
    public string? Code { get; set; }

    /// <summary>What a device is asked; null where there can be no passkeys.</summary>
    public string? PasskeyRequest =>
        passkeys.AreOffered ? passkeys.AskToSignIn(cookie.VisitorOf(HttpContext, World)) : null;

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
