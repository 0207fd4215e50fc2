using OpenBanking.Server.Storage;

namespace OpenBanking.Server;

/// <summary>What a node does again and again beside its work. What fails is logged, and tried the next time.</summary>
/// <param name="interval">From one time to the next; no two run side by side.</param>
public abstract class PeriodicWorker(TimeSpan interval, TimeProvider time, ILogger log) : BackgroundService
{
    private StoreOutages? outages;

    protected TimeProvider Time => time;

    protected ILogger Log => log;

    /// <summary>Does what is due now.</summary>
    protected abstract Task WorkAsync(CancellationToken stoppingToken);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task TryAsync(CancellationToken stoppingToken)
    {
        outages ??= new(log, GetType().Name);
        try
        {
            await WorkAsync(stoppingToken);
            outages.End();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped in the middle of it.
        }
        catch (Exception failure)
        {
            // Of whatever came out of here at a stop, the host would say that it ends the server.
            outages.TellAny(failure);
        }
    }
}
