namespace OpenBanking.Server.Authorization;

/// <summary>Looks after the signing keys once a minute: what another node or the command line made is known here before
/// it signs, and a key that has gone is destroyed.</summary>
public sealed class KeyRotation(
    SigningKeys keys,
    Engine.Engine engine,
    TimeProvider time,
    ILogger<KeyRotation> log
) : BackgroundService
{
    /// <summary>How long a key that has gone is kept, for those who look into what happened.</summary>
    private static readonly TimeSpan grace = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(AuthorizationServerOptions.KeyRefresh, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await RefreshAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task RefreshAsync()
    {
        try
        {
            await keys.RefreshAsync();
            engine.SweepLater(KeyTables.RotatingKeys, $"goes_at < {time.GetUtcNow() - grace}");
        }
        catch (Exception failure)
        {
            // The keys that are loaded stay good; the next one is made weeks before it is needed.
            log.LogError(failure, "Could not look after the signing keys");
        }
    }
}
