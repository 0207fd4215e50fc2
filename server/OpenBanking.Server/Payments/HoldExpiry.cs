using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Payments;

/// <summary>Ends holds whose time is over. Several nodes may do so at once: a hold ends once.</summary>
public sealed class HoldExpiry(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    TimeProvider time,
    ILogger<HoldExpiry> log
) : BackgroundService
{
    private static readonly TimeSpan interval = TimeSpan.FromSeconds(1);

    /// <summary>How many are ended side by side; they share the engine's batches.</summary>
    private const int AtOnce = 256;

    private const int MostWorldsAhead = 10_000;

    /// <summary>Ends what is due, at most a limited number; gives how many holds it ended by real time.</summary>
    public async Task<int> RunOnceAsync()
    {
        // Worlds whose clocks are ahead have more of them.
        var ahead = await store.ListAcrossWorldsAsync(
            WorldTables.Worlds,
            MostWorldsAhead,
            $"clock_ahead_seconds > {0} ORDER BY number"
        );
        foreach (var (_, row) in ahead)
        {
            await EndInAsync(new(row.Number));
        }

        // The condition of the index, word for word. A world's clock is never behind the real one.
        var due = await store.ListAcrossWorldsAsync(
            PaymentTables.Payments,
            AtOnce,
            $"held IS NOT NULL AND expires_at <= {clocks.RealNow} ORDER BY expires_at"
        );
        var ended = await Task.WhenAll(due.Select(found => TryEndAsync(found.World, found.Row)));
        return ended.Count(done => done);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await RunAllAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    /// <summary>As long as there is more; one that cannot be ended is left for the next time.</summary>
    private async Task RunAllAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await RunOnceAsync() == AtOnce && !stoppingToken.IsCancellationRequested)
            {
                // More is due.
            }
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            log.LogError(failure, "Due holds could not be looked up");
        }
    }

    private async Task EndInAsync(World world)
    {
        var due = await store.ListAsync(
            PaymentTables.Payments,
            world,
            $"held IS NOT NULL AND expires_at <= {await clocks.NowAsync(world)} ORDER BY expires_at LIMIT {AtOnce}"
        );
        await Task.WhenAll(due.Select(payment => TryEndAsync(world, payment)));
    }

    private async Task<bool> TryEndAsync(World world, PaymentRow payment)
    {
        try
        {
            var decision = await engine.SubmitAsync(
                new ExpirePayment(world, await clocks.NowAsync(world), payment)
            );
            return decision is Accepted<PaymentRow>;
        }
        catch (Exception failure)
        {
            log.LogError(failure, "The hold of {Payment} could not be ended", payment.Id);
            return false;
        }
    }
}
