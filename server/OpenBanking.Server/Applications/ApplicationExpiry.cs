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
) : ExpiryWorker<AccountApplicationRow>(store, ApplicationTables.Applications, clocks, time, log)
{
    /// <summary>With the condition of the index, word for word: the states that can still come to something.</summary>
    protected override Sql IsDue(DateTimeOffset now) =>
        $"state IN (1, 5, 6) AND expires_at <= {now} ORDER BY expires_at";

    protected override Task EndAsync(World world, DateTimeOffset now, AccountApplicationRow row) =>
        engine.SubmitAsync(new ExpireApplication(world, now, row.Id));
}
