namespace OpenBanking;

/// <summary>Registers a merchant that sells through this partner.</summary>
public sealed record CreateSubMerchantRequest
{
    /// <summary>The name that customers see, on the bank's pages and on their statements; 1 to 64 characters. It cannot be
    /// changed.</summary>
    public required string Name { get; init; }

    /// <summary>What the partner calls it: 1–64 of <c>A–Z a–z 0–9 . _ : -</c>. Two may have the same.</summary>
    public string? Reference { get; init; }
}

/// <summary>A merchant 二级商户 that sells through a partner, with a settlement account of its own. All apps of the partner
/// see it.</summary>
public sealed record SubMerchant : ResponseObject
{
    /// <summary><c>sub_…</c></summary>
    public required string Id { get; init; }

    /// <summary>The name that customers see.</summary>
    public required string Name { get; init; }

    /// <summary>What the partner calls it.</summary>
    public string? Reference { get; init; }

    /// <summary>Whether payments may go to it.</summary>
    public required SubMerchantStatus Status { get; init; }

    /// <summary>When it was registered.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
