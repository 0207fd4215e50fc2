using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>A page of a customer's own. Whoever is not signed in, or not yet, is led to the step that is next.</summary>
public abstract class CustomerPage(CustomerSessions sessions, SessionStep step = SessionStep.Home) : BankPage
{
    public OpenSession Session { get; private set; } = null!;

    public World World => Session.World;

    protected CustomerSessions Sessions { get; } = sessions;

    protected Id<CustomerRow> CustomerId => Session.Customer!.Id;

    public override async Task OnPageHandlerExecutionAsync(
        PageHandlerExecutingContext context,
        PageHandlerExecutionDelegate next
    )
    {
        var world = new World(int.Parse((string)RouteData.Values["world"]!));
        var cookie = HttpContext.RequestServices.GetRequiredService<SessionCookie>();
        var open = cookie.Get(HttpContext, world) is var (id, secret)
            ? await Sessions.FindAsync(world, id, secret)
            : null;
        if (open is null || open.Step != step)
        {
            context.Result = SeeOther(
                open is null ? PageRoutes.SignIn(world) : PageRoutes.Of(world, open.Step)
            );
            return;
        }

        Session = open with { Form = SentForms.Of(HttpContext, open.Customer) };
        if (!await PrepareAsync())
        {
            context.Result = Fail(PageFailures.NotFound);
            return;
        }

        if (Instead() is { } other)
        {
            context.Result = other;
            return;
        }

        await next();
    }

    /// <summary>What answers where no form may be shown or taken now; null where one may.</summary>
    protected virtual IActionResult? Instead() => null;

    /// <summary>Reads what the page shows; false when there is no such thing of this customer.</summary>
    protected virtual Task<bool> PrepareAsync() => Task.FromResult(true);
}
