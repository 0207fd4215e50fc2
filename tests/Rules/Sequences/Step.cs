using FsCheck;
using FsCheck.Fluent;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>One thing that happens. What it is about is numbered; a number beyond what there is begins again at the
/// first.</summary>
/// <param name="LagSeconds">How much earlier than now the command was made: commands are decided in the order they are
/// queued in, which need not be the order of their clocks.</param>
internal abstract partial record Step(int LagSeconds)
{
    public sealed record TopUp(int LagSeconds, int Agreement, long Amount) : Step(LagSeconds);

    public sealed record Complete(int LagSeconds, int Which, bool Succeeds) : Step(LagSeconds);

    public sealed record Issue(int LagSeconds, int Agreement, int Stock) : Step(LagSeconds);

    /// <param name="Coupon">Mostly one of the payer's own coupons, now and then anybody's; none when null.</param>
    public sealed record Pay(int LagSeconds, int Agreement, int Order, long Amount, int? Coupon)
        : Step(LagSeconds);

    /// <param name="Thirds">How many thirds of the price; all that is left when null.</param>
    public sealed record Refund(int LagSeconds, int Payment, int? Thirds) : Step(LagSeconds);

    public sealed record Revoke(int LagSeconds, int Agreement) : Step(LagSeconds);

    /// <summary>A key comes once more.</summary>
    public sealed record Again(int LagSeconds, int Which, bool SameRequest) : Step(LagSeconds);

    /// <summary>A partner closes an order number.</summary>
    public sealed record Close(int LagSeconds, int App, int Order) : Step(LagSeconds);

    public sealed record Wait(Until Until) : Step(0);
}

/// <summary>How far the clock moves.</summary>
internal enum Until
{
    InAMoment,
    InAnHour,
    JustBeforeMidnight,
    Tomorrow,
    NextMonth,
    JustBeforeNewYear,
    InHalfAYear,
    InAYear,
}

internal static partial class Steps
{
    private const int Longest = 40;

    private static readonly Gen<int> numbers = Gen.Choose(0, 11);

    /// <summary>One agreement more often than the others, so that its limits are reached.</summary>
    private static readonly Gen<int> agreements = Gen.Frequency((1, Gen.Constant(1)), (2, numbers));

    private static readonly Gen<int> lags = Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(1, 5)));

    private static readonly Gen<long> amounts = Gen.Frequency(
            (4, Gen.Choose(1, 60_00)),
            (2, Gen.Elements(14_99, 15_00, 30_00, 50_00, 50_01)),
            (2, Gen.Choose(60_01, 6_000_00)),
            (1, Gen.Elements(9_999_99, 10_000_00, 10_000_01))
        )
        .Select(amount => (long)amount);

    private static readonly Gen<Step> one = Gen.Frequency(
        (
            3,
            From(
                lags,
                agreements,
                amounts,
                (lag, agreement, amount) => new Step.TopUp(lag, agreement, amount)
            )
        ),
        (3, From(lags, numbers, numbers, (lag, topUp, luck) => new Step.Complete(lag, topUp, luck > 1))),
        (
            4,
            From(lags, agreements, numbers, (lag, agreement, stock) => new Step.Issue(lag, agreement, stock))
        ),
        (10, Payments()),
        (10, Holds()),
        (6, Confirmations()),
        (5, Payouts()),
        (2, CampaignEnds()),
        (2, CouponsExpire()),
        (4, Withdrawals()),
        (3, Sleep()),
        (
            5,
            From(
                lags,
                numbers,
                numbers,
                (lag, payment, thirds) => new Step.Refund(lag, payment, ThirdsOf(thirds))
            )
        ),
        (1, From(lags, numbers, numbers, (lag, agreement, _) => new Step.Revoke(lag, agreement))),
        (1, From(lags, numbers, numbers, (lag, app, order) => new Step.Close(lag, app, order))),
        (2, From(lags, numbers, numbers, (lag, which, luck) => new Step.Again(lag, which, luck > 2))),
        (5, Waits())
    );

    /// <summary>Up to forty steps; a failing list is shortened by leaving steps out.</summary>
    public static Arbitrary<Step[]> Lists { get; } =
        Arb.From(Gen.Choose(1, Longest).SelectMany(length => Gen.ArrayOf(one, length)), Shorten);

    private static Gen<Step> Payments() =>
        from lag in lags
        from agreement in agreements
        from order in numbers
        from amount in amounts
        from coupon in Gen.Frequency((1, Gen.Constant(-1)), (2, numbers))
        select (Step)new Step.Pay(lag, agreement, order, amount, coupon < 0 ? null : coupon);

    private static Gen<Step> Waits() =>
        Gen.Frequency(
                (3, Gen.Constant(Until.InAMoment)),
                (2, Gen.Constant(Until.InAnHour)),
                (4, Gen.Constant(Until.JustBeforeMidnight)),
                (2, Gen.Constant(Until.Tomorrow)),
                (1, Gen.Constant(Until.NextMonth)),
                (2, Gen.Constant(Until.JustBeforeNewYear)),
                (1, Gen.Constant(Until.InHalfAYear)),
                (1, Gen.Elements(Until.InAYear, Until.InAMoment, Until.InAMoment))
            )
            .Select(Step (until) => new Step.Wait(until));

    private static Gen<Step> From<T>(
        Gen<int> first,
        Gen<int> second,
        Gen<T> third,
        Func<int, int, T, Step> make
    ) => from one in first from two in second from three in third select make(one, two, three);

    private static int? ThirdsOf(int number) => number < 8 ? (number % 4) + 1 : null;

    private static IEnumerable<Step[]> Shorten(Step[] steps)
    {
        for (var length = steps.Length / 2; length > 0; length /= 2)
        {
            for (var start = 0; start + length <= steps.Length; start += length)
            {
                yield return [.. steps[..start], .. steps[(start + length)..]];
            }
        }
    }
}
