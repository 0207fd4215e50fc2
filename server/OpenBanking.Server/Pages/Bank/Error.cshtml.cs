using Microsoft.AspNetCore.Mvc.RazorPages;

namespace OpenBanking.Server.Pages;

/// <summary>Says that there is no way on from here; only codes we know are shown.</summary>
public sealed class ErrorModel : PageModel
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

    public void OnGet(string? code)
    {
        Code = known.Contains(code) ? code! : known[0];
        Response.StatusCode = Code switch
        {
            PageFailures.NotFound => StatusCodes.Status404NotFound,
            PageFailures.InternalError => StatusCodes.Status500InternalServerError,
            _ => StatusCodes.Status400BadRequest,
        };
    }
}
