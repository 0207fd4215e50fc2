using FsCheck;
using FsCheck.Fluent;
using OpenBanking.Server.Payments;

namespace OpenBanking.Tests.Rules.Payments;

/// <summary>However an amount grows, and among however many it is divided.</summary>
public class PaymentSharesProperties
{
    private const int Count = 20_000;

    /// <summary>Weights, and two amounts that they cover, the smaller one first.</summary>
    private static readonly Gen<(long[] Weights, long Before, long After)> cases =
        from count in Gen.Choose(1, 6)
        from weights in Gen.ArrayOf(Weights(), count)
        from first in Gen.Choose(0, 1_000_000)
        from second in Gen.Choose(0, 1_000_000)
        let sum = weights.Sum()
        select (
            weights,
            (long)((Int128)sum * Math.Min(first, second) / 1_000_000),
            (long)((Int128)sum * Math.Max(first, second) / 1_000_000)
        );

    [Fact]
    public void The_parts_are_the_amount_none_is_more_than_its_weight_and_none_shrinks() =>
        Properties.Hold(
            cases,
            Count,
            split =>
            {
                var before = PaymentShares.Divide(split.Before, split.Weights);
                var after = PaymentShares.Divide(split.After, split.Weights);
                Assert.Equal(split.Before, before.Sum());
                Assert.Equal(split.After, after.Sum());
                for (var i = 0; i < before.Count; i++)
                {
                    Assert.InRange(before[i], 0, after[i]);
                    Assert.InRange(after[i], before[i], split.Weights[i]);
                }
            }
        );

    [Fact]
    public void The_whole_gives_each_its_weight() =>
        Properties.Hold(
            cases,
            Count,
            split => Assert.Equal(split.Weights, PaymentShares.Divide(split.Weights.Sum(), split.Weights))
        );

    [Theory]
    [InlineData(1, new long[] { 0, 0, 1 })]
    [InlineData(2, new long[] { 0, 1, 1 })]
    [InlineData(3, new long[] { 1, 1, 1 })]
    [InlineData(0, new long[] { 0, 0, 0 })]
    public void A_fen_goes_to_the_last_first(long amount, long[] parts) =>
        Assert.Equal(parts, PaymentShares.Divide(amount, [1, 1, 1]));

    [Fact]
    public void Nothing_among_nothing_is_nothing() => Assert.Equal([0, 0], PaymentShares.Divide(0, [0, 0]));

    private static Gen<long> Weights() =>
        Gen.Frequency(
                (1, Gen.Constant(0)),
                (3, Gen.Choose(1, 20)),
                (3, Gen.Choose(1, 1_000_000)),
                (1, Gen.Choose(1_000_000_000, int.MaxValue))
            )
            .Select(weight => (long)weight);
}
