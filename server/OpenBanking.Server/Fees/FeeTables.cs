using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Fees;

/// <summary>What the bank takes of a partner's payments 手续费: one version of it. A version never changes, and a payment names
/// the one it was made under: so a later version touches no payment that is there.</summary>
public sealed record FeeRuleRow : IIdentified
{
    public static string IdPrefix => "fee_";

    public required Id<FeeRuleRow> Id { get; init; }

    /// <summary>Whose payments: a partner's, or one app's.</summary>
    public required Guid OwnerId { get; init; }

    /// <summary>The scene it is for; null for every scene of the owner.</summary>
    public string? Scene { get; init; }

    /// <summary>From the beginning of this business day, until another version of the same owner and scene begins.</summary>
    public required DateOnly Effective { get; init; }

    /// <summary>The rate, in hundredths of a percent of what is captured.</summary>
    public required int BasisPoints { get; init; }

    /// <summary>The least that a payment costs, in minor units; never more than what was captured of it.</summary>
    public required long Minimum { get; init; }

    /// <summary>The most that a payment costs, in minor units; no limit when null.</summary>
    public long? Cap { get; init; }

    /// <summary>Whether refunds give the fee back in proportion.</summary>
    public required bool Refunded { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

public static class FeeTables
{
    public static Table<Id<FeeRuleRow>, FeeRuleRow> Rules { get; } = new("fee_rule");
}
