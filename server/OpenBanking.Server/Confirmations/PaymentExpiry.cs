using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Confirmations;

/// <summary>Ends what waits too long: holds that nobody captured, and payments that nobody confirmed. Several nodes may do so
/// at once: each ends once.</summary>
public sealed class PaymentExpiry(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    TimeProvider time,
    ILogger<PaymentExpiry> log
) : PeriodicWorker(TimeSpan.FromSeconds(1), time, log)
{
    /// <summary>How many are ended side by side; they share the engine's batches.</summary>
    private const int AtOnce = 256;

    /// <summary>How often worlds are looked through whose clocks are ahead, in looks at all others.</summary>
    private const int LooksBetween = 5;

    private readonly SteadyClock clock = new(time, SteadyClock.OneHour);
    private readonly SemaphoreSlim ahead = new(1);
    private int looks;

    /// <summary>Ends what is due, at most a limited number of each kind; gives how many it ended. By a clock that jumped no hold is
    /// ended: the partner may have delivered already, and could not capture any more.</summary>
    public async Task<int> RunOnceAsync()
    {
        // The conditions of the indexes, word for word. A world's clock is never behind the real one.
        var now = clocks.RealNow;
        var holds = clock.IsSteady()
            ? await store.ListAcrossWorldsAsync(
                PaymentTables.Payments,
                AtOnce,
                $"held IS NOT NULL AND expires_at <= {now} ORDER BY expires_at"
            )
            : [];
        var unconfirmed = await store.ListAcrossWorldsAsync(
            ConfirmationTables.Confirmations,
            AtOnce,
            $"state = 1 AND expires_at <= {now} ORDER BY expires_at"
        );
        return await EndAsync(holds, unconfirmed);
    }

    /// <summary>Ends what is due by the clocks of worlds that are ahead, at most a limited number of each kind a
    /// world; gives how many it ended.</summary>
    public async Task<int> RunAheadAsync() => await EndAheadAsync(await clocks.ListAheadAsync());

    /// <inheritdoc cref="RunAheadAsync()"/>
    /// <param name="world">Which one; no others are looked at.</param>
    public Task<int> RunAheadAsync(World world) => EndAheadAsync([world]);

    /// <summary>As long as there is more; one that cannot be ended is left for the next time.</summary>
    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        while (await RunOnceAsync() >= AtOnce && !stoppingToken.IsCancellationRequested)
        {
            // More is due.
        }

        if (looks++ % LooksBetween == 0)
        {
            await RunAheadAsync();
        }
    }

    private async Task<int> EndAheadAsync(IReadOnlyList<World> worlds)
    {
        // Of two that find the same, one would end nothing, and take that for all.
        await ahead.WaitAsync();
        try
        {
            var ended = 0;
            foreach (var world in worlds)
            {
                ended += await EndAsync(world);
            }

            return ended;
        }
        finally
        {
            ahead.Release();
        }
    }

    private async Task<int> EndAsync(World world)
    {
        var now = await clocks.NowAsync(world);
        var holds = await store.ListAsync(
            PaymentTables.Payments,
            world,
            $"held IS NOT NULL AND expires_at <= {now} ORDER BY expires_at LIMIT {AtOnce}"
        );
        var unconfirmed = await store.ListAsync(
            ConfirmationTables.Confirmations,
            world,
            $"state = 1 AND expires_at <= {now} ORDER BY expires_at LIMIT {AtOnce}"
        );
        return await EndAsync(
            [.. holds.Select(row => (world, row))],
            [.. unconfirmed.Select(row => (world, row))]
        );
    }

    private async Task<int> EndAsync(
        IReadOnlyList<(World World, PaymentRow Row)> holds,
        IReadOnlyList<(World World, ConfirmationRow Row)> unconfirmed
    )
    {
        var ended = await Task.WhenAll([
            .. holds.Select(found =>
                TryEndAsync(now => new ExpirePayment(found.World, now, found.Row), found.World, found.Row.Id)
            ),
            .. unconfirmed.Select(found =>
                TryEndAsync(
                    now => new ExpireConfirmation(found.World, now, found.Row),
                    found.World,
                    found.Row.PaymentId
                )
            ),
        ]);
        return ended.Count(done => done);
    }

    private async Task<bool> TryEndAsync<TReply>(
        Func<DateTimeOffset, Command<TReply>> end,
        World world,
        Id<PaymentRow> payment
    )
    {
        try
        {
            return await engine.SubmitAsync(end(await clocks.NowAsync(world))) is Accepted<TReply>;
        }
        catch (StoreUnavailableException)
        {
            // The writer has told of it.
            return false;
        }
        catch (Exception failure)
        {
            Log.LogError(failure, "{Payment} could not be ended", payment);
            return false;
        }
    }
}
