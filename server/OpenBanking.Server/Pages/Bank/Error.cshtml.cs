using Microsoft.AspNetCore.Mvc.RazorPages;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Says that there is no way on from here; only codes we know are shown. It leads back to where the browser came from as far
/// as that is known, and else to the customer's own pages.</summary>
public sealed class ErrorModel(
    CustomerSessions sessions,
    SessionCookie session,
    Interactions interactions,
    InteractionCookies cookies
) : PageModel
{
    private static readonly string[] known =
    [
        InteractionRules.Over,
        "invalid_request",
        "invalid_client",
        "invalid_request_uri",
        OAuthErrors.UnauthorizedClient,
        PageFailures.BadForm,
        PageFailures.NotFound,
        PageFailures.InternalError,
        PageFailures.OutcomeUnknown,
        PageFailures.WhichSandbox,
    ];

    public string Code { get; private set; } = known[0];

    public string TitleName =>
        IsFinished ? "FinishedTitle"
        : Code == PageFailures.OutcomeUnknown ? "UnknownTitle"
        : "ErrorTitle";

    public string TextName => IsFinished ? "Error_interaction_finished" : $"Error_{Code}";

    /// <summary>Whether somebody has come back to what went well, or was declined: nothing is wrong.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>The app whose way through the bank is over, and its site; null when this browser did not come from it.</summary>
    public (string Name, string Site)? App { get; private set; }

    /// <summary>The accounts of the customer who is signed in; null when nobody is, or it came of an app's request. Where the bank
    /// failed, nothing is looked up: what this browser's cookie says of it is taken as it is.</summary>
    public string? Own { get; private set; }

    /// <summary>Where the customer signs in to them: at the world that the browser was at, as far as its cookies tell; null on the page
    /// that says where that is in a sandbox.</summary>
    public string? Begin { get; private set; } = PageRoutes.Entrance;

    public async Task OnGetAsync(string? code, int world, string? interaction)
    {
        Code = known.Contains(code) ? code! : known[0];
        Response.StatusCode = Code switch
        {
            PageFailures.NotFound or PageFailures.WhichSandbox => StatusCodes.Status404NotFound,
            PageFailures.InternalError => StatusCodes.Status500InternalServerError,
            PageFailures.OutcomeUnknown => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status400BadRequest,
        };
        if (cookies.WorldOf(HttpContext, session) is { } visited)
        {
            Begin = PageRoutes.SignIn(visited);
        }

        switch (Code)
        {
            case PageFailures.WhichSandbox:
                Begin = null;
                break;
            case PageFailures.NotFound or PageFailures.BadForm:
                Own = await session.FindOwnAsync(HttpContext, sessions);
                break;
            case PageFailures.OutcomeUnknown when session.Find(HttpContext) is var (signedInAt, _, _):
                Own = PageRoutes.Own(signedInAt);
                break;
            case InteractionRules.Over when interaction is not null:
                var secret = cookies.Get(HttpContext, new(world), interaction);
                if (
                    await interactions.FindLeftAsync(new(world), interaction, secret)
                    is var (app, site, ended)
                )
                {
                    App = (app.Name, site);
                    IsFinished = ended;
                }

                break;
        }
    }
}
