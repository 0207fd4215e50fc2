using OpenBanking.Server.Authorization;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Authorization;

/// <summary>Registrations that are deleted while the store is busy.</summary>
public abstract class EndedAppTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    /// <summary>Busy says that nothing was done: clients send again what was answered so, and would find no registration.</summary>
    [Fact]
    public async Task A_deletion_that_stops_half_way_is_not_told_as_busy()
    {
        await Engine.SubmitAsync(
            new Probe(
                Rows.World,
                book =>
                {
                    book.Insert(PartnerTables.Apps, Rows.App);
                    book.Insert(ConsentTables.Consents, Rows.Consent with { AgreementId = null });
                    return Decision.Accept(1);
                }
            )
        );
        var ended = new EndedApps(
            new AppDirectory(Store, TimeProvider.System),
            Store,
            Engine,
            new WorldClocks(Store, Clock)
        );
        var commits = 0;
        Store.Committing = _ =>
        {
            if (commits++ > 0)
            {
                throw new WriteConflictException("Another node was first.");
            }
        };

        await Assert.ThrowsAsync<OutcomeUnknownException>(() =>
            ended.EndAsync(new(Rows.World, Rows.App, []))
        );

        Assert.NotNull((await Store.FindAsync(PartnerTables.Apps, Rows.World, Rows.App.Id))!.EndedAt);
    }
}
