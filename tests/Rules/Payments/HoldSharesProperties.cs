using FsCheck;
using FsCheck.Fluent;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;

namespace OpenBanking.Tests.Rules.Payments;

/// <summary>Whatever is captured of a hold, in however many parts, and whatever is given back afterwards.</summary>
public class HoldSharesProperties
{
    private const int Count = 20_000;

    /// <summary>A price, a coupon whose threshold it reaches or none, and what was captured by and by; the last number is
    /// what was captured in all.</summary>
    private static readonly Gen<(long Price, CouponRow? Coupon, long[] Totals)> cases =
        from price in Amounts(1, 10_000_000_000)
        from discount in Amounts(1, price + 100)
        from threshold in Amounts(0, price)
        from couponless in Gen.Frequency((1, Gen.Constant(true)), (4, Gen.Constant(false)))
        from count in Gen.Choose(1, 5)
        from totals in Gen.ArrayOf(Amounts(1, price), count)
        select (
            price,
            couponless ? null : Rows.Coupon with { Discount = discount, Threshold = threshold },
            totals.Order().ToArray()
        );

    [Fact]
    public void Customer_and_campaign_together_pay_what_was_captured_and_neither_more_than_it_set_aside() =>
        Properties.Hold(
            cases,
            Count,
            hold =>
            {
                var (most, aside) = SetAside(hold.Price, hold.Coupon);
                foreach (var total in hold.Totals)
                {
                    var discount = HoldShares.SettledDiscount(hold.Coupon, total);
                    Assert.InRange(discount, 0, aside);
                    Assert.InRange(total - discount, 0, most);
                }
            }
        );

    [Fact]
    public void What_is_set_aside_is_no_more_than_some_capture_comes_to_cost() =>
        Properties.Hold(
            cases,
            Count,
            hold =>
            {
                var (most, _) = SetAside(hold.Price, hold.Coupon);
                long[] totals = [hold.Price, Math.Clamp((hold.Coupon?.Threshold ?? 1) - 1, 0, hold.Price)];
                Assert.Contains(
                    most,
                    totals.Select(total => total - HoldShares.SettledDiscount(hold.Coupon, total))
                );
            }
        );

    [Fact]
    public void From_the_threshold_on_the_discount_is_whole_and_below_it_nothing() =>
        Properties.Hold(
            cases,
            Count,
            hold =>
                Assert.All(
                    hold.Totals,
                    total =>
                        Assert.Equal(
                            hold.Coupon is { } coupon && total >= coupon.Threshold
                                ? Math.Min(coupon.Discount, total)
                                : 0,
                            HoldShares.SettledDiscount(hold.Coupon, total)
                        )
                )
        );

    [Fact]
    public void What_is_held_shrinks_with_each_capture_and_always_covers_what_comes_back() =>
        Properties.Hold(
            cases,
            Count,
            hold =>
            {
                var (most, aside) = SetAside(hold.Price, hold.Coupon);
                var before = most;
                foreach (var total in hold.Totals.Where(total => total < hold.Price))
                {
                    var held = HoldShares.HeldAfter(most, aside, total);
                    Assert.InRange(held, 0, before);
                    foreach (var end in hold.Totals.Where(end => end >= total))
                    {
                        var back = most - (end - HoldShares.SettledDiscount(hold.Coupon, end));
                        Assert.InRange(back, 0, held);
                    }

                    before = held;
                }
            }
        );

    [Fact]
    public void It_is_known_before_the_last_capture_whether_taking_the_whole_price_gives_anything_back() =>
        Properties.Hold(
            cases,
            Count,
            hold =>
            {
                var (most, aside) = SetAside(hold.Price, hold.Coupon);
                var back = most - (hold.Price - HoldShares.SettledDiscount(hold.Coupon, hold.Price));
                foreach (var total in hold.Totals.Where(total => total < hold.Price).Prepend(0))
                {
                    var payment = Rows.Payment with
                    {
                        Amount = hold.Price,
                        Discount = aside,
                        Captured = total,
                        Held = HoldShares.HeldAfter(most, aside, total),
                    };
                    Assert.Equal(back > 0, HoldShares.KeepsForFallenCoupon(payment));
                }
            }
        );

    [Fact]
    public void Refunds_of_what_was_captured_give_each_one_back_what_it_paid_and_no_part_is_negative() =>
        Properties.Hold(
            from hold in cases
            from parts in Gen.ArrayOf(Amounts(1, Math.Max(1, hold.Totals[^1] / 2)))
            select (hold, parts),
            Count / 4,
            given =>
            {
                var captured = given.hold.Totals[^1];
                var customer = captured - HoldShares.SettledDiscount(given.hold.Coupon, captured);
                var (refunded, toCustomer, toCampaign) = (0L, 0L, 0L);
                foreach (var part in given.parts.Append(captured))
                {
                    var next = Math.Min(captured, refunded + part);
                    var share =
                        RefundRules.CustomerShare(next, customer, captured)
                        - RefundRules.CustomerShare(refunded, customer, captured);
                    Assert.InRange(share, 0, next - refunded);
                    (toCustomer, toCampaign) = (toCustomer + share, toCampaign + next - refunded - share);
                    refunded = next;
                }

                Assert.Equal((customer, captured - customer), (toCustomer, toCampaign));
            }
        );

    private static (long Most, long Discount) SetAside(long price, CouponRow? coupon) =>
        (HoldShares.MostToPay(coupon, price), coupon is null ? 0 : CouponRules.DiscountOf(coupon, price));

    private static Gen<long> Amounts(long least, long most) =>
        Gen.OneOf(
            Gen.Choose(0, 100).Select(number => Math.Min(most, least + number)),
            Gen.Choose(0, 100).Select(number => Math.Max(least, most - number)),
            from high in Gen.Choose(0, int.MaxValue)
            from low in Gen.Choose(0, int.MaxValue)
            select least + ((((long)high << 31) | (long)low) % (most - least + 1))
        );
}
