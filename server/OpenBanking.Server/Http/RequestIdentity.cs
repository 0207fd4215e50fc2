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
        app.Use(
            async (context, next) =>
            {
                Name(context);
                var interaction = context.Request.Headers["x-fapi-interaction-id"].ToString();
                if (
                    interaction.Length is > 0 and <= InteractionIdLength
                    && !interaction.AsSpan().ContainsAnyExceptInRange('!', '~')
                )
                {
                    context.Response.Headers["x-fapi-interaction-id"] = interaction;
                }

                await next(context);
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
        );
    }

    /// <summary>Gives a request its id.</summary>
    public static void Name(HttpContext context)
    {
        var id = context.RequestServices.GetRequiredService<Ids>().NewGuid();
        context.TraceIdentifier = "req_" + Crockford.Encode(id);
        context.Response.Headers["X-Request-Id"] = context.TraceIdentifier;
    }
}
