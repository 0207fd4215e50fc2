using FsCheck;
using FsCheck.Fluent;
using OpenBanking.Server.Refunds;

namespace OpenBanking.Tests.Rules.Refunds;

public class RefundArithmeticProperties
{
    private const int Count = 20_000;

    /// <summary>No bank moves more at once (<c>Wire.CheckAmount</c>).</summary>
    private const long MostAmount = 10_000_000_000;

    /// <summary>A price, the customer's part of it, and two sums that were given back, the smaller one first.</summary>
    private static readonly Gen<(long Total, long Customer, long Before, long After)> cases =
        from total in Amounts(1, MostAmount)
        from customer in Amounts(0, total)
        from after in Amounts(0, total)
        from before in Amounts(0, after)
        select (total, customer, before, after);

    [Fact]
    public void No_share_is_negative_and_none_is_more_than_the_refund() =>
        Properties.Hold(
            cases,
            Count,
            refund =>
            {
                var (total, customer, before, after) = refund;
                var toCustomer = Share(after, customer, total) - Share(before, customer, total);
                Assert.InRange(toCustomer, 0, after - before);
            }
        );

    [Fact]
    public void What_each_one_got_never_exceeds_what_each_one_paid() =>
        Properties.Hold(
            cases,
            Count,
            refund =>
            {
                var (total, customer, _, after) = refund;
                var toCustomer = Share(after, customer, total);
                Assert.InRange(toCustomer, 0, customer);
                Assert.InRange(after - toCustomer, 0, total - customer);
            }
        );

    [Fact]
    public void The_whole_gives_back_exactly_what_each_one_paid() =>
        Properties.Hold(
            cases,
            Count,
            refund => Assert.Equal(refund.Customer, Share(refund.Total, refund.Customer, refund.Total))
        );

    [Fact]
    public void The_share_is_the_exact_one_rounded_down() =>
        Properties.Hold(
            cases,
            Count,
            refund =>
            {
                var (total, customer, _, after) = refund;
                var exact = System.Numerics.BigInteger.Multiply(after, customer);
                Assert.Equal(exact / total, Share(after, customer, total));
            }
        );

    [Fact]
    public void Any_split_into_refunds_gives_each_one_as_much_as_one_refund_does()
    {
        var splits =
            from refund in cases
            from parts in Gen.ArrayOf(Amounts(1, Math.Max(1, refund.After / 3)))
            select (refund, parts);
        Properties.Hold(
            splits,
            Count / 4,
            split =>
            {
                var (total, customer, _, after) = split.refund;
                var (refunded, toCustomer) = (0L, 0L);
                foreach (var part in split.parts.Append(after))
                {
                    var next = Math.Min(after, refunded + part);
                    toCustomer += Share(next, customer, total) - Share(refunded, customer, total);
                    refunded = next;
                }

                Assert.Equal(after, refunded);
                Assert.Equal(Share(after, customer, total), toCustomer);
            }
        );
    }

    [Fact]
    public void The_largest_amounts_do_not_overflow() =>
        Assert.Equal(long.MaxValue - 2, Share(long.MaxValue - 1, long.MaxValue - 1, long.MaxValue));

    private static long Share(long refunded, long customer, long total) =>
        RefundRules.CustomerShare(refunded, customer, total);

    /// <summary>Small, large and extreme ones alike.</summary>
    private static Gen<long> Amounts(long least, long most) =>
        Gen.OneOf(
            Gen.Choose(0, 100).Select(number => Math.Min(most, least + number)),
            Gen.Choose(0, 100).Select(number => Math.Max(least, most - number)),
            from high in Gen.Choose(0, int.MaxValue)
            from low in Gen.Choose(0, int.MaxValue)
            select least + (((long)high << 31) | (long)low) % (most - least + 1)
        );
}
