using System.Collections.Concurrent;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Outside;

/// <summary>Tasks that run side by side: one a key, and a limited number in all, so that a slow one delays no other.</summary>
public sealed class RunningTasks<TKey>(int most, ILogger log)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TaskCompletionSource> running = [];

    /// <summary>Starts the task, unless one of this key runs or all places are taken; then the caller comes back.</summary>
    public bool TryStart(TKey key, Func<Task> task)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (running.Count >= most || !running.TryAdd(key, ended))
        {
            return false;
        }

        _ = RunAsync(key, task, ended);
        return true;
    }

    /// <summary>Ends when those have ended that run now.</summary>
    public Task WhenEndedAsync() => Task.WhenAll(running.Values.Select(ended => ended.Task));

    private async Task RunAsync(TKey key, Func<Task> task, TaskCompletionSource ended)
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
            running.TryRemove(key, out _);
            ended.SetResult();
        }
    }
}
