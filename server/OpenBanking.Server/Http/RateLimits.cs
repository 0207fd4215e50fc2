using System.Globalization;
using System.Threading.RateLimiting;
using OpenBanking.Server.Pages;

namespace OpenBanking.Server.Http;

/// <summary>A token bucket for each app, and for each address that comes without a valid token; what is left of it is
/// in every answer (draft-ietf-httpapi-ratelimit-headers).</summary>
public sealed class RateLimits(ServerOptions options) : IDisposable
{
    private readonly string policy = $"\"default\";q={options.RequestsPerSecond};w=1";
    private readonly PartitionedRateLimiter<string> buckets = PartitionedRateLimiter.Create<string, string>(
        caller =>
            RateLimitPartition.GetTokenBucketLimiter(
                caller,
                _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = options.RequestBurst,
                    TokensPerPeriod = options.RequestsPerSecond,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                    QueueLimit = 0,
                }
            )
    );

    /// <summary>Takes a token from the caller's bucket; answers 429 and gives false when there is none left.</summary>
    public async ValueTask<bool> TakeAsync(HttpContext context)
    {
        var caller = CallerOf(context);
        using var lease = buckets.AttemptAcquire(caller);
        var left = buckets.GetStatistics(caller)?.CurrentAvailablePermits ?? 0;
        context.Response.Headers["RateLimit-Policy"] = policy;
        context.Response.Headers["RateLimit"] = string.Create(
            CultureInfo.InvariantCulture,
            $"\"default\";r={left};t=1"
        );
        if (lease.IsAcquired)
        {
            return true;
        }

        context.Response.Headers.RetryAfter = "1";
        if (!await RateLimitedPage.TryWriteAsync(context))
        {
            await Problems.WriteAsync(context, ProblemCodes.RateLimited);
        }

        return false;
    }

    public void Dispose() => buckets.Dispose();

    private static string CallerOf(HttpContext context) =>
        context.Features.Get<Caller>() is { } caller
            ? caller.App.Id.ToString()
            : $"address {context.Connection.RemoteIpAddress}";
}

/// <summary>Puts the limits in front of the routes, behind the token filter, which takes for what it refuses
/// itself.</summary>
public static class RateLimitsMiddleware
{
    private static readonly PathString[] limited = ["/v1", "/oauth", "/bank", "/sandbox"];

    public static void UseRateLimits(this WebApplication app)
    {
        var limits = app.Services.GetRequiredService<RateLimits>();
        app.Use(
            async (context, next) =>
            {
                if (!IsLimited(context.Request.Path) || await limits.TakeAsync(context))
                {
                    await next(context);
                }
            }
        );
    }

    private static bool IsLimited(PathString path) =>
        limited.Any(start => path.StartsWithSegments(start, StringComparison.OrdinalIgnoreCase));
}
