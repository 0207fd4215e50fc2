using OpenBanking.Server.Coupons;

namespace OpenBanking.Server.Payments;

/// <summary>
/// Who pays what of a hold. Customer and campaign set aside the most that either may come to pay, captures take from both
/// together, and who pays what is settled once, when the hold ends, by what was captured in all. So no part is ever
/// negative, none is more than was set aside, and together they are what was captured.
/// </summary>
public static class HoldShares
{
    /// <summary>The most that the customer may come to pay, however much is captured: the price less the discount, or
    /// what is just below the coupon's threshold, where the coupon falls away.</summary>
    public static long MostToPay(CouponRow? coupon, long price) =>
        coupon is null
            ? price
            : Math.Max(price - CouponRules.DiscountOf(coupon, price), Math.Min(coupon.Threshold - 1, price));

    /// <summary>Whether more of the customer's money is held than the whole price costs with its coupon, since less of the price, without
    /// the coupon, may cost more.</summary>
    /// <param name="payment">At any time of it: what it was made with decides, whatever was captured since.</param>
    public static bool KeepsForFallenCoupon(PaymentRow payment) =>
        payment is { Held: { } held, Captured: { } captured }
        && held + Math.Max(0, captured - payment.Discount) > payment.CustomerAmount;

    /// <summary>Whether what was captured in all uses the coupon up: it is something, and at or above the
    /// threshold.</summary>
    public static bool Redeems(CouponRow coupon, long captured) =>
        captured > 0 && captured >= coupon.Threshold;

    /// <summary>What the campaign pays of what was captured in all: the whole discount, or nothing where the coupon falls
    /// away.</summary>
    public static long SettledDiscount(CouponRow? coupon, long captured) =>
        coupon is not null && Redeems(coupon, captured) ? CouponRules.DiscountOf(coupon, captured) : 0;

    /// <summary>How much of the customer's money is still held after captures that did not end the hold. What they took is
    /// counted to the campaign's part first, so that it is never less than what may yet come back.</summary>
    public static long HeldAfter(long mostToPay, long discount, long captured) =>
        Math.Min(mostToPay, mostToPay + discount - captured);
}
