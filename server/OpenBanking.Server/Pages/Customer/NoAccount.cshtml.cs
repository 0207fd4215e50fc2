using Microsoft.AspNetCore.Mvc;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>Says that whoever has this number has no account here, or one whose PIN was never set.</summary>
public sealed class CustomerNoAccountModel(CustomerSessions sessions, SessionCookie cookie)
    : CustomerPage(sessions, SessionStep.NoAccount)
{
    public async Task<IActionResult> OnPostAsync()
    {
        await Sessions.EndAsync(Session);
        cookie.Remove(HttpContext);
        return SeeOther(PageRoutes.SignIn(World));
    }
}
