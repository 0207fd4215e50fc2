using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Consents;

/// <summary>Tells apps of consents that have run out.</summary>
public sealed class ConsentExpiry(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    TimeProvider time,
    ILogger<ConsentExpiry> log
) : ExpiryWorker<ConsentRow>(store, ConsentTables.Consents, clocks, time, log)
{
    protected override Sql IsDue(DateTimeOffset now) =>
        $"state = {ConsentState.Authorized} AND expires_at <= {now} ORDER BY expires_at";

    protected override Task EndAsync(World world, DateTimeOffset now, ConsentRow row) =>
        engine.SubmitAsync(new ExpireConsent(world, now, row.Id));
}
