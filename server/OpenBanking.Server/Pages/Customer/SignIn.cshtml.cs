using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Asks for the mobile number. Nothing is kept of who only looks at it.</summary>
public sealed class CustomerSignInModel(
    CustomerSessions sessions,
    SessionCookie cookie,
    BankOptions bank,
    CodeSources sources,
    IStringLocalizer<Texts> texts
) : BankPage
{
    [BindProperty]
    public string? Mobile { get; set; }

    private World World => new(int.Parse((string)RouteData.Values["world"]!));

    public override async Task OnPageHandlerExecutionAsync(
        PageHandlerExecutingContext context,
        PageHandlerExecutionDelegate next
    )
    {
        if (!await sessions.IsWorldAsync(World))
        {
            context.Result = Fail(PageFailures.NotFound);
            return;
        }

        await next();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        var mobile = Mobile?.Replace(" ", "") ?? "";
        if (!IdentityNumbers.IsMobile(mobile))
        {
            ModelState.AddModelError(nameof(Mobile), texts["MobileWrong"]);
            return Page();
        }

        var begun = await sessions.BeginAsync(
            World,
            mobile,
            sources.Of(HttpContext),
            code => texts["OwnCodeMessage", bank.Name, code]
        );
        if (begun is not var (id, secret))
        {
            ModelState.AddModelError(nameof(Mobile), texts["TooManyCodes"]);
            return Page();
        }

        cookie.Set(HttpContext, World, id.ToString(), secret);
        return SeeOther(PageRoutes.Of(World, SessionStep.Code));
    }
}
