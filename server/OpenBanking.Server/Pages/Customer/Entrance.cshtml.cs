using Microsoft.AspNetCore.Mvc;
using OpenBanking.Server.Http;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>The short address of customers' own pages. Each sandbox has customers of its own: whoever is or was with one of them comes to
/// its pages, and everybody else is told where they are.</summary>
public sealed class CustomerEntranceModel(
    ServerMode mode,
    SessionCookie session,
    InteractionCookies interactions
) : BankPage
{
    public IActionResult OnGet() =>
        !mode.IsSandbox ? SeeOther(PageRoutes.Own(World.Live))
        : interactions.WorldOf(HttpContext, session) is { } visited ? SeeOther(PageRoutes.Own(visited))
        : Fail(PageFailures.WhichSandbox);
}
