using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Payments;

public enum PaymentState
{
    Captured = 1,
    Failed = 2,
    PartiallyRefunded = 3,
    Refunded = 4,
    Authorized = 5,
    Canceled = 6,
    Expired = 7,
}

/// <summary>A payment 支付. Amounts are in minor units.</summary>
public sealed record PaymentRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "pay_";

    public required Id<PaymentRow> Id { get; init; }

    public required Id<AppRow> AppId { get; init; }

    public required Id<PartnerRow> PartnerId { get; init; }

    public required string OrderNo { get; init; }

    /// <summary>The agreement it was paid under; one of the payment's own id when the customer confirmed it.</summary>
    public required Id<AgreementRow> AgreementId { get; init; }

    public required Id<AccountRow> AccountId { get; init; }

    public required Id<CustomerRow> CustomerId { get; init; }

    /// <summary>The coupon that was to be redeemed, whether or not the payment went through.</summary>
    public Id<CouponRow>? CouponId { get; init; }

    /// <summary>The campaign that paid the discount.</summary>
    public Id<CampaignRow>? CampaignId { get; init; }

    public required PaymentState State { get; init; }

    public string? DeclineCode { get; init; }

    public required string Currency { get; init; }

    /// <summary>The price; once a hold has ended, what was captured of it.</summary>
    public required long Amount { get; init; }

    /// <summary>The campaign's part of <see cref="Amount"/>.</summary>
    public required long Discount { get; init; }

    /// <summary>How much of the price was given back.</summary>
    public required long Refunded { get; init; }

    public string? Description { get; init; }

    public required DateOnly BusinessDate { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The price that was to be held; null for a payment that takes the money at once.</summary>
    public long? Authorized { get; init; }

    /// <summary>How much of the price was captured; null for a payment that takes the money at once.</summary>
    public long? Captured { get; init; }

    /// <summary>How much of the customer's money is still held; null when the payment holds nothing (any more).</summary>
    public long? Held { get; init; }

    /// <summary>When the hold ends by itself; null for a payment that takes the money at once.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What the fee is reckoned by; null when the payment costs none.</summary>
    public Id<FeeRuleRow>? FeeRuleId { get; init; }

    /// <summary>What the bank took of what was captured; null while nothing was, or when it costs no fee.</summary>
    public long? Fee { get; init; }

    /// <summary>How much of the fee refunds gave back.</summary>
    public long? FeeRefunded { get; init; }

    /// <summary>The parts of it, as JSON (<see cref="PaymentShares"/>); null when it goes whole to the partner.</summary>
    public string? Splits { get; init; }

    /// <summary>Whom the customer pays, as the customer is told; null for the app.</summary>
    public string? Payee { get; init; }

    /// <summary>The scene the customer bought in; null when the request named none.</summary>
    public string? Scene { get; init; }

    /// <summary>Whether the customer confirmed it, so that no standing agreement was used.</summary>
    public bool Confirmed => AgreementId.Value == Id.Value;

    /// <summary>The customer's part of <see cref="Amount"/>.</summary>
    public long CustomerAmount => Amount - Discount;

    /// <summary>What a refund may give back now.</summary>
    public long Refundable =>
        State is PaymentState.Captured or PaymentState.PartiallyRefunded ? Amount - Refunded : 0;
}

/// <summary>An order number of an app, and the payment that counts for it.</summary>
public sealed record OrderRow : VersionedRow
{
    public required Id<AppRow> AppId { get; init; }

    public required string OrderNo { get; init; }

    public required int Attempts { get; init; }

    /// <summary>Of nothing when it was closed before any payment was tried.</summary>
    public required Id<PaymentRow> LastPaymentId { get; init; }

    /// <summary>Whether the last payment went through, so that no other may; also of a closed one, so that servers which know
    /// of no closing take none for it.</summary>
    public required bool Paid { get; init; }

    /// <summary>When the partner closed it: no payment is taken for it any more.</summary>
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>The order once its live payment has ended without one.</summary>
    public OrderRow Free() => this with { Paid = ClosedAt is not null };
}

public readonly record struct OrderKey(Id<AppRow> AppId, string OrderNo);

public static class PaymentTables
{
    public static Table<Id<PaymentRow>, PaymentRow> Payments { get; } = new("payment");

    public static Table<OrderKey, OrderRow> Orders { get; } = new("order_number");
}
