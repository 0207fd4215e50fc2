using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace OpenBanking.Server.Pages;

/// <summary>What the bank's pages have in common.</summary>
public abstract class BankPage : PageModel
{
    protected IActionResult SeeOther(string location)
    {
        Response.Headers.Location = location;
        return StatusCode(StatusCodes.Status303SeeOther);
    }

    /// <summary>To the page that says that there is no way on from here.</summary>
    protected IActionResult Fail(string code) => SeeOther($"{PageRoutes.Error}?code={code}");
}
