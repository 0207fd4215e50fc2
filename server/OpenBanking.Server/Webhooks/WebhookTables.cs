using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Webhooks;

public enum WebhookEndpointState
{
    Enabled = 1,

    /// <summary>The receiver answered 410 Gone.</summary>
    Disabled = 2,

    Deleted = 3,
}

/// <summary>An address of an app that events are posted to.</summary>
public sealed record WebhookEndpointRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "whe_";

    public required Id<WebhookEndpointRow> Id { get; init; }

    public required Id<AppRow> AppId { get; init; }

    public required string Url { get; init; }

    /// <summary>The event types wanted, space-separated; empty means all.</summary>
    public required string Events { get; init; }

    /// <summary>The signing secret, sealed.</summary>
    public required byte[] Secret { get; init; }

    public required WebhookEndpointState State { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>An event as its receivers get it, byte for byte the same in every delivery.</summary>
public sealed record EventRow : IIdentified
{
    public static string IdPrefix => "evt_";

    public required Id<EventRow> Id { get; init; }

    public required Id<AppRow> AppId { get; init; }

    public required string Type { get; init; }

    public required byte[] Body { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

public enum DeliveryState
{
    Waiting = 1,
    Delivered = 2,

    /// <summary>Every attempt failed, or the endpoint went away.</summary>
    GivenUp = 3,
}

/// <summary>An event on its way to an endpoint.</summary>
public sealed record DeliveryRow : VersionedRow
{
    public required Id<WebhookEndpointRow> EndpointId { get; init; }

    public required Id<EventRow> EventId { get; init; }

    public required DeliveryState State { get; init; }

    public required int Attempts { get; init; }

    /// <summary>Due whatever the clock says, now or when it has been set back.</summary>
    public static readonly DateTimeOffset AtOnce = DateTimeOffset.UnixEpoch;

    /// <summary>When to try next, by the real clock.</summary>
    public required DateTimeOffset DueAt { get; init; }
}

public readonly record struct DeliveryKey(Id<WebhookEndpointRow> EndpointId, Id<EventRow> EventId);

public static class WebhookTables
{
    public static Table<Id<WebhookEndpointRow>, WebhookEndpointRow> Endpoints { get; } =
        new("webhook_endpoint");

    public static Table<Id<EventRow>, EventRow> Events { get; } = new("event");

    public static Table<DeliveryKey, DeliveryRow> Deliveries { get; } = new("webhook_delivery");
}
