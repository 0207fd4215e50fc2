using OpenBanking.Server.Accounts;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Ledger;

/// <summary>What a customer was not asked about, however much else went over the accounts.</summary>
public abstract class UnaskedPaymentTests<TDatabase> : HouseSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private readonly List<EntryRow> lines = [];

    [Fact]
    public async Task Payments_of_all_accounts_are_found_far_below_other_lines_the_newest_first()
    {
        var second = Rows.Account with { Id = Rows.Id<AccountRow>(2) };
        Put(AccountTables.Accounts, Rows.Account, second);
        var oldest = NewPayment(1, Rows.Account);
        Line(oldest, PostingKind.Payment);
        for (var i = 0; i < 1_200; i++)
        {
            Line(oldest with { Id = Rows.Id<PaymentRow>(100) }, PostingKind.TopUp);
        }

        var held = NewPayment(2, Rows.Account) with { State = PaymentState.Canceled, Authorized = 20_00 };
        Line(held, PostingKind.Hold);
        Line(held, PostingKind.Release);
        var confirmed = NewPayment(3, Rows.Account) with { AgreementId = new(Rows.Id<PaymentRow>(3).Value) };
        Line(confirmed, PostingKind.Payment);
        var elsewhere = NewPayment(4, second);
        Line(elsewhere, PostingKind.Payment);
        Put(PaymentTables.Payments, oldest, held, confirmed, elsewhere);
        Put(LedgerTables.Entries, [.. lines]);

        Assert.Equal([elsewhere, held, oldest], await ListAsync());
    }

    [Fact]
    public async Task What_a_coupon_paid_all_of_has_no_line_and_is_there()
    {
        Put(AccountTables.Accounts, Rows.Account);
        var free = NewPayment(1, Rows.Account) with
        {
            CouponId = Rows.Coupon.Id,
            CampaignId = Rows.Coupon.CampaignId,
            Discount = 20_00,
        };
        Put(PaymentTables.Payments, free);
        Put(
            CouponTables.Coupons,
            Rows.Coupon with
            {
                State = CouponState.Redeemed,
                PaymentId = free.Id,
                Discount = 30_00,
            }
        );

        Assert.Equal([free], await ListAsync());
    }

    private async Task<IEnumerable<PaymentRow>> ListAsync()
    {
        Put(PartnerTables.Apps, Rows.App);
        var queries = new DashboardQueries(Store, new WorldClocks(Store, Clock));
        var found = await queries.ListUnaskedPaymentsAsync(Rows.World, Rows.Customer.Id);
        return found.Select(unasked => unasked.Payment);
    }

    private static PaymentRow NewPayment(int number, AccountRow account) =>
        Rows.Payment with
        {
            Id = Rows.Id<PaymentRow>(number),
            AccountId = account.Id,
            OrderNo = $"order-{number}",
            CreatedAt = Rows.Noon.AddMinutes(number),
        };

    private void Line(PaymentRow payment, PostingKind kind) =>
        lines.Add(
            new()
            {
                AccountId = payment.AccountId.Value,
                Sequence = lines.Count + 1,
                PostingId = payment.Id.Value,
                Kind = kind,
                Amount = -payment.Amount,
                Currency = payment.Currency,
                BalanceAfter = 0,
                BusinessDate = Rows.Today,
                CreatedAt = payment.CreatedAt,
            }
        );
}
