using OpenBanking.Server.Outside;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Audit;

/// <summary>Seals what was committed, soon after it was, and signs the end of the chain now and then and at a clean
/// stop.</summary>
public sealed class AuditSealer(
    Engine.Engine engine,
    AuditChain chain,
    TimeProvider time,
    ILogger<AuditSealer> log
) : SignalledWorker(engine, AuditTables.Unsealed, log)
{
    /// <summary>How long records gather, so that under load many batches share one sealing.</summary>
    private static readonly TimeSpan pace = TimeSpan.FromMilliseconds(100);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            if (await chain.HoldAsync())
            {
                do
                {
                    while (await chain.SealAsync() > 0) { }

                    // The first time this makes a key, which leaves a record of its own.
                    await chain.SignAsync(now: true);
                } while (await chain.SealAsync() > 0);

                await chain.ReleaseAsync();
            }
        }
        catch (StoreUnavailableException unavailable)
        {
            log.LogWarning(
                "The audit's end was not signed at the stop; the next sealer does it. {Why}",
                unavailable.Reason
            );
        }
        catch (Exception failure)
        {
            log.LogWarning(failure, "The audit's end was not signed at the stop; the next sealer does it");
        }
    }

    protected override async Task<bool> RunOnceAsync(CancellationToken stoppingToken)
    {
        if (!await chain.HoldAsync())
        {
            return false;
        }

        var count = await chain.SealAsync();
        await chain.SignAsync(now: false);
        if (count is > 0 and < AuditChain.SealedAtOnce)
        {
            await Task.Delay(pace, time, stoppingToken);
        }

        return count > 0;
    }
}
