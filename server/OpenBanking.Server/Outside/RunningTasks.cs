using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Outside;

/// <summary>Tasks that run side by side: one a key, and a limited number in all, so that a slow one delays no other.</summary>
public sealed class RunningTasks<TKey>(int most, ILogger log)
    where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, Task> running = [];

    /// <summary>Starts the task, unless one of this key runs or all places are taken; then the caller comes back.</summary>
    public bool TryStart(TKey key, Func<Task> task)
    {
        lock (gate)
        {
            if (running.Count >= most || running.ContainsKey(key))
            {
                return false;
            }

            running.Add(key, RunAsync(key, task));
            return true;
        }
    }

    /// <summary>Ends when those have ended that run now.</summary>
    public Task WhenEndedAsync()
    {
        lock (gate)
        {
            return Task.WhenAll(running.Values);
        }
    }

    private async Task RunAsync(TKey key, Func<Task> task)
    {
        await Task.Yield();
        try
        {
            await task();
        }
        catch (StoreUnavailableException unavailable)
        {
            log.LogWarning("{Key} waits for the store: {Why}", key, unavailable.Reason);
        }
        catch (Exception failure)
        {
            log.LogError(failure, "{Key} failed", key);
        }
        finally
        {
            lock (gate)
            {
                running.Remove(key);
            }
        }
    }
}
