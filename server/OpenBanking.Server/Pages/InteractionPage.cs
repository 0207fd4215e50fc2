using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>A page of an interaction. Whoever comes to the wrong page is led to the right one, so that going back,
/// reloading and opening twice are harmless.</summary>
public abstract class InteractionPage(Interactions interactions, InteractionStep step) : BankPage
{
    public OpenInteraction Open { get; private set; } = null!;

    /// <summary>What a device is asked; null where there can be no passkeys.</summary>
    public string? PasskeyRequest => Passkeys.AreOffered ? Passkeys.AskToSignIn(Browser) : null;

    protected Interactions Interactions { get; } = interactions;

    protected Passkeys Passkeys => HttpContext.RequestServices.GetRequiredService<Passkeys>();

    /// <summary>The secret of the interaction is the browser's alone, and a new one after sign-in.</summary>
    protected AskedBrowser Browser => new(Open.World, $"{Open.Row.Id}.{Open.Row.BrowserHash}");

    public override async Task OnPageHandlerExecutionAsync(
        PageHandlerExecutingContext context,
        PageHandlerExecutionDelegate next
    )
    {
        var world = new World(int.Parse((string)RouteData.Values["world"]!));
        var id = (string)RouteData.Values["interaction"]!;
        var cookies = HttpContext.RequestServices.GetRequiredService<InteractionCookies>();
        var open = await Interactions.FindAsync(world, id, cookies.Get(HttpContext, world, id));
        if (open is null)
        {
            context.Result = await EndAsync();
            return;
        }

        cookies.Bound(HttpContext, id);
        if (!Serves(open.Step))
        {
            context.Result = SeeOther(PageRoutes.Of(world, id, open.Step));
            return;
        }

        Open = open with { Form = SentForms.Of(HttpContext, open.Customer) };
        Response.Headers.ContentSecurityPolicy = PageSecurity.PolicyWithForms(open.Request.RedirectUri);
        await PrepareAsync();
        await next();
    }

    /// <summary>Reads what the page shows beyond the interaction.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>Whether the page is the right one for a step.</summary>
    protected virtual bool Serves(InteractionStep current) => current == step;

    /// <summary>To whatever is next.</summary>
    protected IActionResult Next(InteractionStep to) =>
        SeeOther(PageRoutes.Of(Open.World, Open.Row.Id.ToString(), to));

    /// <summary>Back to the app, or to the page that says that there is no way back.</summary>
    protected async Task<IActionResult> LeaveAsync(string? location) =>
        location is null ? await EndAsync() : SeeOther(location);

    /// <summary>Where the first of two taps on a form led; else back to the app that may no longer ask for this; else to the page that
    /// says that it is over, which looks up where this browser came from, if it did.</summary>
    private async Task<IActionResult> EndAsync()
    {
        var world = new World(int.Parse((string)RouteData.Values["world"]!));
        var id = (string)RouteData.Values["interaction"]!;
        var cookies = HttpContext.RequestServices.GetRequiredService<InteractionCookies>();
        if (cookies.Get(HttpContext, world, id) is not { } secret)
        {
            return Fail(InteractionRules.Over);
        }

        var answer = SentForms.Of(HttpContext, customer: null) is { } form
            ? await Interactions.FindAnswerAsync(world, id, secret, form)
            : null;
        return SeeOther(
            answer ?? await Interactions.FindRefusalAsync(world, id, secret) ?? PageRoutes.Over(world, id)
        );
    }
}
