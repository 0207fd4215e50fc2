using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Applications;

/// <summary>Ends applications whose day is over, and forgets who they were for.</summary>
public sealed class ApplicationExpiry(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    TimeProvider time,
    ILogger<ApplicationExpiry> log
) : ExpiryWorker<AccountApplicationRow>(clocks, time, log)
{
    /// <summary>With the condition of the index, word for word: the states that can still come to something.</summary>
    protected override ValueTask<IReadOnlyList<(World World, AccountApplicationRow Row)>> ListDueAsync(
        DateTimeOffset now
    ) =>
        store.ListAcrossWorldsAsync(
            ApplicationTables.Applications,
            MostAtOnce,
            $"state IN (1, 5, 6) AND expires_at <= {now} ORDER BY expires_at"
        );

    protected override ValueTask<IReadOnlyList<AccountApplicationRow>> ListDueAsync(
        World world,
        DateTimeOffset now
    ) =>
        store.ListAsync(
            ApplicationTables.Applications,
            world,
            $"state IN (1, 5, 6) AND expires_at <= {now} ORDER BY expires_at LIMIT {MostAtOnce}"
        );

    protected override Task EndAsync(World world, DateTimeOffset now, AccountApplicationRow row) =>
        engine.SubmitAsync(new ExpireApplication(world, now, row.Id));
}
