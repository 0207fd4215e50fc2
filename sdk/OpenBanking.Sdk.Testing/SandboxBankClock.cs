using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Worlds;
using OpenBanking.Testing.Internal;

namespace OpenBanking.Testing;

/// <summary>The business time of a bank for tests. Tokens, proofs and webhooks run on real time.</summary>
public sealed class SandboxBankClock
{
    // What runs for months from then on must find its end in the calendar too.
    private static readonly DateTimeOffset farthest = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly RunningServer server;
    private readonly World world;

    internal SandboxBankClock(RunningServer server, World world)
    {
        this.server = server;
        this.world = world;
    }

    /// <summary>What time it is at the bank.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The business time.</returns>
    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return await server.Get<WorldClocks>().NowAsync(world).ConfigureAwait(false);
    }

    /// <summary>Sets the clock ahead, never back. What has come due by then has happened when this returns: holds and
    /// consents have ended, idle accounts have fallen asleep, days that are over are being paid out; their events are on the way.</summary>
    /// <param name="by">How far; at least one second, and not beyond the year 9000.</param>
    /// <param name="cancellationToken">Gives up, before the clock is set: once it is, what has come due happens.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is less than a second, or too far.</exception>
    public async Task AdvanceAsync(TimeSpan by, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.FromSeconds(1));
        var now = await NowAsync(cancellationToken).ConfigureAwait(false);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(by, farthest - now);
        await server.Get<SandboxClock>().AdvanceAsync(world, by).ConfigureAwait(false);
    }
}
