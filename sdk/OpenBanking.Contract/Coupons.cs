using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Issues one coupon of a stock to a customer.</summary>
public sealed record IssueCouponRequest
{
    /// <summary>The stock, <c>stk_…</c>.</summary>
    public required string StockId { get; init; }

    /// <summary>The customer, <c>cus_…</c>, linked to this app by a consent that holds a coupon wallet.</summary>
    public required string CustomerId { get; init; }
}

/// <summary>A stock of coupons 券批次 of one of the bank's campaigns.</summary>
public sealed record CouponStock : ResponseObject
{
    /// <summary><c>stk_…</c></summary>
    public required string Id { get; init; }

    /// <summary>The campaign that pays for the discount.</summary>
    public required string CampaignId { get; init; }

    /// <summary>What the customer reads, by language: <c>zh-CN</c> and <c>en</c>.</summary>
    public required IReadOnlyDictionary<string, string> Name
    {
        get;
        init => field = Listed.Of(value);
    }

    /// <summary>What a coupon takes off the price.</summary>
    public required Money Discount { get; init; }

    /// <summary>The least price it can be used for.</summary>
    public required Money Threshold { get; init; }

    /// <summary>How many coupons the stock holds in all.</summary>
    public required long Quantity { get; init; }

    /// <summary>How many can still be issued.</summary>
    public required long Remaining { get; init; }

    /// <summary>How many one customer may get.</summary>
    public required int PerCustomerLimit { get; init; }

    /// <summary>From when on coupons are issued.</summary>
    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>Until when coupons are issued, exclusive.</summary>
    public required DateTimeOffset EndsAt { get; init; }
}

/// <summary>A coupon 券 in a customer's wallet.</summary>
public sealed record Coupon : ResponseObject
{
    /// <summary><c>cpn_…</c></summary>
    public required string Id { get; init; }

    /// <summary>The stock it came from.</summary>
    public required string StockId { get; init; }

    /// <summary>Whose it is.</summary>
    public required string CustomerId { get; init; }

    /// <summary>Where the coupon stands.</summary>
    public required CouponStatus Status { get; init; }

    /// <summary>What it takes off the price.</summary>
    public required Money Discount { get; init; }

    /// <summary>The least price it can be used for.</summary>
    public required Money Threshold { get; init; }

    /// <summary>When it was issued, and from when on it can be used.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>Until when it can be used, exclusive.</summary>
    public required DateTimeOffset ValidUntil { get; init; }

    /// <summary>The payment that redeemed it, if it is this app's own.</summary>
    public string? PaymentId { get; init; }
}
