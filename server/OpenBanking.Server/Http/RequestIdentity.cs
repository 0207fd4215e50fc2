using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Http;

/// <summary>Names each request, so that an answer, a log line and a question to support can be brought together.</summary>
public static class RequestIdentity
{
    private const int InteractionIdLength = 64;

    public static void UseRequestIdentity(this WebApplication app)
    {
        var ids = app.Services.GetRequiredService<Ids>();
        var log = app
            .Services.GetRequiredService<ILoggerFactory>()
            .CreateLogger("OpenBanking.Server.Requests");
        app.Use(
            async (context, next) =>
            {
                context.TraceIdentifier = "req_" + Crockford.Encode(ids.NewGuid());
                context.Response.Headers["X-Request-Id"] = context.TraceIdentifier;
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
}
