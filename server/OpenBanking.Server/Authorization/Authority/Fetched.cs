namespace OpenBanking.Server.Authorization.Authority;

/// <summary>Something of the authority's, fetched when it is first needed and again when it is old. Whoever needs it
/// meanwhile waits for the one fetch. When that fails, what was fetched before is used until it is too old.</summary>
public sealed class Fetched<T>(Func<Task<T>> fetch, TimeSpan freshFor, TimeSpan usableFor, TimeProvider time)
    : IDisposable
    where T : class
{
    private readonly SemaphoreSlim fetching = new(1, 1);
    private volatile Held? held;

    public ValueTask<T> GetAsync() => GetAsync(freshFor);

    /// <param name="youngerThan">How old it may be.</param>
    /// <exception cref="AuthorityUnavailableException">It cannot be had.</exception>
    public async ValueTask<T> GetAsync(TimeSpan youngerThan)
    {
        if (Find(youngerThan) is { } known)
        {
            return known;
        }

        await fetching.WaitAsync();
        try
        {
            return Find(youngerThan) ?? await FetchAsync();
        }
        finally
        {
            fetching.Release();
        }
    }

    public void Dispose() => fetching.Dispose();

    private async Task<T> FetchAsync()
    {
        var now = time.GetUtcNow();
        try
        {
            var value = await fetch();
            held = new(value, now);
            return value;
        }
        catch (AuthorityUnavailableException) when (Find(usableFor) is not null)
        {
            return Find(usableFor)!;
        }
    }

    /// <summary>What a clock that was set back calls of the future is not young.</summary>
    private T? Find(TimeSpan youngerThan) =>
        held is { } there
        && (time.GetUtcNow() - there.At).Ticks is var age
        && age >= 0
        && age < youngerThan.Ticks
            ? there.Value
            : null;

    private sealed record Held(T Value, DateTimeOffset At);
}
