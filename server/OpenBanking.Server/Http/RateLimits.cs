using System.Globalization;
using System.Threading.RateLimiting;

namespace OpenBanking.Server.Http;

/// <summary>A token bucket for each app, and for each address that comes without a token; what is left of it is in
/// every answer (draft-ietf-httpapi-ratelimit-headers).</summary>
public static class RateLimits
{
    public static void UseRateLimits(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<ServerOptions>();
        var buckets = PartitionedRateLimiter.Create<string, string>(caller =>
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
        app.Lifetime.ApplicationStopped.Register(buckets.Dispose);
        var policy = $"\"default\";q={options.RequestsPerSecond};w=1";
        app.Use(
            async (context, next) =>
            {
                if (!IsLimited(context.Request.Path))
                {
                    await next(context);
                    return;
                }

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
                    await next(context);
                }
                else
                {
                    context.Response.Headers.RetryAfter = "1";
                    await Problems.WriteAsync(context, ProblemCodes.RateLimited);
                }
            }
        );
    }

    private static bool IsLimited(PathString path) =>
        path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/oauth", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/bank", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/sandbox", StringComparison.OrdinalIgnoreCase);

    private static string CallerOf(HttpContext context) =>
        context.Features.Get<Caller>() is { } caller
            ? caller.App.Id.ToString()
            : $"address {context.Connection.RemoteIpAddress}";
}
