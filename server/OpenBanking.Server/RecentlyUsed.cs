using System.Collections.Concurrent;

namespace OpenBanking.Server;

/// <summary>A bounded memory of what was used lately, by text. It has two generations: when the younger is full, the
/// elder is forgotten, and what is asked for again has moved to the younger. So nobody can push out what is in use by
/// filling the memory, and nothing is ever searched for what to forget.</summary>
public sealed class RecentlyUsed<TValue>(int mostInGeneration)
    where TValue : class
{
    private Generations generations = new([], []);

    /// <summary>What was kept under this text; null when there is nothing, or no longer.</summary>
    public TValue? Find(ReadOnlySpan<char> text)
    {
        var (young, old) = Volatile.Read(ref generations);
        if (young.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var value))
        {
            return value;
        }

        if (!old.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out value))
        {
            return null;
        }

        Keep(text.ToString(), value);
        return value;
    }

    public void Keep(string text, TValue value)
    {
        var now = Volatile.Read(ref generations);
        while (now.Young.Count >= mostInGeneration)
        {
            // Of several that find it full, one begins anew.
            var next = new Generations([], now.Young);
            Interlocked.CompareExchange(ref generations, next, now);
            now = Volatile.Read(ref generations);
        }

        now.Young[text] = value;
    }

    public void Forget() => Volatile.Write(ref generations, new([], []));

    private sealed record Generations(
        ConcurrentDictionary<string, TValue> Young,
        ConcurrentDictionary<string, TValue> Old
    );
}
