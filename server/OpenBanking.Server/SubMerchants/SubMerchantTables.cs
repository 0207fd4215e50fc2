using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.SubMerchants;

public enum SubMerchantState
{
    Open = 1,
    Closed = 2,
}

/// <summary>A merchant 二级商户 that sells through a partner, with a settlement account of its own. Its name is what customers
/// see, and never changes.</summary>
public sealed record SubMerchantRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "sub_";

    public required Id<SubMerchantRow> Id { get; init; }

    public required Id<PartnerRow> PartnerId { get; init; }

    public required string Name { get; init; }

    /// <summary>What the partner calls it.</summary>
    public string? Reference { get; init; }

    public required SubMerchantState State { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

public static class SubMerchantTables
{
    public static Table<Id<SubMerchantRow>, SubMerchantRow> SubMerchants { get; } = new("sub_merchant");
}
