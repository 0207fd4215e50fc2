namespace OpenBanking.Server.Http;

/// <summary>Serves under the path of the public address, whether a proxy in front leaves it on the requests or cuts it
/// off. It comes from the settings alone: a request's headers say nothing about where the server is.</summary>
public static class PublicPath
{
    public static void UsePublicPath(this WebApplication app)
    {
        PathString start = app.Services.GetRequiredService<ServerAddress>().PathBase;
        if (!start.HasValue)
        {
            return;
        }

        app.Use(
            (context, next) =>
            {
                if (context.Request.Path.StartsWithSegments(start, StringComparison.Ordinal, out var rest))
                {
                    context.Request.Path = rest;
                }

                context.Request.PathBase = start;
                context.Response.OnStarting(() =>
                {
                    Complete(context.Response, start);
                    return Task.CompletedTask;
                });
                return next(context);
            }
        );
    }

    /// <summary>Where a browser is sent on this server is written without the path, in one place for all.</summary>
    private static void Complete(HttpResponse response, PathString start)
    {
        if (response.Headers.Location.ToString() is ['/', not '/', ..] location)
        {
            response.Headers.Location = start + location;
        }
    }
}
