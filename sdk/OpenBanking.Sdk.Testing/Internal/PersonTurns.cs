using System.Collections.Concurrent;

namespace OpenBanking.Testing.Internal;

/// <summary>Lets a person do one thing after another: codes come to one phone, and the newest is entered.</summary>
internal sealed class PersonTurns
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> turns = [];

    /// <summary>Waits until the person is free, who is free again when what is returned is disposed.</summary>
    /// <param name="mobile">The number of the person's phone.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IDisposable> TakeAsync(string mobile, CancellationToken cancellationToken)
    {
        var turn = turns.GetOrAdd(mobile, _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Turn(turn);
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
