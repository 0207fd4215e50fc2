using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Webhooks;
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
        var ended = await LinkAsync(consents: 1);
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

    /// <summary>More than are looked up at once.</summary>
    [Fact]
    public async Task A_deletion_that_stops_half_way_is_brought_to_its_end()
    {
        var ended = await LinkAsync(consents: 1_101);
        var sweep = SweepOf(ended);
        await Engine.SubmitAsync(new EndApp(Rows.World, Clock.Now, Rows.App.Id, Rows.App.ManagementHash));

        // Whoever deletes it may be at it.
        await sweep.RunOnceAsync();
        Assert.Equal(1_101, await CountAsync());
        Clock.Now += EndedAppSweep.Settled;
        await sweep.RunOnceAsync();

        Assert.Equal(0, await CountAsync());
        var app = (await Store.FindAsync(PartnerTables.Apps, Rows.World, Rows.App.Id))!;
        Assert.Equal(Clock.Now, app.ConsentsEndedAt);
        // It is looked at no more.
        Clock.Now += EndedAppSweep.Settled;
        await sweep.RunOnceAsync();
        Assert.Equal(app, await Store.FindAsync(PartnerTables.Apps, Rows.World, Rows.App.Id));
    }

    /// <summary>Nobody could delete them any more: the app has no token.</summary>
    [Fact]
    public async Task The_webhook_endpoints_of_a_deleted_app_go_with_it()
    {
        var ended = await LinkAsync(consents: 1);
        var others = Rows.Id<AppRow>(2);
        await Engine.SubmitAsync(
            new Probe(
                Rows.World,
                book =>
                {
                    Endpoint(book, 1, Rows.App.Id);
                    Endpoint(book, 2, Rows.App.Id);
                    Endpoint(book, 3, others);
                    return Decision.Accept(1);
                }
            )
        );
        await ended.EndAsync(new(Rows.World, Rows.App, []));
        // What became of its consents is told to them first.
        Assert.All(
            await EndpointsAsync(),
            endpoint => Assert.Equal(WebhookEndpointState.Enabled, endpoint.State)
        );
        Clock.Now += EndedAppSweep.Settled;

        await SweepOf(ended).RunOnceAsync();

        Assert.All(
            await EndpointsAsync(),
            endpoint =>
                Assert.Equal(
                    endpoint.AppId == others ? WebhookEndpointState.Enabled : WebhookEndpointState.Deleted,
                    endpoint.State
                )
        );
    }

    /// <summary>An app that customers have agreed to, and another one.</summary>
    private async Task<EndedApps> LinkAsync(int consents)
    {
        await Engine.SubmitAsync(
            new Probe(
                Rows.World,
                book =>
                {
                    book.Insert(PartnerTables.Apps, Rows.App);
                    var other = book.Insert(PartnerTables.Apps, Rows.App with { Id = Rows.Id<AppRow>(2) });
                    for (var i = 1; i <= consents; i++)
                    {
                        Consent(book, i, Rows.App);
                    }

                    Consent(book, consents + 1, other);
                    return Decision.Accept(1);
                }
            )
        );
        return new EndedApps(
            new AppDirectory(Store, TimeProvider.System),
            Store,
            Engine,
            new WorldClocks(Store, Clock)
        );
    }

    private EndedAppSweep SweepOf(EndedApps ended) =>
        new(Store, Engine, ended, new WorldClocks(Store, Clock), Clock, NullLogger<EndedAppSweep>.Instance);

    private static void Endpoint(Book book, int number, Id<AppRow> app) =>
        book.Insert(
            WebhookTables.Endpoints,
            new WebhookEndpointRow
            {
                Id = Rows.Id<WebhookEndpointRow>(number),
                AppId = app,
                Url = "https://shop.example/events",
                Events = "",
                Secret = [1],
                State = WebhookEndpointState.Enabled,
                CreatedAt = Rows.Noon,
            }
        );

    private async Task<IReadOnlyList<WebhookEndpointRow>> EndpointsAsync()
    {
        var endpoints = await Store.ListAsync(WebhookTables.Endpoints, Rows.World, $"1 = {1}");
        Assert.Equal(3, endpoints.Count);
        return endpoints;
    }

    private static void Consent(Book book, int number, AppRow app) =>
        book.Insert(
            ConsentTables.Consents,
            Rows.Consent with
            {
                Id = Rows.Id<ConsentRow>(number),
                AppId = app.Id,
                AgreementId = null,
            }
        );

    /// <summary>How many consents of the app are left; that of the other one always is.</summary>
    private async Task<int> CountAsync()
    {
        var left = await Store.ListAsync(
            ConsentTables.Consents,
            Rows.World,
            $"state = {ConsentState.Authorized}"
        );
        Assert.Single(left, consent => consent.AppId != Rows.App.Id);
        return left.Count - 1;
    }
}
