using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Accounts;

/// <summary>Puts accounts to sleep on which nothing has moved for six months. Every node does it; the first one
/// tells.</summary>
public sealed class Dormancy(
    Store store,
    Engine.Engine engine,
    AccountConsents consents,
    AccountNotices notices,
    WorldClocks clocks,
    TimeProvider time,
    ILogger<Dormancy> log
) : PeriodicWorker(TimeSpan.FromMinutes(1), time, log)
{
    private const int MostAtOnce = 500;

    private readonly SteadyClock clock = new(time);

    /// <summary>Looks at all that are due.</summary>
    public async Task RunOnceAsync()
    {
        while (await NoteSomeAsync())
        {
            // There is more.
        }

        // Worlds whose clocks are ahead have more of them.
        foreach (var world in await clocks.ListAheadAsync())
        {
            await RunOnceAsync(world);
        }
    }

    /// <summary>Looks at all that are due in one world, by its clock.</summary>
    public async Task RunOnceAsync(World world)
    {
        while (await NoteSomeAsync(world))
        {
            // There is more.
        }
    }

    protected override Task WorkAsync(CancellationToken stoppingToken) =>
        clock.IsSteady() ? RunOnceAsync() : Task.CompletedTask;

    /// <summary>Gives whether there is more right now.</summary>
    private async Task<bool> NoteSomeAsync()
    {
        var idle = AccountFreezeRules.IdleBefore(clocks.RealNow);
        // The condition of the index, word for word: 2 is active. A world's clock is never behind the real one.
        var due = await store.ListAcrossWorldsAsync(
            AccountTables.Accounts,
            MostAtOnce,
            $"state = 2 AND COALESCE(idle_since, opened_at) <= {idle} ORDER BY COALESCE(idle_since, opened_at)"
        );
        return await NoteAsync(due) == MostAtOnce;
    }

    /// <inheritdoc cref="NoteSomeAsync()"/>
    /// <param name="world">By whose clock.</param>
    private async Task<bool> NoteSomeAsync(World world)
    {
        var idle = AccountFreezeRules.IdleBefore(await clocks.NowAsync(world));
        var due = await store.ListAsync(
            AccountTables.Accounts,
            world,
            $"state = 2 AND COALESCE(idle_since, opened_at) <= {idle} ORDER BY COALESCE(idle_since, opened_at) LIMIT {MostAtOnce}"
        );
        return await NoteAsync([.. due.Select(account => (world, account))]) == MostAtOnce;
    }

    /// <summary>Gives how many are due no longer.</summary>
    private async Task<int> NoteAsync(IReadOnlyList<(World World, AccountRow Row)> due)
    {
        var noted = 0;
        foreach (var (world, account) in due)
        {
            var last = await store.FirstAsync(
                LedgerTables.Entries,
                world,
                $"account_id = {account.Id} ORDER BY sequence DESC LIMIT 1"
            );
            var now = await clocks.NowAsync(world);
            var since = AccountFreezeRules.IdleSince(account, last?.CreatedAt, now);
            var decision = await engine.SubmitAsync(
                new NoteIdleness(world, now, account, since, await consents.ListAsync(world, account))
                {
                    IfAsleep =
                        since <= AccountFreezeRules.IdleBefore(now)
                            ? await notices.WriteAsync(world, account, "AsleepMessage")
                            : null,
                }
            );
            noted += ((Accepted<AccountRow>)decision).Reply.Version > account.Version ? 1 : 0;
        }

        return noted;
    }
}
