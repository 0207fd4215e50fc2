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
) : ExpiryWorker<ConsentRow>(clocks, time, log)
{
    protected override ValueTask<IReadOnlyList<(World World, ConsentRow Row)>> ListDueAsync(
        DateTimeOffset now
    ) =>
        store.ListAcrossWorldsAsync(
            ConsentTables.Consents,
            MostAtOnce,
            $"state = {ConsentState.Authorized} AND expires_at <= {now} ORDER BY expires_at"
        );

    protected override ValueTask<IReadOnlyList<ConsentRow>> ListDueAsync(World world, DateTimeOffset now) =>
        store.ListAsync(
            ConsentTables.Consents,
            world,
            $"state = {ConsentState.Authorized} AND expires_at <= {now} ORDER BY expires_at LIMIT {MostAtOnce}"
        );

    protected override Task EndAsync(World world, DateTimeOffset now, ConsentRow row) =>
        engine.SubmitAsync(new ExpireConsent(world, now, row.Id));
}
