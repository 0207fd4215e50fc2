using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Refunds;

/// <summary>A refund 退款.</summary>
public sealed record RefundRow : IIdentified
{
    public static string IdPrefix => "rfd_";

    public required Id<RefundRow> Id { get; init; }

    public required Id<AppRow> AppId { get; init; }

    public required Id<PaymentRow> PaymentId { get; init; }

    public required string OrderNo { get; init; }

    public required string Currency { get; init; }

    /// <summary>How much of the price was given back: the sum of the next two.</summary>
    public required long Amount { get; init; }

    public required long CustomerAmount { get; init; }

    public required long DiscountAmount { get; init; }

    /// <summary>How much of the fee it gave back to the partner; null when the payment cost none.</summary>
    public long? Fee { get; init; }

    /// <summary>What each part of the payment gave back, as JSON; null when it went whole to the partner.</summary>
    public string? Splits { get; init; }

    public required bool CouponReturned { get; init; }

    public string? Reason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

public static class RefundTables
{
    public static Table<Id<RefundRow>, RefundRow> Refunds { get; } = new("refund");
}
