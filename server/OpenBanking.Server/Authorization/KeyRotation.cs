namespace OpenBanking.Server.Authorization;

/// <summary>Looks after the signing keys once a minute: what another node or the command line made is known here before
/// it signs, and a key that has gone is destroyed.</summary>
public sealed class KeyRotation(
    SigningKeys keys,
    Engine.Engine engine,
    TimeProvider time,
    ILogger<KeyRotation> log
) : PeriodicWorker(AuthorizationServerOptions.KeyRefresh, time, log)
{
    /// <summary>How long a key that has gone is kept, for those who look into what happened.</summary>
    private static readonly TimeSpan grace = TimeSpan.FromDays(1);

    private readonly SteadyClock clock = new(time);

    /// <summary>When this fails, the keys that are loaded stay good; the next one is made weeks before it is needed.</summary>
    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        await keys.RefreshAsync();
        if (clock.IsSteady())
        {
            engine.SweepLater(KeyTables.RotatingKeys, $"goes_at < {Time.GetUtcNow() - grace}");
        }
    }
}
