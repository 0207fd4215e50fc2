using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Webhooks;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage.Engine;

/// <summary>What has outlived its use is deleted between batches, and nothing else.</summary>
public abstract class SweepTests<TDatabase> : HouseSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private static readonly EntryRow entry = new()
    {
        AccountId = Rows.Account.Id.Value,
        Sequence = 1,
        PostingId = Rows.Payment.Id.Value,
        Kind = PostingKind.Payment,
        Amount = -1,
        Currency = Money.Renminbi,
        BusinessDate = Rows.Today,
        CreatedAt = Rows.Noon,
    };

    [Fact(Timeout = Patience)]
    public async Task An_answer_is_kept_for_its_days_and_its_key_for_good()
    {
        await SubmitAsync(Probe.Put(1), "old");
        Clock.Now += TimeSpan.FromTicks(TimeSpan.TicksPerMicrosecond);
        await SubmitAsync(Probe.Put(2), "young");
        Clock.Now += Limits.AnswersKept;

        await KeepHouseAsync(() => Store.List(EngineTables.Answers, Rows.World, $"ORDER BY id").Count == 1);

        var old = Assert.IsType<KeyedOutcome.Known>(await SubmitAsync(Probe.Put(3), "old"));
        Assert.Null(Engine.RecallAnswer(Rows.World, old.Row));
        Assert.Equal(Probe.Message(1).Id.Value, old.Row.ResourceId);
        var reused = await SubmitAsync(Probe.Put(3), "old", body: 2);
        Assert.IsType<KeyedOutcome.Refused>(reused);
        Assert.Equal("made 2", BodyOf(await SubmitAsync(Probe.Put(3), "young")));
        Assert.Equal([1, 2], Messages);
    }

    [Fact(Timeout = Patience)]
    public async Task What_authorization_has_used_up_is_kept_until_nobody_can_use_it_twice()
    {
        var microsecond = TimeSpan.FromTicks(TimeSpan.TicksPerMicrosecond);
        var gone = Rows.Noon.AddHours(-1) - microsecond;
        var kept = Rows.Noon.AddHours(-1);
        Put(
            AuthorizationTables.SingleUse,
            Rows.Assertion with
            {
                Hash = "gone",
                ExpiresAt = Rows.Noon - microsecond,
            },
            Rows.Assertion with
            {
                Hash = "kept",
                ExpiresAt = Rows.Noon,
            }
        );
        Put(
            AuthorizationTables.PushedRequests,
            Rows.PushedRequest with
            {
                Hash = "gone",
                ExpiresAt = gone,
            },
            Rows.PushedRequest with
            {
                Hash = "kept",
                ExpiresAt = kept,
            }
        );
        Put(
            AuthorizationTables.Codes,
            Rows.Code with
            {
                Hash = "gone",
                ExpiresAt = gone,
            },
            Rows.Code with
            {
                Hash = "kept",
                ExpiresAt = kept,
            }
        );
        Put(
            AuthorizationTables.Interactions,
            Rows.Interaction with
            {
                ExpiresAt = gone,
            },
            Rows.Interaction with
            {
                Id = Rows.Id<InteractionRow>(2),
                ExpiresAt = kept,
            }
        );
        Put(
            CustomerTables.OneTimeCodes,
            Rows.OneTimeCode with
            {
                ExpiresAt = gone,
            },
            Rows.OneTimeCode with
            {
                Id = Rows.Id<OneTimeCodeRow>(2),
                ExpiresAt = kept,
            }
        );
        Clock.Now = Rows.Noon - Limits.AnswersKept - microsecond;
        await SubmitAsync(Probe.Put(1), "key");
        Clock.Now = Rows.Noon;

        // The answers come last.
        await KeepHouseAsync(() => Store.List(EngineTables.Answers, Rows.World, $"1 = {1}").Count == 0);

        Assert.Equal("kept", Assert.Single(All(AuthorizationTables.SingleUse)).Hash);
        Assert.Equal("kept", Assert.Single(All(AuthorizationTables.PushedRequests)).Hash);
        Assert.Equal("kept", Assert.Single(All(AuthorizationTables.Codes)).Hash);
        Assert.Equal(Rows.Id<InteractionRow>(2), Assert.Single(All(AuthorizationTables.Interactions)).Id);
        Assert.Equal(Rows.Id<OneTimeCodeRow>(2), Assert.Single(All(CustomerTables.OneTimeCodes)).Id);
    }

    [Fact(Timeout = Patience)]
    public async Task Events_are_kept_for_thirty_days_and_longer_while_they_are_not_posted()
    {
        var (old, kept) = (Rows.Noon.AddDays(-30).AddMicroseconds(-1), Rows.Noon.AddDays(-30));
        Put(
            EngineTables.Journal,
            Journal(1, old, pending: false),
            Journal(2, old, pending: true),
            Journal(3, kept, pending: false)
        );
        Put(AuditTables.EventPositions, Position(1, old), Position(2, kept));
        Put(WebhookTables.Events, Happened(1, old), Happened(2, kept));
        Put(
            WebhookTables.Deliveries,
            Delivery(1, old, DeliveryState.Delivered),
            Delivery(2, old, DeliveryState.GivenUp),
            Delivery(3, old, DeliveryState.Waiting),
            Delivery(4, kept, DeliveryState.Delivered)
        );
        Clock.Now = old;
        await SubmitAsync(Probe.Put(1), "key");
        Clock.Now = Rows.Noon;

        // The answers come last.
        await KeepHouseAsync(() => All(EngineTables.Answers).Count == 0);

        Assert.Equal(
            [Rows.Id<JournalRow>(2), Rows.Id<JournalRow>(3)],
            All(EngineTables.Journal).Select(row => row.Id).OrderBy(id => id.Value)
        );
        Assert.Equal(2, Assert.Single(All(AuditTables.EventPositions)).Position);
        Assert.Equal(Rows.Id<EventRow>(2), Assert.Single(All(WebhookTables.Events)).Id);
        Assert.Equal(
            [Rows.Id<EventRow>(3), Rows.Id<EventRow>(4)],
            All(WebhookTables.Deliveries).Select(row => row.EventId).OrderBy(id => id.Value)
        );
    }

    [Fact(Timeout = Patience)]
    public async Task What_waits_for_an_endpoint_that_is_no_more_is_swept()
    {
        var (deleted, disabled, enabled) = (
            Rows.Id<WebhookEndpointRow>(2),
            Rows.Id<WebhookEndpointRow>(3),
            Rows.Endpoint.Id
        );
        Put(
            WebhookTables.Endpoints,
            Rows.Endpoint,
            Rows.Endpoint with
            {
                Id = deleted,
                State = WebhookEndpointState.Deleted,
            },
            Rows.Endpoint with
            {
                Id = disabled,
                State = WebhookEndpointState.Disabled,
            }
        );
        Put(
            WebhookTables.Deliveries,
            [
                .. new[] { deleted, disabled, enabled }.SelectMany(endpoint =>
                    new[] { DeliveryRow.AtOnce, Rows.Noon.AddHours(1) }.Select(
                        (due, number) =>
                            Delivery(number, due, DeliveryState.Waiting) with
                            {
                                EndpointId = endpoint,
                            }
                    )
                ),
            ]
        );
        Clock.Now = Rows.Noon - Limits.AnswersKept - TimeSpan.FromMinutes(1);
        await SubmitAsync(Probe.Put(1), "key");
        Clock.Now = Rows.Noon;

        // The answers come last.
        await KeepHouseAsync(() => All(EngineTables.Answers).Count == 0);

        var waiting = All(WebhookTables.Deliveries);
        Assert.Equal(2, waiting.Count);
        Assert.All(waiting, delivery => Assert.Equal(enabled, delivery.EndpointId));
    }

    [Fact]
    public async Task What_is_asked_again_and_again_without_a_batch_is_done_once()
    {
        Put(
            AuthorizationTables.SingleUse,
            Rows.Assertion with
            {
                Hash = "gone",
            },
            Rows.Assertion with
            {
                Hash = "kept",
                ExpiresAt = Rows.Assertion.ExpiresAt.AddHours(1),
            }
        );
        var sweeps = new Sweeps();
        for (var minute = 5_000; minute >= 0; minute--)
        {
            var due = Rows.Assertion.ExpiresAt.AddMinutes(1 - minute);
            sweeps.Ask(AuthorizationTables.SingleUse, $"expires_at < {due}");
            sweeps.Ask(AuthorizationTables.PushedRequests, $"expires_at < {due}");
        }

        var asked = sweeps.Take();
        Assert.Equal(2, asked.Count);
        Assert.Empty(sweeps.Take());
        foreach (var (table, condition) in asked)
        {
            Engine.SweepLater(table, condition);
            sweeps.Ask(table, $"expires_at < {Rows.Noon}");
            sweeps.AskAgain(table, $"expires_at < {Rows.Noon}");
        }

        Assert.Equal(2, sweeps.Take().Count);
        await Engine.SubmitAsync(new Probe(World.Live, _ => Decision.Reject("nothing")));
        using var after = await HoldAsync();
        Assert.Equal("kept", Assert.Single(All(AuthorizationTables.SingleUse)).Hash);
        await after.OpenAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Pictures_go_within_hours_also_of_what_came_to_its_end_long_after_its_day()
    {
        (int Id, ApplicationState State, double Days)[] applications =
        [
            (1, ApplicationState.Expired, 0.5),
            (2, ApplicationState.Expired, 4),
            (3, ApplicationState.IdentityFailed, 399),
            (4, ApplicationState.Opened, 4),
            (5, ApplicationState.IdentityVerifying, 4),
        ];
        Put(
            ApplicationTables.Applications,
            [.. applications.Select(one => Application(one.Id, one.State, Rows.Noon.AddDays(-one.Days)))]
        );
        Put(IdentityImageTables.Images, [.. applications.Select(one => Portrait(one.Id))]);

        for (var minute = 0; minute < 200; minute++)
        {
            ImageStore.Sweep(Engine, Rows.Noon.AddMinutes(minute));
            await Engine.SubmitAsync(new Probe(World.Live, _ => Decision.Reject("nothing")));
        }

        using var after = await HoldAsync();
        Assert.Equal(
            [Rows.Id<AccountApplicationRow>(4), Rows.Id<AccountApplicationRow>(5)],
            All(IdentityImageTables.Images).Select(image => image.ApplicationId).OrderBy(id => id.Value)
        );
        await after.OpenAsync();
    }

    [Fact]
    public async Task A_long_sweep_goes_on_after_each_batch_until_it_is_done()
    {
        Put(
            AuthorizationTables.SingleUse,
            [.. Enumerable.Range(1, 1_500).Select(i => Rows.Assertion with { Hash = $"{i}" })]
        );
        using var first = await HoldAsync();
        Engine.SweepLater(AuthorizationTables.SingleUse, $"expires_at = {Rows.Assertion.ExpiresAt}");
        await first.OpenAsync();

        using var second = await HoldAsync();
        Assert.Equal(500, All(AuthorizationTables.SingleUse).Count);
        await second.OpenAsync();

        using var third = await HoldAsync();
        Assert.Empty(All(AuthorizationTables.SingleUse));
        await third.OpenAsync();
    }

    [Fact]
    public async Task A_sweep_that_fails_stops_neither_the_others_nor_the_engine()
    {
        Put(LedgerTables.Entries, entry);
        Put(AuthorizationTables.SingleUse, Rows.Assertion);
        using var first = await HoldAsync();
        Engine.SweepLater(LedgerTables.Entries, $"1 = {1}");
        Engine.SweepLater(AuthorizationTables.SingleUse, $"1 = {1}");
        await first.OpenAsync();

        await Engine.SubmitAsync(Probe.Put(1));

        Assert.Equal([1], Messages);
        Assert.Empty(All(AuthorizationTables.SingleUse));
        Assert.Single(All(LedgerTables.Entries));
    }

    [Fact(Timeout = Patience)]
    public async Task What_a_clock_that_jumped_calls_outlived_is_kept()
    {
        await SubmitAsync(Probe.Put(1), "key");
        var clock = new MinuteClock(Clock);
        using var housekeeping = NewHousekeeping(clock);
        await housekeeping.StartAsync(CancellationToken.None);
        var passMinute = await clock.Minute;
        Clock.Now += Limits.AnswersKept * 2;
        passMinute();
        for (var batch = 0; batch < 50; batch++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
            await Engine.SubmitAsync(new Probe(World.Live, _ => Decision.Reject("nothing")));
        }

        await housekeeping.StopAsync(CancellationToken.None);
        Assert.Single(All(EngineTables.Answers));
    }

    /// <summary>Keys that others may still ask for are not to be had again.</summary>
    [Theory(Timeout = Patience)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Keys_that_have_gone_are_destroyed_unless_the_clock_has_jumped(bool jumped)
    {
        var keys = new SigningKeys(Store, Engine, new Vault(new ServerKeys(new byte[32])), Clock, new());
        await keys.LoadAsync();
        var made = (await keys.ListAsync()).Count;
        await keys.RotateAsync(compromised: false);
        var later = AuthorizationServerOptions.KeyRetained + TimeSpan.FromDays(2);
        Clock.Now += jumped ? TimeSpan.Zero : later;
        var clock = new MinuteClock(Clock);
        using var rotation = new KeyRotation(keys, Engine, clock, NullLogger<KeyRotation>.Instance);
        await rotation.StartAsync(CancellationToken.None);
        var passMinute = await clock.Minute;
        Clock.Now += jumped ? later : TimeSpan.Zero;
        passMinute();
        for (var batch = 0; batch < 50; batch++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
            await Engine.SubmitAsync(new Probe(World.Live, _ => Decision.Reject("nothing")));
        }

        await rotation.StopAsync(CancellationToken.None);
        Assert.Equal(jumped ? made * 2 : made, (await keys.ListAsync()).Count);
    }

    private static JournalRow Journal(int id, DateTimeOffset at, bool pending) =>
        new()
        {
            Id = Rows.Id<JournalRow>(id),
            CreatedAt = at,
            Events = "[]"u8.ToArray(),
            Pending = pending,
        };

    private static EventPositionRow Position(int position, DateTimeOffset at) =>
        new()
        {
            AppId = Rows.App.Id,
            Position = position,
            JournalId = Rows.Id<JournalRow>(position),
            SealedAt = at,
        };

    private static EventRow Happened(int id, DateTimeOffset at) =>
        new()
        {
            Id = Rows.Id<EventRow>(id),
            AppId = Rows.App.Id,
            Type = EventTypes.PaymentCaptured,
            Body = [1],
            CreatedAt = at,
        };

    private static AccountApplicationRow Application(int id, ApplicationState state, DateTimeOffset until) =>
        new()
        {
            Id = Rows.Id<AccountApplicationRow>(id),
            AppId = Rows.App.Id,
            State = state,
            Elements = [],
            IdNumberIndex = "",
            MobileIndex = "",
            CreatedAt = until.AddDays(-1),
            ExpiresAt = until,
            Images = (int)IdentityImageSide.Portrait,
        };

    private static IdentityImageRow Portrait(int application) =>
        new()
        {
            Id = IdentityImageRow.IdOf(
                Rows.Id<AccountApplicationRow>(application),
                IdentityImageSide.Portrait
            ),
            ApplicationId = Rows.Id<AccountApplicationRow>(application),
            Side = IdentityImageSide.Portrait,
            MediaType = "image/png",
            Width = 1,
            Height = 1,
            GivenAt = Rows.Noon,
            Content = [1],
        };

    private static DeliveryRow Delivery(int id, DateTimeOffset due, DeliveryState state) =>
        new()
        {
            EndpointId = Rows.Endpoint.Id,
            EventId = Rows.Id<EventRow>(id),
            State = state,
            Attempts = 1,
            DueAt = due,
        };
}
