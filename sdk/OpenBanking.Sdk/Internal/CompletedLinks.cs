using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace OpenBanking.Internal;

/// <summary>Completes each link once: who comes with the same code again, as a browser does that loads a page twice, has what it came to.
/// A code that is redeemed twice has the bank take back what it gave (RFC 6749 §4.1.2).</summary>
internal sealed class CompletedLinks(TimeProvider clock)
{
    private const int Most = 1024;

    /// <summary>At least as long as codes are good.</summary>
    private static readonly TimeSpan kept = TimeSpan.FromMinutes(10);

    private readonly SingleFlight<LinkedCustomer> flights = new();
    private readonly ConcurrentDictionary<string, Completed> completed = [];
    private readonly ConcurrentQueue<string> oldest = [];

    /// <param name="link">The session of the link.</param>
    /// <param name="code">The code that came back.</param>
    /// <param name="redeem">Redeems it, and gives what is left to do with what came: that may fail, and is done again without
    /// another redemption.</param>
    /// <param name="cancellationToken">Ends this caller's wait, and not what it waits for.</param>
    public Task<LinkedCustomer> CompleteAsync(
        LinkSession link,
        string code,
        Func<Task<Func<Task<LinkedCustomer>>>> redeem,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var name = Convert.ToHexString(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{link.CodeVerifier} {code}"))
        );
        return flights.JoinAsync(name, () => CompleteOnceAsync(name, redeem), cancellationToken);
    }

    private async Task<LinkedCustomer> CompleteOnceAsync(
        string name,
        Func<Task<Func<Task<LinkedCustomer>>>> redeem
    )
    {
        var finish = Find(name);
        if (finish is null)
        {
            finish = await redeem().ConfigureAwait(false);
            Keep(name, finish);
        }

        try
        {
            var linked = await finish().ConfigureAwait(false);
            Keep(name, () => Task.FromResult(linked));
            return linked;
        }
        catch (TokensNotKeptException notKept)
        {
            Keep(name, () => notKept.KeepAsync());
            throw;
        }
    }

    private Func<Task<LinkedCustomer>>? Find(string name) =>
        completed.TryGetValue(name, out var found) && clock.GetUtcNow() < found.KeptUntil
            ? found.Outcome
            : null;

    private void Keep(string name, Func<Task<LinkedCustomer>> outcome)
    {
        var now = clock.GetUtcNow();
        if (completed.TryAdd(name, new(outcome, now + kept)))
        {
            oldest.Enqueue(name);
        }
        else
        {
            completed[name] = new(outcome, now + kept);
        }

        while (
            oldest.TryPeek(out var first)
            && (oldest.Count > Most || !completed.TryGetValue(first, out var found) || found.KeptUntil <= now)
            && oldest.TryDequeue(out var gone)
        )
        {
            completed.TryRemove(gone, out _);
        }
    }

    private sealed record Completed(Func<Task<LinkedCustomer>> Outcome, DateTimeOffset KeptUntil);
}
