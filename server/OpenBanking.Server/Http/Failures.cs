using OpenBanking.Server.Authorization.Authority;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Http;

/// <summary>Turns whatever went wrong outside the rules into a problem: broken requests, a busy engine, an unknown
/// outcome, and bugs, of which nothing is told but the request id.</summary>
public static class Failures
{
    public static void UseFailures(this WebApplication app)
    {
        var log = app
            .Services.GetRequiredService<ILoggerFactory>()
            .CreateLogger("OpenBanking.Server.Failures");
        app.Use(
            async (context, next) =>
            {
                try
                {
                    await next(context);
                    await ExplainEmptyAsync(context);
                }
                catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
                {
                    // The client is gone; there is nobody to tell.
                }
                catch (Exception failure) when (!context.Response.HasStarted)
                {
                    var (code, detail) = Explain(failure);
                    if (code == ProblemCodes.InternalError)
                    {
                        log.LogError(failure, "{RequestId} failed", context.TraceIdentifier);
                    }
                    else if (failure is StoreUnavailableException { IsRefusal: true } refusal)
                    {
                        context.RequestServices.GetRequiredService<StoreRefusals>().Tell(refusal);
                    }

                    context.Response.Clear();
                    context.Response.Headers["X-Request-Id"] = context.TraceIdentifier;
                    // A store that cannot be read is overloaded, too, and may have been written to before.
                    var nothingWasDone = failure is EngineBusyException;
                    if (PageFailures.TrySend(context, ProblemCodes.Find(code).Status, nothingWasDone))
                    {
                        return;
                    }

                    await Problems.WriteAsync(context, code, detail);
                }
            }
        );
    }

    private static (string Code, string? Detail) Explain(Exception failure) =>
        failure switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => (
                ProblemCodes.BodyTooLarge,
                null
            ),
            BadHttpRequestException => (ProblemCodes.InvalidRequest, "The request is not valid HTTP."),
            EngineBusyException => (ProblemCodes.Overloaded, null),
            StoreUnavailableException => (ProblemCodes.Overloaded, failure.Message),
            AuthorityUnavailableException => (ProblemCodes.AuthorizationServerUnavailable, null),
            OutcomeUnknownException => (ProblemCodes.OutcomeUnknown, null),
            _ => (ProblemCodes.InternalError, null),
        };

    /// <summary>The framework's own refusals have no body; give them one.</summary>
    private static Task ExplainEmptyAsync(HttpContext context)
    {
        var response = context.Response;
        if (response.HasStarted || response.ContentType is not null || response.ContentLength is > 0)
        {
            return Task.CompletedTask;
        }

        if (
            response.StatusCode >= StatusCodes.Status400BadRequest
            && PageFailures.TrySend(context, response.StatusCode)
        )
        {
            return Task.CompletedTask;
        }

        return response.StatusCode switch
        {
            StatusCodes.Status404NotFound => Problems.WriteAsync(
                context,
                ProblemCodes.NotFound,
                "There is no such address."
            ),
            StatusCodes.Status405MethodNotAllowed => Problems.WriteAsync(
                context,
                ProblemCodes.MethodNotAllowed
            ),
            StatusCodes.Status415UnsupportedMediaType => Problems.WriteAsync(
                context,
                ProblemCodes.UnsupportedMediaType
            ),
            StatusCodes.Status400BadRequest => Problems.WriteAsync(context, ProblemCodes.InvalidRequest),
            _ => Task.CompletedTask,
        };
    }
}
