using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>Deletes registrations of apps, with all that customers have consented to.</summary>
public sealed class EndedApps(AppDirectory apps, Store store, Engine.Engine engine, WorldClocks clocks)
{
    /// <summary>How many are looked up at once: those that are over already are passed by each time.</summary>
    private const int ConsentsListed = 1_000;

    /// <summary>How many are ended side by side.</summary>
    private const int ConsentsAtOnce = 100;

    /// <summary>True once the app is no client on any node, and its consents are revoked; false when its registration was changed since
    /// it was read.</summary>
    /// <exception cref="OutcomeUnknownException">The app has ended, and not all of its consents: <see cref="EndedAppSweep"/> ends the
    /// rest.</exception>
    public async Task<bool> EndAsync(RegisteredApp app)
    {
        var (world, id) = (app.World, app.Row.Id);
        if (
            await engine.SubmitAsync(new EndApp(world, clocks.RealNow, id, app.Row.ManagementHash))
            is not Accepted<AppRow>
        )
        {
            return false;
        }

        await apps.ForgetEverywhereAsync(id);
        try
        {
            await RevokeConsentsAsync(world, id);
        }
        catch (Exception busy) when (busy is EngineBusyException or StoreUnavailableException)
        {
            throw new OutcomeUnknownException("An app has ended, and not all of its consents.", busy);
        }

        return true;
    }

    /// <summary>Revokes what is left of the consents of an app that has ended.</summary>
    public async Task RevokeConsentsAsync(World world, Id<AppRow> app)
    {
        Id<ConsentRow> last = default;
        while (
            await store.ListAsync(
                ConsentTables.Consents,
                world,
                $"""
                app_id = {app} AND state = {ConsentState.Authorized} AND id > {last}
                ORDER BY id LIMIT {ConsentsListed}
                """
            )
                is { Count: > 0 } consents
        )
        {
            foreach (var some in consents.Chunk(ConsentsAtOnce))
            {
                var now = await clocks.NowAsync(world);
                await Task.WhenAll(
                    some.Select(consent =>
                        engine.SubmitAsync(new RevokeConsent(world, now, consent.Id, consent.AgreementId))
                    )
                );
            }

            last = consents[^1].Id;
        }
    }
}
