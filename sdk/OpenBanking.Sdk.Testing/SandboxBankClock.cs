using System.Diagnostics;
using OpenBanking.Server.Payouts;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using OpenBanking.Testing.Internal;

namespace OpenBanking.Testing;

/// <summary>The business time of a bank for tests. Tokens, proofs and webhooks run on real time.</summary>
public sealed class SandboxBankClock
{
    // What runs for months from then on must find its end in the calendar too.
    private static readonly DateTimeOffset farthest = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // A test whose transfers are held up by its own doing goes on, and finds them processing.
    private static readonly TimeSpan transfersWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan lookAgainAfter = TimeSpan.FromMilliseconds(5);

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
    /// consents have ended, idle accounts have fallen asleep, days that are over are paid out; their events are on the way.</summary>
    /// <param name="by">How far, in whole seconds (a part of one counts as one); at least one second, and not beyond the year
    /// 9000.</param>
    /// <param name="cancellationToken">Gives up, before the clock is set: once it is, what has come due happens.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is less than a second, or too far.</exception>
    public async Task AdvanceAsync(TimeSpan by, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.FromSeconds(1));
        var now = await NowAsync(cancellationToken).ConfigureAwait(false);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(by, farthest - now);
        var seconds = TimeSpan.FromSeconds(Math.Ceiling(by.TotalSeconds));
        await server.Get<SandboxClock>().AdvanceAsync(world, seconds).ConfigureAwait(false);
        await PaidOutAsync().ConfigureAwait(false);
    }

    /// <summary>The bank's transfers are asked beside: they answer within milliseconds.</summary>
    private async Task PaidOutAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (
            await server
                .Get<Store>()
                .FirstAsync(PayoutTables.Payouts, world, $"state = {(int)PayoutState.Processing} LIMIT 1")
                .ConfigureAwait(false)
                is not null
            && Stopwatch.GetElapsedTime(began) < transfersWithin
        )
        {
            server.ThrowIfEnded();
            await Task.Delay(lookAgainAfter, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
