using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Confirmations;

public enum ConfirmationState
{
    Waiting = 1,

    /// <summary>The customer confirmed it: what became of it is in the payment of the same id.</summary>
    Confirmed = 2,

    /// <summary>The partner took it back, or the customer said no.</summary>
    Canceled = 3,
    Expired = 4,

    /// <summary>Its coupon cannot be used.</summary>
    Failed = 5,
}

/// <summary>A payment that its customer is to confirm 待确认支付, from the moment it is asked for. Nobody may know yet who
/// that is, so it is no row of the payments until it is confirmed.</summary>
public sealed record ConfirmationRow : VersionedRow
{
    public required Id<PaymentRow> PaymentId { get; init; }

    public required Id<AppRow> AppId { get; init; }

    public required Id<PartnerRow> PartnerId { get; init; }

    public required string OrderNo { get; init; }

    /// <summary>Who alone may confirm it; null when anybody may who has the link.</summary>
    public Id<CustomerRow>? CustomerId { get; init; }

    public Id<CouponRow>? CouponId { get; init; }

    public required ConfirmationState State { get; init; }

    /// <summary>Why it failed, or that the customer said no.</summary>
    public string? DeclineCode { get; init; }

    public required string Currency { get; init; }

    /// <summary>The price.</summary>
    public required long Amount { get; init; }

    /// <summary>What the coupon takes off it.</summary>
    public required long Discount { get; init; }

    /// <summary>The most that the customer may come to pay.</summary>
    public required long CustomerAmount { get; init; }

    public string? Description { get; init; }

    /// <summary>The parts of it, as JSON; null when it goes whole to the partner.</summary>
    public string? Splits { get; init; }

    /// <summary>Whom the customer pays, as the customer is told; null for the app.</summary>
    public string? Payee { get; init; }

    /// <summary>The scene the customer buys in; null when the request named none.</summary>
    public string? Scene { get; init; }

    /// <summary>Whether the money is held first and captured later.</summary>
    public required bool Manual { get; init; }

    /// <summary>When the hold ends by itself; null for as long after the confirmation as holds last.</summary>
    public DateTimeOffset? HoldUntil { get; init; }

    public string? ReturnUrl { get; init; }

    /// <summary>The newest one-time code that was sent for it.</summary>
    public Id<OneTimeCodeRow>? CodeId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

public readonly record struct ConfirmationKey(Id<PaymentRow> PaymentId);

public static class ConfirmationTables
{
    public static Table<ConfirmationKey, ConfirmationRow> Confirmations { get; } =
        new("payment_confirmation");
}
