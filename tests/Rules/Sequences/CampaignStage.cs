using OpenBanking.Server.Coupons;

namespace OpenBanking.Tests.Rules.Sequences;

/// <summary>The end of a campaign and of its coupons, played on both.</summary>
internal sealed partial class Stage
{
    /// <summary>What is seen when a campaign gave back what was left of its budget.</summary>
    public const string CampaignSettled = "campaign settled";

    /// <summary>What is seen when a campaign that was settled got back a part of a payment.</summary>
    public const string RefundedToTheFund = "refunded to where a campaign's money came from";

    /// <summary>No command is older than this when it is decided.</summary>
    private static readonly TimeSpan longestLag = TimeSpan.FromSeconds(5);

    private void Play(Step.ExpireCoupon step, DateTimeOffset at)
    {
        var i = step.Which % coupons.Count;
        Run(new ExpireCoupon(Rows.World, at, coupons[i]), Model.Expire(model.Coupons[i], at));
    }

    private void Play(Step.EndCampaign step)
    {
        if (step.Waits && model.CampaignEndsAt + (2 * longestLag) is var end && end > now)
        {
            now = end;
        }

        // As settle-campaign asks before, and waits until what was decided by an earlier clock is written.
        var at = now.AddSeconds(-step.LagSeconds);
        if (model.IsCampaignOver(at - longestLag))
        {
            var left = model.SettleCampaign();
            if (IsDone(new SettleCampaign(Rows.World, at, Rows.Campaign), new(null, null), left) && left > 0)
            {
                seen(CampaignSettled);
            }
        }
    }
}
