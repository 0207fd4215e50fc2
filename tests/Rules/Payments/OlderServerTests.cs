using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.SubMerchants;

namespace OpenBanking.Tests.Rules.Payments;

/// <summary>What a server that knows neither fees nor parts did with a hold, while it ran beside this one.</summary>
public class OlderServerTests
{
    private readonly MemoryBank bank = new MemoryBank()
        .Put(AccountTables.Accounts, Rows.Account)
        .Put(ConsentTables.Agreements, Rows.Agreement)
        .Put(FeeTables.Rules, Rows.FeeRule)
        .Put(SubMerchantTables.SubMerchants, Rows.SubMerchant);

    [Fact]
    public void What_it_captured_is_the_partners_and_the_next_step_makes_up_for_the_fee()
    {
        var held = bank.Run(
            new CreatePayment(
                Rows.World,
                Rows.Noon,
                Rows.Payment.Id,
                Rows.Agreement,
                "order-1",
                40_00,
                CouponId: null,
                Description: null,
                Rows.Noon.AddDays(1)
            )
            {
                FeeRuleId = Rows.FeeRule.Id,
                Shares = [new(Rows.SubMerchant.Id, 30_00), new(null, 10_00)],
            }
        ).Accepted;
        // As it captures: the whole of it to the partner, and nothing else.
        bank.Put(PaymentTables.Payments, held with { Captured = 20_00, Held = 20_00 })
            .Put(LedgerTables.InternalAccounts, Rows.Holds(Rows.Settlement, 20_00));

        var payment = bank.Run(
            new CapturePayment(Rows.World, Rows.Noon, held, Amount: null, Final: true)
        ).Accepted;

        Assert.Equal(
            [(15_00L, 18L), (5_00, 6), (20_00, 0)],
            PaymentShares.Of(payment).Select(share => (share.Captured, share.Fee))
        );
        Assert.Equal(25_00 - 6, Balance(Rows.Settlement));

        var refund = bank.Run(
            new CreateRefund(
                Rows.World,
                Rows.Noon,
                Rows.Id<RefundRow>(1),
                payment,
                Amount: null,
                Reason: null
            )
        ).Accepted;

        Assert.Equal((40_00, 24), (refund.Amount, refund.Fee));
        Assert.Equal((0, 0), (Balance(Rows.Settlement), Balance(Rows.FeeIncome)));
    }

    private long Balance(InternalAccountKey account) =>
        bank.Find(LedgerTables.InternalAccounts, account)?.Balance ?? 0;
}
