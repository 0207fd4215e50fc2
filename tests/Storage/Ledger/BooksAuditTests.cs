using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Ledger;

/// <summary>The audit finds what was changed behind the server's back, and names no rule that still holds.</summary>
public abstract class BooksAuditTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const string PostingsBalance = "debits equal credits in every posting";
    private const string CustomersBalance = "a customer's balance is the sum of its entries";
    private const string Held = "what is held of a customer is the sum of its open holds";
    private const string Statements =
        "a customer's statement has no gaps, and each line the balance after it";
    private const string BanksBalance = "a balance of the bank is the sum of its entries";
    private const string Accounts = "every entry is of an account that there is";
    private const string Payments = "every captured payment has its posting, and no failed one has";
    private const string RefundsAndTopUps = "every refund, and every top-up that came, has its posting";
    private const string Posted = BooksRule.EveryPostedIsThere;
    private const string Refunded = "what was refunded is the sum of the refunds";
    private const string Coupons =
        "a redeemed coupon names a payment that used it, and each payment used one at most";
    private const string UsedCoupons = "a coupon that a live payment used is redeemed by it";
    private const string Stocks = "a stock issued as many coupons as there are";
    private const string Holders =
        "a customer got no more coupons of a stock than allowed, and as many as are counted";
    private const string Budgets = "a campaign gives away no more than its budget";
    private const string Orders = "a paid order has one live payment";

    private const string Counters = OutflowCounters.Rule;

    private static readonly World otherWorld = new(8);

    [Fact]
    public void An_empty_bank_has_sound_books() => Assert.Empty(Audit());

    [Fact]
    public async Task Whatever_the_commands_do_the_books_are_sound()
    {
        await DoBusinessAsync();

        Assert.Empty(Audit());
        var (payments, entries) = new BooksAudit(Store).Count();
        Assert.Equal((10, 38), (payments, entries));
    }

    // One more on one side.
    [InlineData("UPDATE account SET available = available + 1 WHERE world = 7", CustomersBalance)]
    [InlineData("UPDATE account SET held = held + 1 WHERE world = 7", Held)]
    [InlineData("UPDATE account SET entries = entries + 1 WHERE world = 7", CustomersBalance)]
    [InlineData(
        "UPDATE internal_account SET balance = balance + 1 WHERE world = 7 AND kind = 2",
        BanksBalance
    )]
    [InlineData(
        """
            UPDATE entry SET amount = amount - 1 WHERE world = 7 AND kind = 4 AND amount < 0;
            UPDATE internal_account SET balance = balance - 1 WHERE world = 7 AND kind = 4
            """,
        PostingsBalance
    )]
    // One currency's too much does not make up for another's too little.
    [InlineData(
        "UPDATE entry SET currency = 'USD' WHERE world = 7 AND kind = 4 AND amount < 0",
        PostingsBalance
    )]
    // The statement.
    [InlineData(
        "UPDATE entry SET balance_after = balance_after + 1 WHERE world = 7 AND sequence = 2",
        Statements
    )]
    [InlineData("UPDATE entry SET balance_after = NULL WHERE world = 7 AND sequence = 2", Statements)]
    [InlineData("UPDATE entry SET sequence = 99 WHERE world = 7 AND sequence = 7", Statements)]
    [InlineData(
        "DELETE FROM entry WHERE world = 7 AND sequence = 2",
        PostingsBalance,
        CustomersBalance,
        Statements,
        Counters,
        PaymentBooks.CustomerPaid
    )]
    // What is gone.
    [InlineData("DELETE FROM account WHERE world = 7", Accounts)]
    [InlineData("DELETE FROM internal_account WHERE world = 7 AND kind = 4", Accounts)]
    [InlineData(
        "DELETE FROM payment WHERE world = 7 AND order_no = 'order-1'",
        Posted,
        AgreementBooks.Counters
    )]
    [InlineData(
        "DELETE FROM refund WHERE world = 7 AND discount_amount = 0",
        Posted,
        Refunded,
        Counters,
        AgreementBooks.Counters
    )]
    [InlineData("DELETE FROM coupon WHERE world = 7 AND state = 1", Stocks, Holders)]
    // Business that its posting does not bear out.
    [InlineData(
        "UPDATE payment SET amount = amount + 1 WHERE world = 7 AND order_no = 'order-1'",
        Payments,
        PaymentBooks.CustomerPaid,
        AgreementBooks.Counters
    )]
    [InlineData(
        "UPDATE payment SET state = 2 WHERE world = 7 AND order_no = 'order-1'",
        Payments,
        PaymentBooks.CustomerPaid,
        AgreementBooks.Counters
    )]
    [InlineData(
        "UPDATE payment SET state = 1 WHERE world = 7 AND state = 2",
        Payments,
        PaymentBooks.CustomerPaid,
        PaymentBooks.OfItsOrder,
        AgreementBooks.Counters
    )]
    [InlineData(
        "UPDATE payment SET refunded = refunded + 1 WHERE world = 7 AND order_no = 'order-1'",
        Refunded
    )]
    [InlineData(
        """
            UPDATE refund SET amount = amount + 1, customer_amount = customer_amount + 1
            WHERE world = 7 AND discount_amount = 0
            """,
        RefundsAndTopUps,
        Refunded,
        PaymentBooks.CustomerGotBack,
        AgreementBooks.Counters
    )]
    [InlineData("UPDATE top_up SET amount = amount + 1 WHERE world = 7 AND state = 2", RefundsAndTopUps)]
    [InlineData("UPDATE top_up SET state = 2 WHERE world = 7 AND state = 3", RefundsAndTopUps)]
    [InlineData("UPDATE top_up SET state = 3 WHERE world = 7 AND state = 2", RefundsAndTopUps)]
    // Coupons and orders.
    [InlineData(
        "UPDATE coupon SET payment_id = stock_id WHERE world = 7 AND state = 2",
        Coupons,
        UsedCoupons
    )]
    [InlineData(
        """
            UPDATE coupon SET payment_id = (SELECT id FROM payment WHERE world = 7 AND order_no = 'order-1')
            WHERE world = 7 AND state = 2
            """,
        Coupons,
        UsedCoupons,
        PaymentBooks.CouponOfItsCustomer
    )]
    [InlineData(
        """
            UPDATE coupon SET state = 2, payment_id = (SELECT payment_id FROM coupon WHERE world = 7 AND state = 2)
            WHERE world = 7 AND state = 1
            """,
        Coupons
    )]
    [InlineData("UPDATE payment SET coupon_id = NULL WHERE world = 7 AND order_no = 'order-3'", Coupons)]
    [InlineData(
        "UPDATE payment SET state = 2 WHERE world = 7 AND order_no = 'order-3'",
        Coupons,
        Payments,
        PaymentBooks.CustomerPaid,
        AgreementBooks.Counters
    )]
    [InlineData("UPDATE coupon SET state = 1, payment_id = NULL WHERE world = 7 AND state = 2", UsedCoupons)]
    [InlineData(
        "UPDATE coupon SET discount = discount + 1 WHERE world = 7 AND state = 1",
        BooksRule.CouponAsItsStock
    )]
    [InlineData("UPDATE coupon SET threshold = 0 WHERE world = 7 AND state = 1", BooksRule.CouponAsItsStock)]
    [InlineData(
        "UPDATE coupon_stock SET discount = discount + 1 WHERE world = 7",
        BooksRule.CouponAsItsStock
    )]
    [InlineData("UPDATE coupon_stock SET issued = issued + 1 WHERE world = 7", Stocks)]
    [InlineData("UPDATE coupon_stock_holder SET issued = issued - 1 WHERE world = 7", Holders)]
    [InlineData("UPDATE coupon_stock SET per_customer_limit = 1 WHERE world = 7", Holders)]
    [InlineData(
        "UPDATE internal_account SET balance = -1 WHERE world = 7 AND kind = 3",
        Budgets,
        BanksBalance
    )]
    // Limits.
    [InlineData("UPDATE account SET day_outflow = day_outflow - 1 WHERE world = 7", Counters)]
    [InlineData("UPDATE account SET year_outflow = year_outflow + 1 WHERE world = 7", Counters)]
    [InlineData("UPDATE payment SET order_no = 'order-1' WHERE world = 7 AND order_no = 'order-3'", Orders)]
    [Theory]
    public async Task What_was_changed_is_found(string sql, params string[] rules)
    {
        await DoBusinessAsync();
        Database.UnguardEntries();

        Database.Execute(sql);

        Assert.Equal(rules.Order(), Audit().Select(found => found.Rule).Order());
    }

    [Fact]
    public async Task What_is_too_much_in_one_world_does_not_make_up_for_another()
    {
        await DoBusinessAsync();

        Database.Execute(
            """
            UPDATE account SET available = available + 1 WHERE world = 7;
            UPDATE account SET available = available - 1 WHERE world = 8
            """
        );

        Assert.Equal([(CustomersBalance, 2)], Audit());
    }

    [Fact]
    public async Task Entries_of_one_world_do_not_bear_out_another()
    {
        await DoBusinessAsync();
        Database.UnguardEntries();

        Database.Execute("DELETE FROM entry WHERE world = 8");

        Assert.Superset(
            new HashSet<string> { CustomersBalance, BanksBalance, Payments, RefundsAndTopUps },
            Audit().Select(found => found.Rule).ToHashSet()
        );
    }

    private IReadOnlyList<(string Rule, long Violations)> Audit() => new BooksAudit(Store).FindViolations();

    /// <summary>The same in two worlds: payments with and without a coupon, refunds of a part and of the whole, a decline
    /// and a top-up that did not come.</summary>
    private async Task DoBusinessAsync()
    {
        foreach (var world in (World[])[Rows.World, otherWorld])
        {
            var bank = new SmallBank(Engine, Store, world);
            bank.Open();
            await bank.TopUpAsync(1, 100_00);
            await bank.TopUpAsync(2, 50_00, DeclineCodes.CardRefused);
            await bank.PayAsync(1, 20_00);
            var partly = await bank.PayAsync(2, 10_00);
            await bank.RefundAsync(1, partly, 4_00);
            await bank.PayAsync(3, 15_00, (await bank.IssueAsync(1)).Id);
            var whole = await bank.PayAsync(4, 16_00, (await bank.IssueAsync(2)).Id);
            await bank.RefundAsync(2, whole);
            var declined = await Engine.SubmitAsync(bank.Payment(5, 900_00));
            Assert.IsType<Declined<PaymentRow>>(declined);
        }
    }
}
