using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Outside;

/// <summary>Turns at a limited number of places: whoever had one goes to the end of the queue. A turn that lasts too long
/// gives its place up while it goes on, and its key is known as slow from then on: slow ones have a queue and places of their
/// own, until one of their turns was quick again. So they keep the others waiting only until they are known.</summary>
/// <param name="most">How many of each kind have their turn at once. Those that turn out to be slow go on beside them: as many
/// as begin within the longest turn, once each.</param>
public sealed class FairPlaces<TKey>(int most, TimeSpan slowAfter, ILogger log)
    where TKey : notnull
{
    /// <summary>How many keys of each kind wait, and how many are known as slow.</summary>
    private const int MostKept = 16_384;

    private readonly Lock gate = new();
    private readonly Dictionary<TKey, Func<bool, Task<bool>>> present = [];
    private readonly HashSet<TKey> slow = [];
    private readonly Line quickLine = new();
    private readonly Line slowLine = new();
    private TaskCompletionSource? whenEmpty;

    /// <summary>Queues a key that neither waits nor has its turn; gives false when no more can wait, for the caller to come
    /// back with it. Slow ones that find no room are passed over.</summary>
    /// <param name="turn">Has its turn, told whether it is slow; gives whether it wants another.</param>
    public bool TryQueue(TKey key, Func<bool, Task<bool>> turn)
    {
        lock (gate)
        {
            if (present.ContainsKey(key))
            {
                return true;
            }

            var line = LineOf(key);
            if (line.Waiting.Count >= MostKept)
            {
                return line == slowLine;
            }

            present.Add(key, turn);
            line.Waiting.Enqueue(key);
            Fill(line);
            return true;
        }
    }

    /// <summary>Ends when nobody waits or has a turn, for a caller that queues no more.</summary>
    public Task WhenEmptyAsync()
    {
        lock (gate)
        {
            whenEmpty ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            TellIfEmpty();
            return whenEmpty.Task;
        }
    }

    private void TellIfEmpty()
    {
        if (present.Count == 0)
        {
            whenEmpty?.TrySetResult();
        }
    }

    private Line LineOf(TKey key) => slow.Contains(key) ? slowLine : quickLine;

    private void Fill(Line line)
    {
        while (line.Running < most && line.Waiting.TryDequeue(out var key))
        {
            line.Running++;
            _ = RunAsync(key, present[key], line);
        }
    }

    private async Task RunAsync(TKey key, Func<bool, Task<bool>> turn, Line line)
    {
        await Task.Yield();
        var running = TakeTurnAsync(key, turn, line == slowLine);
        await ((Task)running).WaitAsync(slowAfter).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        line = Judge(key, line, isSlow: !running.IsCompleted);
        var wantsMore = await running;
        lock (gate)
        {
            line.Running--;
            if (wantsMore)
            {
                LineOf(key).Waiting.Enqueue(key);
            }
            else
            {
                present.Remove(key);
                TellIfEmpty();
            }

            Fill(quickLine);
            Fill(slowLine);
        }
    }

    /// <summary>Notes whether a key is slow, and has it leave the places of the quick ones if it is; gives where it is now.</summary>
    private Line Judge(TKey key, Line line, bool isSlow)
    {
        lock (gate)
        {
            if (!isSlow)
            {
                slow.Remove(key);
                return line;
            }

            // Whoever is forgotten is known again after one turn.
            if (slow.Count >= MostKept)
            {
                slow.Clear();
            }

            slow.Add(key);
            line.Running--;
            slowLine.Running++;
            Fill(line);
            return slowLine;
        }
    }

    private async Task<bool> TakeTurnAsync(TKey key, Func<bool, Task<bool>> turn, bool isSlow)
    {
        try
        {
            return await turn(isSlow);
        }
        catch (StoreUnavailableException unavailable)
        {
            log.LogWarning("{Key} waits for the store: {Why}", key, unavailable.Reason);
            return false;
        }
        catch (Exception failure)
        {
            log.LogError(failure, "{Key} failed", key);
            return false;
        }
    }

    /// <summary>Who waits, and how many have their turn.</summary>
    private sealed class Line
    {
        public Queue<TKey> Waiting { get; } = [];

        public int Running { get; set; }
    }
}
