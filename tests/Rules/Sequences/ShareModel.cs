using System.Numerics;
using OpenBanking.Server.Fees;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>Who is paid, and what it costs them.</summary>
internal sealed partial class ModelPayment
{
    public required FeeRuleRow FeeRule { get; init; }

    /// <summary>Who gets which part of the price: a merchant's number, or 0 for the partner.</summary>
    public required IReadOnlyList<(int Owner, long Amount)> Shares { get; init; }

    /// <summary>What each part gave back.</summary>
    public long[] GaveBack => field ??= new long[Shares.Count];

    /// <summary>What was taken from customer and campaign by now.</summary>
    public long Taken => Captured ? Price : Hold?.Captured ?? 0;

    public IReadOnlyList<long> TakenBy => Divide(Taken, Amounts);

    public long Fee
    {
        get
        {
            var byRate = Math.Round(Taken * FeeRule.BasisPoints / 10_000m, MidpointRounding.AwayFromZero);
            return (long)Math.Min(Taken, Math.Clamp(byRate, FeeRule.Minimum, FeeRule.Cap ?? byRate));
        }
    }

    public long FeeRefunded => Shares.Select((_, i) => FeeGivenBackTo(i, GaveBack[i])).Sum();

    private IReadOnlyList<long> Amounts => [.. Shares.Select(share => share.Amount)];

    /// <summary>What a part has of the payment now.</summary>
    public long LeftTo(int i) => LeftTo(i, GaveBack[i]);

    /// <summary>What each part gives back in a refund: of all that was refunded its share of what it got, less what it gave
    /// before; where some gave more, the others give as much as they still owe.</summary>
    public IReadOnlyList<long> DivideRefund(long refund)
    {
        var due = Divide(Refunds.Sum() + refund, TakenBy);
        return Divide(refund, [.. due.Select((part, i) => Math.Max(0, part - GaveBack[i]))]);
    }

    /// <summary>What a part would take from its settlement by giving back so much more.</summary>
    public long Costs(int i, long refund) => LeftTo(i) - LeftTo(i, GaveBack[i] + refund);

    private long LeftTo(int i, long gaveBack) =>
        TakenBy[i] - gaveBack - Divide(Fee, Amounts)[i] + FeeGivenBackTo(i, gaveBack);

    /// <summary>floor(R × F ÷ T)</summary>
    private long FeeGivenBackTo(int i, long gaveBack) =>
        FeeRule.Refunded && TakenBy[i] > 0
            ? (long)((BigInteger)gaveBack * Divide(Fee, Amounts)[i] / TakenBy[i])
            : 0;

    /// <summary>The first part against all others together, then the second against those after it.</summary>
    private static IReadOnlyList<long> Divide(long amount, IReadOnlyList<long> weights)
    {
        if (weights.Count == 0)
        {
            return [];
        }

        var all = weights.Sum();
        var part = all == 0 ? 0 : (long)((BigInteger)amount * weights[0] / all);
        return [part, .. Divide(amount - part, [.. weights.Skip(1)])];
    }
}
