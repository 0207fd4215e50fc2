using Microsoft.AspNetCore.Mvc.RazorPages;
using OpenBanking.Server.Dashboard;

namespace OpenBanking.Server.Pages;

/// <summary>Says that there is no way on from here; only codes we know are shown.</summary>
public sealed class ErrorModel(CustomerSessions sessions, SessionCookie cookie) : PageModel
{
    private static readonly string[] known =
    [
        "interaction_over",
        "invalid_request",
        "invalid_client",
        "invalid_request_uri",
        PageFailures.BadForm,
        PageFailures.NotFound,
        PageFailures.InternalError,
    ];

    public string Code { get; private set; } = known[0];

    public string TextName => $"Error_{Code}";

    /// <summary>The accounts of the customer who is signed in; null when nobody is, or it came of an app's request. Where the bank
    /// failed, nothing is looked up.</summary>
    public string? Own { get; private set; }

    public async Task OnGetAsync(string? code)
    {
        Code = known.Contains(code) ? code! : known[0];
        Response.StatusCode = Code switch
        {
            PageFailures.NotFound => StatusCodes.Status404NotFound,
            PageFailures.InternalError => StatusCodes.Status500InternalServerError,
            _ => StatusCodes.Status400BadRequest,
        };
        Own = Code is PageFailures.NotFound or PageFailures.BadForm
            ? await cookie.FindOwnAsync(HttpContext, sessions)
            : null;
    }
}
