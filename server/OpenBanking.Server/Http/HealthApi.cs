using System.Text;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Http;

/// <summary>GET /health/live, /health/ready: for load balancers. GET /health: whether anybody should look.</summary>
public static class HealthApi
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").ExcludeFromDescription();
        health.MapMethods(
            "",
            ApiRoutes.Reading,
            async (
                Findings findings,
                OutstandingTransfers transfers,
                Store store,
                OutsideLimits limits,
                TimeProvider time
            ) =>
            {
                await store.RequireUsableAsync();
                var (open, outstanding) = (
                    await findings.ListOpenAsync(),
                    await transfers.CountTransfersAsync()
                );
                var stuck = await PostingExport.FindStuckAsync(store, limits, time.GetUtcNow());
                return Results.Json(
                    new
                    {
                        status = open.Count + outstanding == 0 && stuck is null ? "ok" : "degraded",
                        open_findings = open.Count,
                        outstanding_transfers = outstanding,
                        postings_stuck_since = stuck?.FailingSince,
                    }
                );
            }
        );
        health.MapMethods("/live", ApiRoutes.Reading, () => Results.Text("live"));
        health.MapMethods(
            "/ready",
            ApiRoutes.Reading,
            async (Store store) =>
            {
                _ = await store.FindAsync(WorldTables.Worlds, World.Live, new(0));
                await store.RequireUsableAsync();
                return Results.Text("ready");
            }
        );
    }

    /// <summary>GET /problems/{code}: where a problem's type leads.</summary>
    public static void MapProblemPages(this IEndpointRouteBuilder routes) =>
        routes
            .MapMethods(
                "/problems/{code}",
                ApiRoutes.Reading,
                (string code) =>
                    ProblemCodes.Catalogue.FirstOrDefault(entry => entry.Code == code) is { } problem
                        ? Results.Text(
                            $"{problem.Code} ({problem.Status})\n\n{problem.Title}.\n\n{problem.Advice}\n",
                            "text/plain",
                            Encoding.UTF8
                        )
                        : Problems.NotFound()
            )
            .ExcludeFromDescription();
}
