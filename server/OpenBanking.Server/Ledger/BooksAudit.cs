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
            "a customer's statement has no gaps, and each line the balance after it",
            """
            SELECT 1 FROM (
                SELECT entry.sequence - ROW_NUMBER() OVER lines AS gap,
                    entry.balance_after - SUM(entry.amount) OVER lines AS difference
                FROM entry
                JOIN account ON account.world = entry.world AND account.id = entry.account_id
                WINDOW lines AS (PARTITION BY entry.world, entry.account_id ORDER BY entry.sequence)
            ) statement
            WHERE gap <> 0 OR difference IS DISTINCT FROM 0
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
            "every entry is of an account that there is",
            """
            SELECT 1 FROM entry
            WHERE NOT EXISTS (
                SELECT 1 FROM account WHERE account.world = entry.world AND account.id = entry.account_id
            )
            AND NOT EXISTS (
                SELECT 1 FROM internal_account
                WHERE internal_account.world = entry.world AND internal_account.entry_account_id = entry.account_id
            )
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
            "every refund, and every top-up that came, has its posting",
            """
            SELECT 1 FROM (
                SELECT world, id, 2 AS kind, amount FROM refund
                UNION ALL
                SELECT world, id, 3 AS kind, CASE state WHEN 2 THEN amount ELSE 0 END FROM top_up
            ) act
            LEFT JOIN (
                SELECT world, posting_id, kind, SUM(amount) AS total FROM entry
                WHERE kind IN (2, 3) AND amount > 0 GROUP BY world, posting_id, kind
            ) entries
            ON entries.world = act.world AND entries.posting_id = act.id AND entries.kind = act.kind
            WHERE COALESCE(entries.total, 0) <> act.amount
            """
        ),
        (
            "every payment and refund that was posted is there",
            """
            SELECT 1 FROM entry
            LEFT JOIN payment
            ON entry.kind = 1 AND payment.world = entry.world AND payment.id = entry.posting_id
            LEFT JOIN refund
            ON entry.kind = 2 AND refund.world = entry.world AND refund.id = entry.posting_id
            WHERE entry.kind IN (1, 2) AND payment.id IS NULL AND refund.id IS NULL
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
            WHERE coupon.payment_id IS NOT NULL
            AND (payment.id IS NULL OR payment.coupon_id IS DISTINCT FROM coupon.id OR payment.state = 2)
            """
        ),
        (
            "a coupon that a live payment used is redeemed by it",
            """
            SELECT 1 FROM payment
            LEFT JOIN coupon ON coupon.world = payment.world AND coupon.id = payment.coupon_id
            WHERE payment.coupon_id IS NOT NULL AND payment.state IN (1, 3)
            AND coupon.payment_id IS DISTINCT FROM payment.id
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
