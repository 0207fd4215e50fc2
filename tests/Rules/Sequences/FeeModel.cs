using System.Numerics;
using OpenBanking.Server.Fees;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>What a payment costs its partner.</summary>
internal sealed partial class ModelPayment
{
    public required FeeRuleRow FeeRule { get; init; }

    /// <summary>What was taken from customer and campaign by now.</summary>
    public long Taken => Captured ? Price : Hold?.Captured ?? 0;

    public long Fee
    {
        get
        {
            var byRate = Math.Round(Taken * FeeRule.BasisPoints / 10_000m, MidpointRounding.AwayFromZero);
            return (long)Math.Min(Taken, Math.Clamp(byRate, FeeRule.Minimum, FeeRule.Cap ?? byRate));
        }
    }

    public long FeeRefunded { get; set; }

    /// <summary>floor(R × F ÷ T), less what was given back before.</summary>
    public long FeeGivenBackBy(long refund) =>
        FeeRule.Refunded
            ? (long)((BigInteger)(Refunds.Sum() + refund) * Fee / Price) - FeeRefunded
            : 0;
}
