using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Http;

/// <summary>Names each request, so that an answer, a log line and a question to support can be brought together.</summary>
public static class RequestIdentity
{
    private const int InteractionIdLength = 64;

    public static void UseRequestIdentity(this WebApplication app)
    {
        var log = app
            .Services.GetRequiredService<ILoggerFactory>()
            .CreateLogger("OpenBanking.Server.Requests");
        var ids = app.Services.GetRequiredService<Ids>();
        app.Use(
            async (context, next) =>
            {
                Name(context, ids);
                var interaction = context.Request.Headers["x-fapi-interaction-id"].ToString();
                if (
                    interaction.Length is > 0 and <= InteractionIdLength
                    && !interaction.AsSpan().ContainsAnyExceptInRange('!', '~')
                )
                {
                    context.Response.Headers["x-fapi-interaction-id"] = interaction;
                }

                await next(context);
                if (log.IsEnabled(LogLevel.Information))
                {
                    // The path alone: queries and bodies may hold secrets.
                    log.LogInformation(
                        "{Method} {Path} {Status} {RequestId} {InteractionId}",
                        context.Request.Method,
                        context.Request.Path.Value,
                        context.Response.StatusCode,
                        context.TraceIdentifier,
                        interaction
                    );
                }
            }
        );
    }

    /// <summary>Gives a request its id.</summary>
    public static void Name(HttpContext context, Ids ids)
    {
        context.TraceIdentifier = "req_" + Crockford.Encode(ids.NewGuid());
        context.Response.Headers["X-Request-Id"] = context.TraceIdentifier;
    }
}
