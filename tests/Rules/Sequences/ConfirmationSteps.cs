using FsCheck;
using FsCheck.Fluent;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>What happens to payments that customers are to confirm.</summary>
internal abstract partial record Step
{
    /// <param name="Agreement">Whose app asks; there is no agreement otherwise.</param>
    /// <param name="Hours">How long the money is to be held; taken at once when null.</param>
    public sealed record Ask(int LagSeconds, int Agreement, int Order, long Amount, int? Coupon, int? Hours)
        : Step(LagSeconds);

    /// <param name="Asked">Mostly one that waits, now and then any.</param>
    public abstract record OfAsked(int LagSeconds, int Asked) : Step(LagSeconds);

    /// <param name="Account">Mostly of the customer it is for, if it is for one.</param>
    public sealed record Confirm(int LagSeconds, int Asked, int Account) : OfAsked(LagSeconds, Asked);

    public sealed record TakeBack(int LagSeconds, int Asked) : OfAsked(LagSeconds, Asked);

    public sealed record SayNo(int LagSeconds, int Asked, int Account) : OfAsked(LagSeconds, Asked);

    public sealed record RunOut(int LagSeconds, int Asked) : OfAsked(LagSeconds, Asked);
}

internal static partial class Steps
{
    private static Gen<Step> Confirmations() =>
        Gen.Frequency(
            (5, Questions()),
            (5, From(lags, numbers, numbers, (lag, asked, account) => new Step.Confirm(lag, asked, account))),
            (1, From(lags, numbers, numbers, (lag, asked, _) => new Step.TakeBack(lag, asked))),
            (1, From(lags, numbers, numbers, (lag, asked, account) => new Step.SayNo(lag, asked, account))),
            (1, From(lags, numbers, numbers, (lag, asked, _) => new Step.RunOut(lag, asked)))
        );

    private static Gen<Step> Questions() =>
        from lag in lags
        from agreement in agreements
        from order in numbers
        from amount in amounts
        from coupon in Gen.Frequency((2, Gen.Constant(-1)), (2, numbers))
        from hours in Gen.Elements(0, 0, 6, 24)
        select (Step)
            new Step.Ask(
                lag,
                agreement,
                order,
                amount,
                coupon < 0 ? null : coupon,
                hours == 0 ? null : hours
            );
}
