using OpenBanking.Server.Applications;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Deposits;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Erasure;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Risk;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Webhooks;

namespace OpenBanking.Server;

/// <summary>Has rows deleted that have outlived their use.</summary>
public sealed class Housekeeping(
    Engine.Engine engine,
    EngineLimits limits,
    AuditOptions audit,
    TimeProvider time,
    ILogger<Housekeeping> log
) : PeriodicWorker(TimeSpan.FromMinutes(1), time, log)
{
    /// <summary>How long used and expired artefacts are kept, so that a late second use is still seen as one.</summary>
    private static readonly TimeSpan grace = TimeSpan.FromHours(1);

    /// <summary>How long it can be looked up what was asked of the outside, by its reference, and how long a refresh token is told
    /// that its consent has ended.</summary>
    private static readonly TimeSpan kept = TimeSpan.FromDays(30);

    private readonly SteadyClock clock = new(time);

    protected override Task WorkAsync(CancellationToken stoppingToken)
    {
        if (clock.IsSteady())
        {
            Sweep();
        }

        return Task.CompletedTask;
    }

    private void Sweep()
    {
        var now = Time.GetUtcNow();
        engine.SweepLater(AuthorizationTables.SingleUse, $"expires_at < {now}");
        engine.SweepLater(AuthorizationTables.PushedRequests, $"expires_at < {now - grace}");
        engine.SweepLater(AuthorizationTables.Interactions, $"expires_at < {now - grace}");
        engine.SweepLater(SessionTables.Sessions, $"expires_at < {now - grace}");
        engine.SweepLater(PinResetTables.Resets, $"expires_at < {now - grace}");
        engine.SweepLater(MobileChangeTables.Changes, $"expires_at < {now - grace}");
        engine.SweepLater(
            AuthorizationTables.RefreshTokens,
            $"created_at < {now - AuthorizationServerOptions.ConsentLifetime - kept}"
        );
        engine.SweepLater(PartnerTables.InitialAccessTokens, $"expires_at < {now - grace}");
        engine.SweepLater(AuthorizationTables.Codes, $"expires_at < {now - grace}");
        engine.SweepLater(ApplicationTables.Visits, $"expires_at < {now - grace}");
        engine.SweepLater(CustomerTables.OneTimeCodeRates, $"last_sent_at < {now - DayLock.Lasts * 2}");
        engine.SweepLater(CustomerTables.OneTimeCodes, $"expires_at < {now - grace}");
        Erasures.Sweep(engine, now);
        ImageStore.Sweep(engine, now);
        engine.SweepLater(DepositTables.Rates, $"window_start < {now - (DepositRules.Window * 2)}");
        engine.SweepLater(PasskeyTables.UsedChallenges, $"expires_at < {now - grace}");
        engine.SweepLater(PasskeyTables.Passkeys, $"ended_at < {now - grace}");
        engine.SweepLater(VelocityTables.Counters, $"expires_at < {now - grace}");
        // While one is answered, it is due at the end of a lease.
        engine.SweepLater(IntentTables.Intents, $"state = 3 AND due_at < {now - kept}");
        SandboxOutside.Sweep(engine, now);
        engine.SweepLater(EngineTables.Journal, $"created_at < {now - audit.EventsKept} AND NOT pending");
        engine.SweepLater(AuditTables.EventPositions, $"sealed_at < {now - audit.EventsKept}");
        engine.SweepLater(WebhookTables.Events, $"created_at < {now - audit.EventsKept}");
        engine.SweepLater(
            WebhookTables.Deliveries,
            $"state <> {DeliveryState.Waiting} AND due_at < {now - audit.EventsKept}"
        );
        // Nobody is left to get them.
        engine.SweepLater(
            WebhookTables.Deliveries,
            $"""
            state = 1 AND (world, endpoint_id) IN (
                SELECT endpoint.world, endpoint.id FROM webhook_endpoint endpoint
                WHERE endpoint.state <> {WebhookEndpointState.Enabled})
            """
        );
        engine.SweepLater(EngineTables.Answers, $"created_at < {now - limits.AnswersKept}");
    }
}
