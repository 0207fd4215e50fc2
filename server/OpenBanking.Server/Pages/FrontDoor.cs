using OpenBanking.Server.Http;
using OpenBanking.Server.Http.OpenApi;

namespace OpenBanking.Server.Pages;

/// <summary>Whoever enters the server's address alone in a browser comes to the customers' own pages, or where everybody there is a
/// developer, in a sandbox, to the documentation of the API. Programs, which ask for no page, are told that nothing is there.</summary>
public static class FrontDoor
{
    private const string Page = "text/html";

    public static void UseFrontDoor(this WebApplication app)
    {
        var first = app.Services.GetRequiredService<ServerMode>().IsSandbox
            ? OpenApi.Start
            : PageRoutes.Entrance;
        app.Use(
            (context, next) =>
            {
                if (!IsOfBrowser(context.Request))
                {
                    return next(context);
                }

                context.Response.StatusCode = StatusCodes.Status303SeeOther;
                context.Response.Headers.Location = first;
                // The same address is another answer to a program.
                context.Response.Headers.Vary = "Accept";
                return Task.CompletedTask;
            }
        );
    }

    private static bool IsOfBrowser(HttpRequest request) =>
        request.Path.Value is "" or "/"
        && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request
            .GetTypedHeaders()
            .Accept.Any(accepted =>
                accepted.MediaType.Equals(Page, StringComparison.OrdinalIgnoreCase) && accepted.Quality != 0
            );
}
