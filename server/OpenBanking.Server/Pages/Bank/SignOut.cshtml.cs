using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OpenBanking.Server.Authorization;

namespace OpenBanking.Server.Pages;

/// <summary>Asks whether to sign out, when nobody who can be believed has asked for it.</summary>
public sealed class SignOutModel(EndSessionEndpoint sessions) : PageModel
{
    /// <summary>Whether it is done. Saying so where it is not does no harm.</summary>
    public bool Done { get; private set; }

    public void OnGet(string? done) => Done = done == "true";

    public async Task<IActionResult> OnPostAsync()
    {
        await sessions.EndAsync(HttpContext, app: null);
        Response.Headers.Location = $"{PageRoutes.SignOut}?done=true";
        return StatusCode(StatusCodes.Status303SeeOther);
    }
}
