using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Webhooks;

/// <summary>Adds an address that events are posted to.</summary>
public sealed record AddWebhookEndpoint(World World, DateTimeOffset Now, WebhookEndpointRow Endpoint)
    : Command<WebhookEndpointRow>(World, Now)
{
    public override Actor Actor => Actor.App(Endpoint.AppId);

    public override Subject Subject => Subject.Of(Endpoint.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(PartnerTables.Apps, Endpoint.AppId);
        keys.Want(WebhookTables.Endpoints, Endpoint.Id);
    }

    public override Decision<WebhookEndpointRow> Decide(Book book) => WebhookRules.Add(this, book);
}

/// <summary>Deletes or disables an address.</summary>
public sealed record RetireWebhookEndpoint(
    World World,
    DateTimeOffset Now,
    Id<AppRow> AppId,
    Id<WebhookEndpointRow> EndpointId,
    WebhookEndpointState State
) : Command<Done>(World, Now)
{
    public override Actor Actor => Actor.App(AppId);

    public override Subject Subject => Subject.Of(EndpointId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(PartnerTables.Apps, AppId);
        keys.Want(WebhookTables.Endpoints, EndpointId);
    }

    public override Decision<Done> Decide(Book book) => WebhookRules.Retire(this, book);
}

/// <summary>Hands the events of one batch to the endpoints that want them.</summary>
public sealed record PublishEvents(
    World World,
    DateTimeOffset Now,
    Id<JournalRow> JournalId,
    IReadOnlyList<EventRow> Events,
    IReadOnlyList<DeliveryRow> Deliveries
) : Command<Done>(World, Now)
{
    public override Guid Lane => JournalId.Value;

    public override Subject Subject => Subject.Of(JournalId);

    public override void Keys(IKeySet keys) => keys.Want(EngineTables.Journal, JournalId);

    public override Decision<Done> Decide(Book book) => WebhookRules.Publish(this, book);
}

/// <summary>Notes what became of an attempt to deliver.</summary>
/// <param name="RetryAt">When to try again; null when it is over.</param>
public sealed record NoteDelivery(
    World World,
    DateTimeOffset Now,
    DeliveryKey Delivery,
    bool Delivered,
    DateTimeOffset? RetryAt
) : Command<Done>(World, Now)
{
    public override Subject Subject => Subject.Of(Delivery.EventId);

    public override void Keys(IKeySet keys) => keys.Want(WebhookTables.Deliveries, Delivery);

    public override Decision<Done> Decide(Book book) => WebhookRules.Note(this, book);
}

public static class WebhookRules
{
    public const int MostEndpoints = 10;

    /// <summary>Refuses: the app has all the endpoints it may have.</summary>
    public static Decision<WebhookEndpointRow> Add(AddWebhookEndpoint command, Book book)
    {
        var app = book.Get(PartnerTables.Apps, command.Endpoint.AppId);
        if (app.WebhookEndpoints >= MostEndpoints)
        {
            return Decision.Reject(ProblemCodes.WebhookEndpointLimit);
        }

        book.Update(PartnerTables.Apps, app with { WebhookEndpoints = app.WebhookEndpoints + 1 });
        return Decision.Accept(book.Insert(WebhookTables.Endpoints, command.Endpoint));
    }

    /// <summary>Retiring twice is retiring once.</summary>
    public static Decision<Done> Retire(RetireWebhookEndpoint command, Book book)
    {
        var endpoint = book.Get(WebhookTables.Endpoints, command.EndpointId);
        if (endpoint.State == WebhookEndpointState.Deleted || endpoint.State == command.State)
        {
            return Decision.Accept(new Done());
        }

        book.Update(WebhookTables.Endpoints, endpoint with { State = command.State });
        if (command.State == WebhookEndpointState.Deleted)
        {
            var app = book.Get(PartnerTables.Apps, command.AppId);
            book.Update(PartnerTables.Apps, app with { WebhookEndpoints = app.WebhookEndpoints - 1 });
        }

        return Decision.Accept(new Done());
    }

    /// <summary>A batch that was published before stays as it is.</summary>
    public static Decision<Done> Publish(PublishEvents command, Book book)
    {
        var journal = book.Get(EngineTables.Journal, command.JournalId);
        if (!journal.Pending)
        {
            return Decision.Accept(new Done());
        }

        book.Update(EngineTables.Journal, journal with { Pending = false });
        foreach (var happened in command.Events)
        {
            book.Insert(WebhookTables.Events, happened);
        }

        foreach (var delivery in command.Deliveries)
        {
            book.Insert(WebhookTables.Deliveries, delivery);
        }

        return Decision.Accept(new Done());
    }

    /// <summary>Deliveries that are over stay as they are. One may have been swept while it was posted: its endpoint was
    /// deleted.</summary>
    public static Decision<Done> Note(NoteDelivery command, Book book)
    {
        if (
            book.Find(WebhookTables.Deliveries, command.Delivery) is { State: DeliveryState.Waiting } delivery
        )
        {
            book.Update(
                WebhookTables.Deliveries,
                delivery with
                {
                    State =
                        command.Delivered ? DeliveryState.Delivered
                        : command.RetryAt is null ? DeliveryState.GivenUp
                        : DeliveryState.Waiting,
                    Attempts = delivery.Attempts + 1,
                    DueAt = command.RetryAt ?? delivery.DueAt,
                }
            );
        }

        return Decision.Accept(new Done());
    }
}
