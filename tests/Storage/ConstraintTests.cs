using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage;

/// <summary>The second lock: what the rules let through by mistake the database refuses itself.</summary>
public abstract class ConstraintTests<TDatabase> : IDisposable
    where TDatabase : TestDatabase, new()
{
    private static readonly World world = new(1);

    private static readonly RefundRow refund = new()
    {
        Id = Rows.Id<RefundRow>(1),
        AppId = Rows.App.Id,
        PaymentId = Rows.Payment.Id,
        OrderNo = "order-1",
        Currency = Money.Renminbi,
        Amount = 100,
        CustomerAmount = 75,
        DiscountAmount = 25,
        CouponReturned = false,
        CreatedAt = Rows.Noon,
    };

    private static readonly SandboxCardRow card = new()
    {
        Number = "6222000000000000012",
        IdNumber = "999999199003070012",
        Bank = "示例银行一",
        Balance = 0,
    };

    private static readonly EntryRow entry = new()
    {
        AccountId = Rows.Account.Id.Value,
        Sequence = 1,
        PostingId = Rows.Payment.Id.Value,
        Kind = PostingKind.Payment,
        Amount = -1,
        Currency = Money.Renminbi,
        BusinessDate = Rows.Today,
        CreatedAt = Rows.Noon,
    };

    private readonly TDatabase database = new();
    private readonly Store store;
    private readonly IWriteSession session;

    protected ConstraintTests()
    {
        store = database.Open();
        session = store.OpenWriteSession();
    }

    [Fact]
    public void An_account_is_never_below_zero()
    {
        var (table, account) = (AccountTables.Accounts, Rows.Account with { Available = 0, Held = 0 });
        AssertRefused(table, account with { Available = -1 });
        AssertRefused(table, account with { Held = -1 });
        AssertRefused(table, account with { DayOutflow = -1 });
        AssertRefused(table, account with { YearOutflow = -1 });
        AssertTaken(table, account);
    }

    [Fact]
    public void An_update_is_held_to_the_same_as_a_new_row()
    {
        session.Insert(world, AccountTables.Accounts, Rows.Account);

        AssertRefused(() =>
            session.Run(
                world,
                book => book.Update(AccountTables.Accounts, Rows.Account with { Available = -1 }),
                keys => keys.Want(AccountTables.Accounts, Rows.Account.Id)
            )
        );
    }

    [Fact]
    public void The_counters_of_an_agreement_are_never_below_zero()
    {
        var (table, agreement) = (ConsentTables.Agreements, Rows.Agreement);
        AssertRefused(table, agreement with { DayPaid = -1 });
        AssertRefused(table, agreement with { DayToppedUp = -1 });
        AssertRefused(table, agreement with { TotalPaid = -1 });
        AssertTaken(table, agreement);
    }

    [Fact]
    public void A_coupon_is_redeemed_when_and_only_when_it_names_a_payment()
    {
        var (table, coupon) = (CouponTables.Coupons, Rows.Coupon);
        AssertRefused(table, coupon with { State = CouponState.Redeemed });
        AssertRefused(table, coupon with { PaymentId = Rows.Payment.Id });
        AssertTaken(table, coupon with { State = CouponState.Redeemed, PaymentId = Rows.Payment.Id });
    }

    [Fact]
    public void A_stock_issues_no_more_than_it_has()
    {
        var (table, stock) = (CouponTables.Stocks, Rows.Stock);
        AssertRefused(table, stock with { Issued = stock.Quantity + 1 });
        AssertRefused(table, stock with { Issued = -1 });
        AssertTaken(table, stock with { Issued = stock.Quantity });
    }

    [Fact]
    public void A_payment_is_of_something_and_neither_discount_nor_refunds_exceed_it()
    {
        var (table, payment) = (PaymentTables.Payments, Rows.Payment);
        AssertRefused(table, payment with { Amount = 0 });
        AssertRefused(table, payment with { Amount = -1 });
        AssertRefused(table, payment with { Discount = payment.Amount + 1 });
        AssertRefused(table, payment with { Discount = -1 });
        AssertRefused(table, payment with { Refunded = payment.Amount + 1 });
        AssertRefused(table, payment with { Refunded = -1 });
        AssertRefused(table, payment with { Fee = payment.Amount + 1 });
        AssertRefused(table, payment with { Fee = -1 });
        AssertRefused(table, payment with { Fee = 10, FeeRefunded = 11 });
        AssertTaken(
            table,
            payment with
            {
                Discount = payment.Amount,
                Refunded = payment.Amount,
                Fee = payment.Amount,
                FeeRefunded = payment.Amount,
            }
        );
    }

    [Fact]
    public void A_payment_holds_something_while_it_is_authorized_and_captures_no_more_than_that()
    {
        var table = PaymentTables.Payments;
        var held = Rows.Payment with
        {
            State = PaymentState.Authorized,
            Authorized = Rows.Payment.Amount,
            Captured = 0,
            Held = Rows.Payment.Amount,
            ExpiresAt = Rows.Noon,
        };
        AssertRefused(table, held with { Held = null });
        AssertRefused(table, held with { Held = -1 });
        AssertRefused(table, held with { State = PaymentState.Captured });
        AssertRefused(table, held with { Captured = -1 });
        AssertRefused(table, held with { Captured = held.Amount });
        AssertRefused(table, held with { Captured = null });
        AssertRefused(table, held with { Authorized = null });
        AssertRefused(table, held with { Authorized = held.Amount - 1 });
        AssertRefused(table, held with { Authorized = held.Amount + 1 });
        AssertRefused(table, held with { ExpiresAt = null });
        AssertRefused(
            table,
            held with
            {
                State = PaymentState.Captured,
                Held = null,
                Captured = held.Amount + 1,
            }
        );
        AssertTaken(table, held);
    }

    [Fact]
    public void Only_a_coupon_that_names_a_payment_is_held()
    {
        var (table, coupon) = (CouponTables.Coupons, Rows.Coupon with { Held = true });
        AssertRefused(table, coupon);
        AssertTaken(table, coupon with { State = CouponState.Redeemed, PaymentId = Rows.Payment.Id });
    }

    [Fact]
    public void A_refund_is_of_something_and_its_parts_are_its_sum()
    {
        var table = RefundTables.Refunds;
        AssertRefused(table, refund with { Amount = 101 });
        AssertRefused(table, refund with { CustomerAmount = 101, DiscountAmount = -1 });
        AssertRefused(table, refund with { CustomerAmount = -1, DiscountAmount = 101 });
        AssertRefused(table, refund with { Amount = 0, CustomerAmount = 0, DiscountAmount = 0 });
        AssertRefused(table, refund with { Fee = -1 });
        AssertTaken(table, refund);
    }

    [Fact]
    public void Top_ups_and_entries_are_of_something_and_a_made_up_card_is_never_below_zero()
    {
        AssertRefused(TopUpTables.TopUps, Rows.TopUp with { Amount = 0 });
        AssertRefused(OwnTopUpTables.TopUps, Rows.OwnTopUp with { Amount = 0 });
        AssertRefused(LedgerTables.Entries, entry with { Amount = 0 });
        AssertRefused(SandboxTables.Cards, card with { Balance = -1 });
        AssertTaken(TopUpTables.TopUps, Rows.TopUp);
        AssertTaken(OwnTopUpTables.TopUps, Rows.OwnTopUp);
        AssertTaken(LedgerTables.Entries, entry);
        AssertTaken(SandboxTables.Cards, card);
    }

    [Fact]
    public void Entries_are_never_changed_and_never_deleted()
    {
        session.Insert(world, LedgerTables.Entries, entry);

        foreach (var sql in (string[])["UPDATE entry SET amount = -2", "DELETE FROM entry"])
        {
            var refusal = Assert.ThrowsAny<Exception>(() => database.Execute(sql));
            Assert.Contains("post a reversal", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(entry, store.Find(LedgerTables.Entries, world, KeyOf(entry)));
    }

    [Fact]
    public void A_sweep_does_not_get_past_the_guard_of_the_entries()
    {
        session.Insert(world, LedgerTables.Entries, entry);

        AssertRefused(() => session.Sweep(LedgerTables.Entries, $"1 = {1}", limit: 10));

        Assert.Equal(entry, store.Find(LedgerTables.Entries, world, KeyOf(entry)));
    }

    public void Dispose()
    {
        session.Dispose();
        store.Dispose();
        database.Dispose();
        GC.SuppressFinalize(this);
    }

    private static EntryKey KeyOf(EntryRow row) => new(row.AccountId, row.Sequence, row.PostingId);

    private void AssertTaken<TKey, TRow>(Table<TKey, TRow> table, TRow row)
        where TKey : struct
        where TRow : class
    {
        session.Insert(world, table, row);
        Assert.NotNull(store.Find(table, world, table.KeyOf(row)));
    }

    private void AssertRefused<TKey, TRow>(Table<TKey, TRow> table, TRow row)
        where TKey : struct
        where TRow : class
    {
        AssertRefused(() => session.Insert(world, table, row));
        Assert.Null(store.Find(table, world, table.KeyOf(row)));
    }

    private void AssertRefused(Action write)
    {
        var refusal = Record.Exception(write);
        Assert.True(refusal is not null && database.IsRefusal(refusal), $"{refusal}");
    }
}
