using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Audit;

/// <summary>Who of the sealers on this store is there: a node has a turn by its own name for as long as it is connected, and of one
/// that is gone anybody gets it. Where the store serves one process, nobody else is.</summary>
public sealed class Sealers(Store store, TimeProvider time) : IDisposable
{
    /// <summary>How often it is looked whether the holder of the chain is there.</summary>
    private static readonly TimeSpan pace = TimeSpan.FromSeconds(1);

    private readonly ITurns? turns = store.OpenTurns();
    private long? lookedAt;

    /// <summary>Lets the others see that a sealer of this process is there.</summary>
    public Task ShowAsync(Guid sealer) => turns?.TryTakeAsync(sealer) ?? Task.CompletedTask;

    /// <summary>Whether another's process is gone, or cut off from the store. Not to be told for a moment after the last answer.</summary>
    public async Task<bool> IsGoneAsync(Guid sealer)
    {
        if (turns is null)
        {
            return true;
        }

        if (lookedAt is { } last && time.GetElapsedTime(last) < pace)
        {
            return false;
        }

        lookedAt = time.GetTimestamp();
        if (!await turns.TryTakeAsync(sealer))
        {
            return false;
        }

        await turns.GiveBackAsync(sealer);
        return true;
    }

    public void Dispose() => turns?.Dispose();
}
