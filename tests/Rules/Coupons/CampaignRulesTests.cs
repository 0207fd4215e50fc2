using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;

namespace OpenBanking.Tests.Rules.Coupons;

public class CampaignRulesTests
{
    private readonly MemoryBank bank = new MemoryBank()
        .Put(CouponTables.Campaigns, Rows.Campaign)
        .Put(CouponTables.Coupons, Rows.Coupon)
        .Put(AccountTables.Accounts, Rows.Account)
        .Put(ConsentTables.Agreements, Rows.Agreement)
        .Put(
            LedgerTables.InternalAccounts,
            Rows.Holds(Rows.Budget, 500_00),
            Rows.Holds(Rows.MarketingFund, -500_00)
        );

    [Fact]
    public void What_is_left_of_the_budget_goes_back_and_no_coupon_is_issued_any_more()
    {
        Assert.Equal(500_00, bank.Run(Settle()).Accepted);

        Assert.Equal((0, 0), (Balance(Rows.Budget), Balance(Rows.MarketingFund)));
        Assert.Equal(CampaignState.Settled, bank.Get(CouponTables.Campaigns, Rows.Campaign.Id).State);
        Assert.Equal(0, bank.Run(Settle()).Accepted);
    }

    [Fact]
    public void A_refund_afterwards_gives_the_campaigns_part_back_to_the_funder()
    {
        var payment = bank.Run(
            new CreatePayment(
                Rows.World,
                Rows.Noon,
                Rows.Payment.Id,
                Rows.Agreement,
                "order-1",
                20_00,
                Rows.Coupon.Id,
                Description: null
            )
        ).Accepted;
        bank.Run(Settle());
        Assert.Equal(-5_00, Balance(Rows.MarketingFund));

        var refund = bank.Run(
            new CreateRefund(
                Rows.World,
                Rows.Coupon.ValidUntil,
                Rows.Id<RefundRow>(1),
                payment,
                Amount: null,
                Reason: null
            )
        ).Accepted;

        Assert.Equal(
            (15_00, 5_00, false),
            (refund.CustomerAmount, refund.DiscountAmount, refund.CouponReturned)
        );
        Assert.Equal((0, 0), (Balance(Rows.Budget), Balance(Rows.MarketingFund)));
    }

    private static SettleCampaign Settle() => new(Rows.World, Rows.Campaign.EndsAt, Rows.Campaign);

    private long Balance(InternalAccountKey account) =>
        bank.Find(LedgerTables.InternalAccounts, account)?.Balance ?? 0;
}
