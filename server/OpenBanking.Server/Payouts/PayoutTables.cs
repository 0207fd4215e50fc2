using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.SubMerchants;

namespace OpenBanking.Server.Payouts;

public enum PayoutState
{
    Processing = 1,
    Succeeded = 2,
    Failed = 3,
}

/// <summary>A payout 结算付款 of what a partner, or a merchant that sells through it, has earned, with the statement it comes
/// from. Amounts are in minor units.</summary>
public sealed record PayoutRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "pyo_";

    public required Id<PayoutRow> Id { get; init; }

    public required Id<PartnerRow> PartnerId { get; init; }

    /// <summary>The merchant; null for the partner itself.</summary>
    public Id<SubMerchantRow>? SubMerchantId { get; init; }

    public required PayoutState State { get; init; }

    /// <summary>Why the bank's own transfer failed, in the words of whoever answered.</summary>
    public string? DeclineCode { get; init; }

    public required string Currency { get; init; }

    public required long Amount { get; init; }

    /// <summary>The first business day that it settles; null of all days there were, and of payouts made before this was kept.</summary>
    public DateOnly? Since { get; init; }

    /// <summary>The last business day that it settles.</summary>
    public required DateOnly Through { get; init; }

    /// <summary>What was left over from the payout before, with what came late to the days that it settled; negative what was
    /// owed.</summary>
    public required long BroughtForward { get; init; }

    /// <summary>What was captured since.</summary>
    public required long Captured { get; init; }

    /// <summary>What was given back since.</summary>
    public required long Refunded { get; init; }

    /// <summary>What was taken in fees since, less what of them came back.</summary>
    public required long Fees { get; init; }

    /// <summary>What is left over for the next one: what was given back meanwhile is not paid out.</summary>
    public long CarriedForward => BroughtForward + Captured - Refunded - Fees - Amount;

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }
}

/// <summary>How far somebody's settlement has been paid out.</summary>
public sealed record PayoutProgressRow : VersionedRow
{
    /// <summary>The partner, or the merchant.</summary>
    public required Guid OwnerId { get; init; }

    /// <summary>The last business day that was settled, whether or not anything was left to pay.</summary>
    public required DateOnly Through { get; init; }

    /// <summary>What is left of those days; negative what is owed.</summary>
    public required long Carried { get; init; }

    /// <summary>The payout that has no answer yet: there is no other meanwhile.</summary>
    public Id<PayoutRow>? OpenPayoutId { get; init; }
}

public readonly record struct PayoutOwnerKey(Guid OwnerId);

public static class PayoutTables
{
    public static Table<Id<PayoutRow>, PayoutRow> Payouts { get; } = new("payout");

    public static Table<PayoutOwnerKey, PayoutProgressRow> Progress { get; } = new("payout_progress");
}
