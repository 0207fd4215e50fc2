using Microsoft.AspNetCore.Mvc;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>The short address of customers' own pages.</summary>
public sealed class CustomerEntranceModel : BankPage
{
    public IActionResult OnGet() => SeeOther(PageRoutes.Own(World.Live));
}
