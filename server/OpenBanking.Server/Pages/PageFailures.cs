using OpenBanking.Server.Authorization;

namespace OpenBanking.Server.Pages;

/// <summary>What goes wrong on the bank's pages is told to people on a page, not to programs in JSON.</summary>
public static class PageFailures
{
    public const string BadForm = "bad_form";
    public const string NotFound = "not_found";
    public const string InternalError = "internal_error";
    public const string OutcomeUnknown = "outcome_unknown";
    public const string WhichSandbox = "which_sandbox";

    /// <summary>Sends a browser on to the page that tells of a failure; false for requests of programs, which alone use methods that
    /// a page has not.</summary>
    /// <param name="nothingWasDone">Whether that is certain, whatever was asked for.</param>
    public static bool TrySend(HttpContext context, int status, bool nothingWasDone = false)
    {
        var path = context.Request.Path;
        if (
            !PageRoutes.IsForPeople(path)
            || status == StatusCodes.Status405MethodNotAllowed
            || path.StartsWithSegments(PageRoutes.Error, StringComparison.OrdinalIgnoreCase)
        )
        {
            return false;
        }

        var code = status switch
        {
            >= 500 when nothingWasDone || OnlyReads(context.Request) => InternalError,
            // It may have failed after what was asked for was done.
            >= 500 => OutcomeUnknown,
            StatusCodes.Status404NotFound => NotFound,
            StatusCodes.Status400BadRequest or StatusCodes.Status413PayloadTooLarge when IsFormOfApps(path) =>
                OAuthErrors.InvalidRequest,
            _ => BadForm,
        };
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = $"{PageRoutes.Error}?code={code}";
        return true;
    }

    /// <summary>No page of ours was opened for it, and none can have been open for too long.</summary>
    private static bool IsFormOfApps(PathString path) =>
        path.Equals(AuthorizeEndpoint.Path, StringComparison.OrdinalIgnoreCase)
        || path.Equals(EndSessionEndpoint.Path, StringComparison.OrdinalIgnoreCase);

    /// <summary>The form that an app posts does no more than its link: a way through the bank begins.</summary>
    private static bool OnlyReads(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        || HttpMethods.IsHead(request.Method)
        || request.Path.Equals(AuthorizeEndpoint.Path, StringComparison.OrdinalIgnoreCase);
}
