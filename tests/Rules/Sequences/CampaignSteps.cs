using FsCheck;
using FsCheck.Fluent;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>The end of a campaign.</summary>
internal abstract partial record Step
{
    /// <param name="Waits">Whether the clock moves on to when it is over.</param>
    public sealed record EndCampaign(int LagSeconds, bool Waits) : Step(LagSeconds);
}

internal static partial class Steps
{
    private static Gen<Step> CampaignEnds() =>
        from lag in lags
        from luck in numbers
        select (Step)new Step.EndCampaign(lag, luck < 4);
}
