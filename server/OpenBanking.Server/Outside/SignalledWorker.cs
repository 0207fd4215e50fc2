using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Outside;

/// <summary>Works off what commands leave in a table: at once after each commit that wrote to it, and now and then
/// anyway, for what was left before a crash or has come due.</summary>
public abstract class SignalledWorker(Engine.Engine engine, Table table, ILogger log) : BackgroundService
{
    private static readonly TimeSpan pollInterval = TimeSpan.FromSeconds(1);
    private TaskCompletionSource written = NewSignal();

    protected Engine.Engine Engine { get; } = engine;

    /// <summary>When what it began has ended, and nothing more is begun.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WhenEndedAsync()
            .WaitAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Ends when what goes on beside the runs has ended; asked when it has been told to.</summary>
    protected virtual Task WhenEndedAsync() => Task.CompletedTask;

    /// <summary>Does what there is to do; gives whether there is more right now.</summary>
    protected abstract Task<bool> RunOnceAsync(CancellationToken stoppingToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var outages = new StoreOutages(log, GetType().Name);
        Engine.WhenWritten(table, () => Volatile.Read(ref written).TrySetResult());
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Renewed before looking, so that what is written while we look wakes us again.
                Volatile.Write(ref written, NewSignal());
                var isMore = await RunOnceAsync(stoppingToken);
                outages.End();
                if (!isMore)
                {
                    await WaitAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // Of whatever came out of here at a stop, the host would say that it ends the server.
                outages.TellAny(failure);
                await Task.Delay(pollInterval, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private Task<Task> WaitAsync(CancellationToken stoppingToken) =>
        Task.WhenAny(Volatile.Read(ref written).Task, Task.Delay(pollInterval, stoppingToken));

    private static TaskCompletionSource NewSignal() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
