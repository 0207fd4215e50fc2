namespace OpenBanking.Server.Pages;

/// <summary>Whoever enters the server's address alone in a browser comes to the customers' own pages. Programs, which ask for no page,
/// are told as before that nothing is there.</summary>
public static class FrontDoor
{
    private const string Page = "text/html";

    public static void UseFrontDoor(this WebApplication app) =>
        app.Use(
            (context, next) =>
            {
                if (!IsOfBrowser(context.Request))
                {
                    return next(context);
                }

                context.Response.StatusCode = StatusCodes.Status303SeeOther;
                context.Response.Headers.Location = PageRoutes.Entrance;
                // The same address is another answer to a program.
                context.Response.Headers.Vary = "Accept";
                return Task.CompletedTask;
            }
        );

    private static bool IsOfBrowser(HttpRequest request) =>
        request.Path.Value is "" or "/"
        && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request
            .GetTypedHeaders()
            .Accept.Any(accepted =>
                accepted.MediaType.Equals(Page, StringComparison.OrdinalIgnoreCase) && accepted.Quality != 0
            );
}
