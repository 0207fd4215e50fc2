using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.WebUtilities;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>A page where a customer goes on with an application that a partner made. Opening the address proves nothing and uses
/// nothing up: each browser proves the applicant's number itself, and whoever comes to the wrong page is led to the right
/// one.</summary>
public abstract class ApplicationPage(Continuations continuations, ContinuationStep step) : BankPage
{
    public OpenContinuation Open { get; private set; } = null!;

    protected Continuations Continuations { get; } = continuations;

    /// <summary>Where the customer goes at the end; null when the app has named no address.</summary>
    public string? Return =>
        Open.Row.ReturnUri is { } address
            ? QueryHelpers.AddQueryString(address, "application_id", Open.Row.Id.ToString())
            : null;

    /// <summary>Whether it may be said here, without a code, that nobody has asked for it.</summary>
    public bool MayRefuse => ApplicationRules.MayBeRefused(Open.Row, Open.Now);

    private string Id => (string)RouteData.Values["application"]!;

    public override async Task OnPageHandlerExecutionAsync(
        PageHandlerExecutingContext context,
        PageHandlerExecutionDelegate next
    )
    {
        var open = await FindAsync();
        if (open is null)
        {
            context.Result = Fail(PageFailures.NotFound);
            return;
        }

        Open = open with { Form = SentForms.Of(HttpContext, customer: null) };
        if (!Serves(open.Step))
        {
            context.Result = Next(open.Step);
            return;
        }

        await next();
    }

    /// <summary>Ends the application, unless it was confirmed by now; its page says which.</summary>
    protected async Task<IActionResult> RefuseAsync()
    {
        await Continuations.RefuseAsync(Open);
        return Next(ContinuationStep.Over);
    }

    /// <summary>Whether it has come to nothing since it was read.</summary>
    protected async Task<bool> IsOverAsync() => await FindAsync() is { Step: ContinuationStep.Over };

    /// <summary>Whether the page is the right one for a step.</summary>
    protected virtual bool Serves(ContinuationStep current) => current == step;

    protected IActionResult Next(ContinuationStep to)
    {
        var digest = (string)RouteData.Values["digest"]!;
        return SeeOther(PageRoutes.Of(Open.World, Id, digest, to));
    }

    private ValueTask<OpenContinuation?> FindAsync()
    {
        var world = new World(int.Parse((string)RouteData.Values["world"]!));
        var cookies = HttpContext.RequestServices.GetRequiredService<InteractionCookies>();
        var visit = cookies.Get(HttpContext, world, Id);
        return Continuations.FindAsync(world, Id, (string)RouteData.Values["digest"]!, visit);
    }

    protected void Keep(string cookie) =>
        HttpContext
            .RequestServices.GetRequiredService<InteractionCookies>()
            .Set(HttpContext, Open.World, Id, cookie);
}
