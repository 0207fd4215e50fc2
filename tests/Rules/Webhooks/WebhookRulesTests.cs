using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Webhooks;

namespace OpenBanking.Tests.Rules.Webhooks;

public class WebhookRulesTests
{
    private static readonly AddWebhookEndpoint add = new(Rows.World, Rows.Noon, Rows.Endpoint);
    private static readonly EventRow happened = new()
    {
        Id = Rows.Id<EventRow>(1),
        AppId = Rows.App.Id,
        Type = EventTypes.PaymentCaptured,
        Body = [1],
        CreatedAt = Rows.Noon,
    };

    private static readonly DeliveryRow delivery = new()
    {
        EndpointId = Rows.Endpoint.Id,
        EventId = happened.Id,
        State = DeliveryState.Waiting,
        Attempts = 0,
        DueAt = Rows.Noon,
    };

    private static readonly DeliveryKey deliveryKey = new(delivery.EndpointId, delivery.EventId);

    private static readonly JournalRow journal = new()
    {
        Id = Rows.Id<JournalRow>(1),
        CreatedAt = Rows.Noon,
        Events = [1],
        Pending = true,
    };

    private static readonly PublishEvents publish = new(
        Rows.World,
        Rows.Noon,
        journal.Id,
        [happened],
        [delivery]
    );

    [Fact]
    public void An_app_may_have_ten_endpoints_and_no_eleventh()
    {
        var nine = BankWith(endpoints: 9);
        var ten = BankWith(endpoints: 10);

        Assert.Equal(Rows.Endpoint, nine.Run(add).Accepted);
        Assert.Equal(10, nine.Get(PartnerTables.Apps, Rows.App.Id).WebhookEndpoints);
        Assert.Equal(ProblemCodes.WebhookEndpointLimit, ten.Run(add).Rejected.Code);
    }

    [Fact]
    public void A_deleted_endpoint_makes_room_once()
    {
        var bank = BankWith(endpoints: 10).Put(WebhookTables.Endpoints, Rows.Endpoint);

        bank.Run(Retire(WebhookEndpointState.Deleted));
        bank.Run(Retire(WebhookEndpointState.Deleted));

        Assert.Equal(9, bank.Get(PartnerTables.Apps, Rows.App.Id).WebhookEndpoints);
        Assert.Equal(WebhookEndpointState.Deleted, Stored(bank).State);
    }

    [Fact]
    public void A_disabled_endpoint_keeps_its_place_until_it_is_deleted()
    {
        var bank = BankWith(endpoints: 10).Put(WebhookTables.Endpoints, Rows.Endpoint);

        bank.Run(Retire(WebhookEndpointState.Disabled));
        Assert.Equal(0, bank.Run(Retire(WebhookEndpointState.Disabled)).Written);
        Assert.Equal(10, bank.Get(PartnerTables.Apps, Rows.App.Id).WebhookEndpoints);

        bank.Run(Retire(WebhookEndpointState.Deleted));
        Assert.Equal(9, bank.Get(PartnerTables.Apps, Rows.App.Id).WebhookEndpoints);
    }

    [Fact]
    public void A_deleted_endpoint_stays_deleted()
    {
        var bank = BankWith(endpoints: 0)
            .Put(WebhookTables.Endpoints, Rows.Endpoint with { State = WebhookEndpointState.Deleted });

        Assert.Equal(0, bank.Run(Retire(WebhookEndpointState.Disabled)).Written);
        Assert.Equal(0, bank.Run(Retire(WebhookEndpointState.Enabled)).Written);
    }

    [Fact]
    public void The_events_of_a_batch_are_handed_over_once()
    {
        var bank = new MemoryBank().Put(EngineTables.Journal, journal);

        bank.Run(publish);

        Assert.Equal([happened], bank.All(WebhookTables.Events));
        Assert.Equal([delivery], bank.All(WebhookTables.Deliveries));
        Assert.False(bank.Get(EngineTables.Journal, journal.Id).Pending);
        Assert.Equal(0, bank.Run(publish).Written);
    }

    [Fact]
    public void A_delivery_that_arrived_is_over()
    {
        var bank = BankWithDelivery();

        bank.Run(Note(delivered: true));

        Assert.Equal((DeliveryState.Delivered, 1), StateOf(bank));
    }

    [Fact]
    public void A_delivery_that_failed_is_due_again_later()
    {
        var bank = BankWithDelivery();

        bank.Run(Note(delivered: false, retryAt: Rows.Noon.AddMinutes(1)));

        Assert.Equal((DeliveryState.Waiting, 1), StateOf(bank));
        Assert.Equal(Rows.Noon.AddMinutes(1), bank.Get(WebhookTables.Deliveries, deliveryKey).DueAt);
    }

    [Fact]
    public void A_delivery_without_another_try_is_given_up()
    {
        var bank = BankWithDelivery();

        bank.Run(Note(delivered: false));

        Assert.Equal((DeliveryState.GivenUp, 1), StateOf(bank));
    }

    [Theory]
    [InlineData(DeliveryState.Delivered)]
    [InlineData(DeliveryState.GivenUp)]
    public void What_is_over_stays_as_it_is(DeliveryState state)
    {
        var bank = new MemoryBank().Put(WebhookTables.Deliveries, delivery with { State = state });

        Assert.Equal(0, bank.Run(Note(delivered: true)).Written);
        Assert.Equal(0, bank.Run(Note(delivered: false, retryAt: Rows.Noon)).Written);
    }

    [Fact]
    public void A_delivery_that_was_swept_while_it_was_posted_is_no_more() =>
        Assert.Equal(0, new MemoryBank().Run(Note(delivered: true)).Written);

    private static MemoryBank BankWith(int endpoints) =>
        new MemoryBank().Put(PartnerTables.Apps, Rows.App with { WebhookEndpoints = endpoints });

    private static MemoryBank BankWithDelivery() => new MemoryBank().Put(WebhookTables.Deliveries, delivery);

    private static RetireWebhookEndpoint Retire(WebhookEndpointState state) =>
        new(Rows.World, Rows.Noon, Rows.App.Id, Rows.Endpoint.Id, state);

    private static NoteDelivery Note(bool delivered, DateTimeOffset? retryAt = null) =>
        new(Rows.World, Rows.Noon, deliveryKey, delivered, retryAt);

    private static WebhookEndpointRow Stored(MemoryBank bank) =>
        bank.Get(WebhookTables.Endpoints, Rows.Endpoint.Id);

    private static (DeliveryState State, int Attempts) StateOf(MemoryBank bank)
    {
        var row = bank.Get(WebhookTables.Deliveries, deliveryKey);
        return (row.State, row.Attempts);
    }
}
