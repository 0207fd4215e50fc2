using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Http;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Asks for the mobile number. Nothing is kept of who only looks at it.</summary>
public sealed class CustomerSignInModel(
    CustomerSessions sessions,
    SessionCookie cookie,
    Passkeys passkeys,
    BankOptions bank,
    ServerMode mode,
    CodeSources sources,
    IStringLocalizer<Texts> texts
) : BankPage
{
    [BindProperty]
    public string? Mobile { get; set; }

    /// <summary>What the device answered, as the script puts it into the form.</summary>
    [BindProperty]
    public string? Passkey { get; set; }

    /// <summary>What a device is asked; null where there can be no passkeys.</summary>
    public string? PasskeyRequest =>
        passkeys.AreOffered ? passkeys.AskToSignIn(cookie.VisitorOf(HttpContext, World)) : null;

    private World World => new(int.Parse((string)RouteData.Values["world"]!));

    public override async Task OnPageHandlerExecutionAsync(
        PageHandlerExecutingContext context,
        PageHandlerExecutionDelegate next
    )
    {
        if (World == World.Live && mode.IsSandbox)
        {
            context.Result = Fail(PageFailures.WhichSandbox);
            return;
        }

        if (!await sessions.IsWorldAsync(World))
        {
            context.Result = Fail(PageFailures.NotFound);
            return;
        }

        await next();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        var mobile = IdentityNumbers.ReadMobile(Mobile);
        if (!IdentityNumbers.IsMobile(mobile))
        {
            ModelState.AddModelError(nameof(Mobile), texts["MobileWrong"]);
            return Page();
        }

        var (id, secret, refusal) = await sessions.BeginAsync(
            World,
            mobile,
            sources.Of(HttpContext),
            code => texts["OwnCodeMessage", bank.Name, code]
        );
        if (refusal is TooManyCodes tooMany)
        {
            if (
                cookie.Get(HttpContext, World) is var (known, its)
                && await sessions.IsCodeSentAsync(World, known, its, mobile)
            )
            {
                return SeeOther(PageRoutes.Of(World, SessionStep.Code));
            }

            ModelState.AddModelError(nameof(Mobile), CodeEntry.Write(tooMany, texts));
            return Page();
        }

        cookie.Set(HttpContext, World, id.ToString(), secret);
        return SeeOther(PageRoutes.Of(World, SessionStep.Code));
    }

    /// <summary>Whose passkey it is, the device says: no number is asked for, and none is shown.</summary>
    public async Task<IActionResult> OnPostPasskeyAsync()
    {
        var visitor = cookie.VisitorOf(HttpContext, World);
        if (
            await passkeys.ReadSignInAsync(visitor, Passkey) is not { } answer
            || await sessions.BeginAsync(World, answer) is not var (id, secret)
        )
        {
            ModelState.AddModelError(nameof(Passkey), texts["PasskeyRefused"]);
            return Page();
        }

        cookie.Set(HttpContext, World, id.ToString(), secret);
        return SeeOther(PageRoutes.Of(World, SessionStep.Pin));
    }
}
