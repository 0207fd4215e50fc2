using FsCheck;
using FsCheck.Fluent;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>The end of a campaign.</summary>
internal abstract partial record Step
{
    /// <param name="Waits">Whether the clock moves on to when it is over.</param>
    public sealed record EndCampaign(int LagSeconds, bool Waits) : Step(LagSeconds);

    /// <summary>The bank looks whether a coupon's time is over.</summary>
    public sealed record ExpireCoupon(int LagSeconds, int Which) : Step(LagSeconds);
}

internal static partial class Steps
{
    private static Gen<Step> CampaignEnds() =>
        from lag in lags
        from luck in numbers
        select (Step)new Step.EndCampaign(lag, luck < 4);

    private static Gen<Step> CouponsExpire() =>
        From(lags, numbers, numbers, (lag, which, _) => new Step.ExpireCoupon(lag, which));
}
