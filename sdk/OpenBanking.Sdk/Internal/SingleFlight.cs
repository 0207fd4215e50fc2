using System.Collections.Concurrent;

namespace OpenBanking.Internal;

/// <summary>Lets one caller do a piece of work while the others that want the same wait for its
/// result.</summary>
/// <remarks>The work does not end with the caller that began it: it goes on for the others, within its own
/// timeout.</remarks>
internal sealed class SingleFlight<T>
{
    private readonly ConcurrentDictionary<string, Lazy<Task<T>>> flights = [];

    /// <summary>Joins the flight of this name, or begins it.</summary>
    /// <param name="name">What is done.</param>
    /// <param name="work">Does it. It looks first whether an earlier flight has just done so.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    public Task<T> JoinAsync(string name, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        var flight = flights.GetOrAdd(name, _ => new Lazy<Task<T>>(() => FlyAsync(name, work)));
        return flight.Value.WaitAsync(cancellationToken);
    }

    private async Task<T> FlyAsync(string name, Func<Task<T>> work)
    {
        // Leave the caller's stack, so that the flight is listed before it can end.
        await Task.Yield();
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            flights.TryRemove(name, out _);
        }
    }
}
