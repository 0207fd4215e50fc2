using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Ledger;

/// <summary>Proves from the stored rows alone that the books balance, in every world.</summary>
public sealed class BooksAudit(Store store)
{
    /// <summary>What must hold, and a query that counts where it does not.</summary>
    private static readonly (string Rule, string Violations)[] rules =
    [
        (
            "debits equal credits in every posting",
            "SELECT 1 FROM entry GROUP BY world, posting_id, kind, currency HAVING SUM(amount) <> 0"
        ),
        (
            "a customer's balance is the sum of its entries",
            """
            SELECT 1 FROM account
            LEFT JOIN (
                SELECT world, account_id, SUM(amount) AS total, COUNT(*) AS lines FROM entry GROUP BY world, account_id
            ) entries
            ON entries.world = account.world AND entries.account_id = account.id
            WHERE account.available + account.held <> COALESCE(entries.total, 0)
            OR account.entries <> COALESCE(entries.lines, 0) OR account.available < 0
            """
        ),
        (
            "a balance of the bank is the sum of its entries",
            """
            SELECT 1 FROM internal_account
            LEFT JOIN (SELECT world, account_id, SUM(amount) AS total FROM entry GROUP BY world, account_id) entries
            ON entries.world = internal_account.world AND entries.account_id = internal_account.entry_account_id
            WHERE internal_account.balance <> COALESCE(entries.total, 0)
            """
        ),
        (
            "every captured payment has its posting, and no failed one has",
            """
            SELECT 1 FROM payment
            LEFT JOIN (
                SELECT world, posting_id, SUM(amount) AS total FROM entry
                WHERE kind = 1 AND amount > 0 GROUP BY world, posting_id
            ) entries
            ON entries.world = payment.world AND entries.posting_id = payment.id
            WHERE COALESCE(entries.total, 0) <> CASE payment.state WHEN 2 THEN 0 ELSE payment.amount END
            """
        ),
        (
            "what was refunded is the sum of the refunds",
            """
            SELECT 1 FROM payment
            LEFT JOIN (SELECT world, payment_id, SUM(amount) AS total FROM refund GROUP BY world, payment_id) refunds
            ON refunds.world = payment.world AND refunds.payment_id = payment.id
            WHERE payment.refunded <> COALESCE(refunds.total, 0)
            """
        ),
        (
            "a redeemed coupon names a payment that used it, and each payment used one at most",
            """
            SELECT 1 FROM coupon
            LEFT JOIN payment ON payment.world = coupon.world AND payment.id = coupon.payment_id
            WHERE coupon.payment_id IS NOT NULL AND (payment.id IS NULL OR payment.coupon_id <> coupon.id OR payment.state = 2)
            """
        ),
        (
            "a stock issued as many coupons as there are",
            """
            SELECT 1 FROM coupon_stock
            WHERE issued <> (SELECT COUNT(*) FROM coupon WHERE coupon.world = coupon_stock.world AND coupon.stock_id = coupon_stock.id)
            """
        ),
        (
            "a paid order has one live payment",
            """
            SELECT 1 FROM payment WHERE state <> 2 GROUP BY world, app_id, order_no HAVING COUNT(*) > 1
            """
        ),
    ];

    /// <summary>The rules that do not hold, with how often; empty when the books balance.</summary>
    public async Task<IReadOnlyList<(string Rule, long Violations)>> FindViolationsAsync()
    {
        var violations = new List<(string, long)>();
        foreach (var (rule, query) in rules)
        {
            var count = await store.NumbersAsync($"SELECT COUNT(*) FROM ({query}) AS violation", columns: 1);
            if (count[0][0] > 0)
            {
                violations.Add((rule, count[0][0]));
            }
        }

        return violations;
    }

    /// <summary>How many payments and entries there are.</summary>
    public async Task<(long Payments, long Entries)> CountAsync()
    {
        var counts = await store.NumbersAsync(
            "SELECT (SELECT COUNT(*) FROM payment), (SELECT COUNT(*) FROM entry)",
            columns: 2
        );
        return (counts[0][0], counts[0][1]);
    }
}
