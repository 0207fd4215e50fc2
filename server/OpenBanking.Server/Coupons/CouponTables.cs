using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Coupons;

public enum CampaignState
{
    Running = 1,

    /// <summary>Over, and what was left of its budget has gone back.</summary>
    Settled = 2,
}

/// <summary>A campaign 活动: where the money for discounts comes from.</summary>
public sealed record CampaignRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "cmp_";

    public required Id<CampaignRow> Id { get; init; }

    public required string Name { get; init; }

    public required CampaignState State { get; init; }

    public required string Currency { get; init; }

    /// <summary>What was blocked for it when it was approved.</summary>
    public required long Budget { get; init; }

    public required DateTimeOffset StartsAt { get; init; }

    public required DateTimeOffset EndsAt { get; init; }
}

/// <summary>A stock of coupons 券批次.</summary>
public sealed record CouponStockRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "stk_";

    public required Id<CouponStockRow> Id { get; init; }

    public required Id<CampaignRow> CampaignId { get; init; }

    public required string NameZh { get; init; }

    public required string NameEn { get; init; }

    public required string Currency { get; init; }

    public required long Discount { get; init; }

    public required long Threshold { get; init; }

    public required long Quantity { get; init; }

    public required long Issued { get; init; }

    public required int PerCustomerLimit { get; init; }

    /// <summary>For how many days a coupon is good, from the instant it is issued.</summary>
    public required int ValidDays { get; init; }

    public required DateTimeOffset StartsAt { get; init; }

    public required DateTimeOffset EndsAt { get; init; }
}

/// <summary>How many coupons of a stock a customer got.</summary>
public sealed record StockHolderRow : VersionedRow
{
    public required Id<CouponStockRow> StockId { get; init; }

    public required Id<CustomerRow> CustomerId { get; init; }

    public required int Issued { get; init; }
}

public readonly record struct StockHolderKey(Id<CouponStockRow> StockId, Id<CustomerRow> CustomerId);

public enum CouponState
{
    Issued = 1,
    Redeemed = 2,

    /// <summary>Its time was over before it was used, and its app has been told.</summary>
    Expired = 3,
}

/// <summary>A coupon 券 in a customer's wallet. Its terms are copied from the stock when it is issued.</summary>
public sealed record CouponRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "cpn_";

    public required Id<CouponRow> Id { get; init; }

    public required Id<CouponStockRow> StockId { get; init; }

    public required Id<CampaignRow> CampaignId { get; init; }

    public required Id<CustomerRow> CustomerId { get; init; }

    public required Id<AppRow> AppId { get; init; }

    public required CouponState State { get; init; }

    public required string Currency { get; init; }

    public required long Discount { get; init; }

    public required long Threshold { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset ValidUntil { get; init; }

    /// <summary>The live redemption 核销: the payment that used it, or holds it.</summary>
    public Id<PaymentRow>? PaymentId { get; init; }

    /// <summary>Whether the payment only holds it. A flag beside the state, so that a server which knows of no holds takes
    /// the coupon for used.</summary>
    public bool Held { get; init; }
}

public static class CouponTables
{
    public static Table<Id<CampaignRow>, CampaignRow> Campaigns { get; } = new("campaign");

    public static Table<Id<CouponStockRow>, CouponStockRow> Stocks { get; } = new("coupon_stock");

    public static Table<StockHolderKey, StockHolderRow> StockHolders { get; } = new("coupon_stock_holder");

    public static Table<Id<CouponRow>, CouponRow> Coupons { get; } = new("coupon");
}
