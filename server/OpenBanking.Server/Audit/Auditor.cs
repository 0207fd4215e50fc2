using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Audit;

/// <summary>Has the invariants proved anew for as long as the server runs, on the node that seals. It takes a small part of
/// the time: after each stretch it rests several times as long as that took.</summary>
public sealed class Auditor(
    AuditChain chain,
    AuditorPass pass,
    AuditOptions options,
    TimeProvider time,
    ILogger<Auditor> log
) : BackgroundService
{
    private const int RestsAsLong = 4;

    /// <summary>When the last sweep failed, and how long it is let be for that.</summary>
    private long sweepFailedAt;
    private TimeSpan restAfterSweep;
    private readonly StoreOutages outages = new(log, nameof(Auditor));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var rest = options.CheckEvery;
            if (await TryAsync(chain.HoldAsync, stoppingToken))
            {
                await SweepAsync(stoppingToken);
                var started = time.GetTimestamp();
                if (await TryAsync(pass.CheckAsync, stoppingToken))
                {
                    rest = time.GetElapsedTime(started) * RestsAsLong;
                }
            }

            await Task.Delay(rest, time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A sweep that fails is tried again, but does not take the time of what is sealed meanwhile.</summary>
    private async Task SweepAsync(CancellationToken stoppingToken)
    {
        if (time.GetElapsedTime(sweepFailedAt) < restAfterSweep)
        {
            return;
        }

        var started = time.GetTimestamp();
        var ended = await TryAsync(
            async () =>
            {
                await pass.SweepAsync(options.SweepEvery, stoppingToken);
                return true;
            },
            stoppingToken
        );
        sweepFailedAt = time.GetTimestamp();
        restAfterSweep = ended ? TimeSpan.Zero : time.GetElapsedTime(started) * RestsAsLong;
    }

    /// <summary>What fails is told of, and is done again the next time.</summary>
    private async Task<bool> TryAsync(Func<Task<bool>> work, CancellationToken stoppingToken)
    {
        try
        {
            var done = await work();
            outages.End();
            return done;
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception failure)
        {
            outages.TellAny(failure);
            return false;
        }
    }
}
