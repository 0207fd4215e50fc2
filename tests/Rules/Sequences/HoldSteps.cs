using FsCheck;
using FsCheck.Fluent;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>What happens to holds.</summary>
internal abstract partial record Step
{
    /// <param name="Hours">How long the hold lasts.</param>
    public sealed record Authorize(
        int LagSeconds,
        int Agreement,
        int Order,
        long Amount,
        int? Coupon,
        int Hours
    ) : Step(LagSeconds);

    /// <param name="Payment">Mostly one that is authorized, now and then any.</param>
    public abstract record OfHold(int LagSeconds, int Payment) : Step(LagSeconds);

    /// <param name="Thirds">How many thirds of the price; all that is left when null.</param>
    public sealed record Capture(int LagSeconds, int Payment, int? Thirds, bool Final)
        : OfHold(LagSeconds, Payment);

    public sealed record Cancel(int LagSeconds, int Payment) : OfHold(LagSeconds, Payment);

    public sealed record Expire(int LagSeconds, int Payment) : OfHold(LagSeconds, Payment);
}

internal static partial class Steps
{
    private static Gen<Step> Holds() =>
        Gen.Frequency((4, Authorizations()), (4, Captures()), (1, Cancellations()), (2, Expiries()));

    private static Gen<Step> Authorizations() =>
        from lag in lags
        from agreement in agreements
        from order in numbers
        from amount in amounts
        from coupon in Gen.Frequency((1, Gen.Constant(-1)), (3, numbers))
        from hours in Gen.Elements(1, 6, 24, 24 * 7)
        select (Step)new Step.Authorize(lag, agreement, order, amount, coupon < 0 ? null : coupon, hours);

    private static Gen<Step> Captures() =>
        from lag in lags
        from payment in numbers
        from thirds in numbers
        from final in Gen.Elements(true, false)
        select (Step)new Step.Capture(lag, payment, ThirdsOf(thirds), final);

    private static Gen<Step> Cancellations() =>
        from lag in lags
        from payment in numbers
        select (Step)new Step.Cancel(lag, payment);

    private static Gen<Step> Expiries() =>
        from lag in lags
        from payment in numbers
        select (Step)new Step.Expire(lag, payment);
}
