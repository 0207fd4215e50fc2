using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Coupons;

/// <summary>Ends a campaign for good: what is left of its budget goes back to where it came from. None of its coupons can be
/// used any more.</summary>
/// <param name="Campaign">Read before the batch for what never changes in it.</param>
public sealed record SettleCampaign(World World, DateTimeOffset Now, CampaignRow Campaign)
    : Command<long>(World, Now)
{
    public override Subject Subject => Subject.Of(Campaign.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(CouponTables.Campaigns, Campaign.Id);
        keys.Want(LedgerTables.InternalAccounts, CampaignRules.BudgetOf(Campaign));
    }

    public override Decision<long> Decide(Book book) => CampaignRules.Settle(this, book);
}

/// <summary>How a campaign ends.</summary>
public static class CampaignRules
{
    /// <summary>Gives what went back. Settling it again takes along what has come since.</summary>
    public static Decision<long> Settle(SettleCampaign command, Book book)
    {
        var campaign = book.Get(CouponTables.Campaigns, command.Campaign.Id);
        var left = book.Find(LedgerTables.InternalAccounts, BudgetOf(campaign))?.Balance ?? 0;
        // Written every time, so that of two that read the same balance one runs again.
        campaign = book.Update(CouponTables.Campaigns, campaign with { State = CampaignState.Settled });
        LedgerRules.Post(
            book,
            new(
                PostingKind.CampaignSettlement,
                campaign.Id.Value,
                AppId: null,
                campaign.Currency,
                command.Now,
                LedgerRules.CampaignFundingLegs(BudgetOf(campaign), -left),
                campaign.Version
            )
        );
        return Decision.Accept(left);
    }

    /// <summary>Where the part of a refund goes that a campaign had paid: to its budget, or once it is settled to where that
    /// came from.</summary>
    public static InternalAccountKey FunderOf(CampaignRow? campaign, InternalAccountKey budget) =>
        campaign?.State == CampaignState.Settled
            ? LedgerRules.Bank(InternalAccountKind.MarketingFund, budget.Currency)
            : budget;

    internal static InternalAccountKey BudgetOf(CampaignRow campaign) =>
        new(InternalAccountKind.CampaignBudget, campaign.Id.Value, campaign.Currency);
}
