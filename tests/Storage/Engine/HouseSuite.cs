using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage.Engine;

/// <summary>An engine, and the housekeeping that has its rows swept.</summary>
public abstract class HouseSuite<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    /// <summary>A sweep that never comes fails its test.</summary>
    private protected const int Patience = 60_000;

    private protected static EngineLimits Limits { get; } = new();

    private protected IReadOnlyList<TRow> All<TRow>(Table<TRow> table) =>
        Store.List(table, Rows.World, $"1 = {1}");

    private protected void Put<TKey, TRow>(Table<TKey, TRow> table, params TRow[] rows)
        where TKey : struct
        where TRow : class => PutIn(Rows.World, table, rows);

    private protected void PutIn<TKey, TRow>(World world, Table<TKey, TRow> table, params TRow[] rows)
        where TKey : struct
        where TRow : class
    {
        using var session = Store.OpenWriteSession();
        session.Insert(world, table, rows);
    }

    private protected Housekeeping NewHousekeeping(TimeProvider clock) =>
        new(Engine, Limits, new AuditOptions(), clock, NullLogger<Housekeeping>.Instance);

    /// <summary>Lets a minute pass for the housekeeping, and batches for the sweeps, until they are done.</summary>
    private protected async Task KeepHouseAsync(Func<bool> isDone)
    {
        var clock = new MinuteClock(Clock);
        using var housekeeping = NewHousekeeping(clock);
        await housekeeping.StartAsync(CancellationToken.None);
        var passMinute = await clock.Minute;
        passMinute();
        while (!isDone())
        {
            await Engine.SubmitAsync(new Probe(World.Live, _ => Decision.Reject("nothing")));
        }

        await housekeeping.StopAsync(CancellationToken.None);
    }

    /// <summary>The same, until answers are swept that were given long ago: they come last.</summary>
    private protected async Task KeepHouseAsync()
    {
        var now = Clock.Now;
        Clock.Now = now - Limits.AnswersKept - TimeSpan.FromMinutes(1);
        await SubmitAsync(Probe.Put(1), "key");
        Clock.Now = now;
        await KeepHouseAsync(() => All(EngineTables.Answers).Count == 0);
    }

    /// <summary>A clock with one timer, which rings when the test says so.</summary>
    private protected sealed class MinuteClock(TimeProvider clock) : TimeProvider
    {
        private readonly TaskCompletionSource<Action> minute = new();

        public Task<Action> Minute => minute.Task;

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override ITimer CreateTimer(
            TimerCallback callback,
            object? state,
            TimeSpan dueTime,
            TimeSpan period
        )
        {
            minute.SetResult(() => callback(state));
            return new StoppedClock(Rows.Noon).CreateTimer(callback, state, dueTime, period);
        }
    }
}
