namespace OpenBanking.Server.Storage;

/// <summary>Tells the bank's own people of a store that refuses what requests need of it: once when that begins, and once when it
/// is over, which nobody has to ask for.</summary>
internal sealed class StoreRefusals(Store store, TimeProvider time, ILogger<StoreRefusals> log) : IDisposable
{
    private static readonly TimeSpan pause = TimeSpan.FromSeconds(5);

    private readonly StoreOutages outages = new(log, "The API");
    private readonly CancellationTokenSource stopping = new();
    private int isWatched;

    public void Tell(StoreUnavailableException refusal)
    {
        outages.Tell(refusal);
        if (Interlocked.Exchange(ref isWatched, 1) == 0)
        {
            _ = WatchAsync();
        }
    }

    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    private async Task WatchAsync()
    {
        var token = stopping.Token;
        do
        {
            await Task.Delay(pause, time, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        } while (!token.IsCancellationRequested && !await IsOverAsync());

        Volatile.Write(ref isWatched, 0);
        if (!token.IsCancellationRequested)
        {
            outages.End();
        }
    }

    private async Task<bool> IsOverAsync()
    {
        try
        {
            await store.RequireUsableAsync();
            return true;
        }
        catch (Exception failure) when (failure is StoreUnavailableException or ObjectDisposedException)
        {
            return false;
        }
    }
}
