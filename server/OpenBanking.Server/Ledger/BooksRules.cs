namespace OpenBanking.Server.Ledger;

/// <summary>What a rule about stored rows can be asked of by itself.</summary>
public enum BooksScope
{
    /// <summary>Only of everything at once.</summary>
    Everything,

    /// <summary>Of some accounts.</summary>
    Accounts,

    /// <summary>Of some payments.</summary>
    Payments,
}

/// <summary>Something that must hold, and a query for where it does not: the world, the row that breaks it, the customer's
/// account it concerns or null, and by how much. One statement each, so that PostgreSQL sees all of it at one instant.</summary>
/// <param name="Query">Has <c>{column}</c> where its rows can be narrowed down to some.</param>
public sealed record BooksRule(BooksScope Scope, string Rule, string Query)
{
    public const string DebitsEqualCredits = "debits equal credits in every posting";
    public const string BalanceIsSumOfEntries = "a customer's balance is the sum of its entries";
    public const string CouponAsItsStock =
        "a coupon is of its stock's campaign, and takes off what the stock says, from as much on";
    public const string EveryPostedIsThere = "every payment, refund and top-up that was posted is there";
    public const string StatementHasNoGaps =
        "a customer's statement has no gaps, and each line the balance after it";

    public static IReadOnlyList<BooksRule> All { get; } =
    [
        new(
            BooksScope.Everything,
            DebitsEqualCredits,
            """
            SELECT entry.world, entry.posting_id, account.id, unequal.total FROM (
                SELECT world, posting_id, kind, currency, CAST(SUM(amount) AS bigint) AS total
                FROM entry GROUP BY world, posting_id, kind, currency HAVING SUM(amount) <> 0
            ) unequal
            JOIN entry ON entry.world = unequal.world AND entry.posting_id = unequal.posting_id
            LEFT JOIN account ON account.world = entry.world AND account.id = entry.account_id
            """
        ),
        new(
            BooksScope.Accounts,
            BalanceIsSumOfEntries,
            """
            SELECT account.world, account.id, account.id, account.available - COALESCE(entries.total, 0)
            FROM account
            LEFT JOIN (
                SELECT world, account_id, CAST(SUM(amount) AS bigint) AS total, COUNT(*) AS lines
                FROM entry WHERE {entry.account_id} GROUP BY world, account_id
            ) entries
            ON entries.world = account.world AND entries.account_id = account.id
            WHERE {account.id} AND (
                account.available <> COALESCE(entries.total, 0)
                OR account.entries <> COALESCE(entries.lines, 0) OR account.available < 0 OR account.held < 0
            )
            """
        ),
        new(
            BooksScope.Accounts,
            StatementHasNoGaps,
            """
            SELECT world, account_id, account_id, MIN(sequence) FROM (
                SELECT entry.world, entry.account_id, entry.sequence,
                    entry.sequence - ROW_NUMBER() OVER lines AS gap,
                    entry.balance_after - SUM(entry.amount) OVER lines AS difference
                FROM entry
                JOIN account ON account.world = entry.world AND account.id = entry.account_id
                WHERE {entry.account_id}
                WINDOW lines AS (PARTITION BY entry.world, entry.account_id ORDER BY entry.sequence)
            ) statement
            WHERE gap <> 0 OR difference IS DISTINCT FROM 0
            GROUP BY world, account_id
            """
        ),
        new(
            BooksScope.Everything,
            "a balance of the bank is the sum of its entries",
            """
            SELECT internal_account.world, internal_account.entry_account_id, NULLIF(entry_account_id, entry_account_id),
                internal_account.balance - COALESCE(entries.total, 0)
            FROM internal_account
            LEFT JOIN (
                SELECT world, account_id, CAST(SUM(amount) AS bigint) AS total FROM entry GROUP BY world, account_id
            ) entries
            ON entries.world = internal_account.world AND entries.account_id = internal_account.entry_account_id
            WHERE internal_account.balance <> COALESCE(entries.total, 0)
            """
        ),
        new(
            BooksScope.Everything,
            "every entry is of an account that there is",
            """
            SELECT entry.world, entry.account_id, NULLIF(entry.account_id, entry.account_id), COUNT(*) FROM entry
            WHERE NOT EXISTS (
                SELECT 1 FROM account WHERE account.world = entry.world AND account.id = entry.account_id
            )
            AND NOT EXISTS (
                SELECT 1 FROM internal_account
                WHERE internal_account.world = entry.world AND internal_account.entry_account_id = entry.account_id
            )
            GROUP BY entry.world, entry.account_id
            """
        ),
        new(
            BooksScope.Everything,
            "every captured payment has its posting, and no failed one has",
            """
            SELECT payment.world, payment.id, payment.account_id,
                COALESCE(payment.captured, payment.amount) - COALESCE(entries.total, 0)
            FROM payment
            LEFT JOIN (
                SELECT world, posting_id, CAST(SUM(amount) AS bigint) AS total FROM entry
                WHERE kind = 1 AND amount > 0 GROUP BY world, posting_id
            ) entries
            ON entries.world = payment.world AND entries.posting_id = payment.id
            WHERE COALESCE(entries.total, 0) <> CASE
                WHEN payment.captured IS NOT NULL THEN payment.captured
                WHEN payment.state = 2 THEN 0
                ELSE payment.amount
            END
            """
        ),
        new(
            BooksScope.Everything,
            "every refund, and every top-up that came, has its posting",
            """
            SELECT act.world, act.id, act.account_id, act.amount - COALESCE(entries.total, 0) FROM (
                SELECT refund.world, refund.id, 2 AS kind, refund.amount, payment.account_id
                FROM refund
                LEFT JOIN payment ON payment.world = refund.world AND payment.id = refund.payment_id
                UNION ALL
                SELECT world, id, 3 AS kind, CASE state WHEN 2 THEN amount ELSE 0 END, account_id FROM top_up
            ) act
            LEFT JOIN (
                SELECT world, posting_id, kind, CAST(SUM(amount) AS bigint) AS total FROM entry
                WHERE kind IN (2, 3) AND amount > 0 GROUP BY world, posting_id, kind
            ) entries
            ON entries.world = act.world AND entries.posting_id = act.id AND entries.kind = act.kind
            WHERE COALESCE(entries.total, 0) <> act.amount
            """
        ),
        new(
            BooksScope.Everything,
            EveryPostedIsThere,
            """
            SELECT entry.world, entry.posting_id, account.id, 1 FROM entry
            LEFT JOIN account ON account.world = entry.world AND account.id = entry.account_id
            LEFT JOIN payment
            ON entry.kind IN (1, 5, 6) AND payment.world = entry.world AND payment.id = entry.posting_id
            LEFT JOIN refund
            ON entry.kind = 2 AND refund.world = entry.world AND refund.id = entry.posting_id
            LEFT JOIN top_up
            ON entry.kind = 3 AND top_up.world = entry.world AND top_up.id = entry.posting_id
            LEFT JOIN own_top_up
            ON entry.kind = 3 AND own_top_up.world = entry.world AND own_top_up.id = entry.posting_id
            WHERE entry.kind IN (1, 2, 3, 5, 6) AND payment.id IS NULL AND refund.id IS NULL
            AND top_up.id IS NULL AND own_top_up.id IS NULL
            """
        ),
        new(
            BooksScope.Everything,
            "what was refunded is the sum of the refunds",
            """
            SELECT payment.world, payment.id, payment.account_id, payment.refunded - COALESCE(refunds.total, 0)
            FROM payment
            LEFT JOIN (
                SELECT world, payment_id, CAST(SUM(amount) AS bigint) AS total FROM refund GROUP BY world, payment_id
            ) refunds
            ON refunds.world = payment.world AND refunds.payment_id = payment.id
            WHERE payment.refunded <> COALESCE(refunds.total, 0)
            """
        ),
        new(
            BooksScope.Everything,
            "no more was refunded than was paid",
            "SELECT world, id, account_id, refunded - amount FROM payment WHERE refunded > amount"
        ),
        new(
            BooksScope.Everything,
            "a redeemed coupon names a payment that used it, and each payment used one at most",
            """
            SELECT coupon.world, coupon.id, payment.account_id, 1 FROM coupon
            LEFT JOIN payment ON payment.world = coupon.world AND payment.id = coupon.payment_id
            WHERE coupon.payment_id IS NOT NULL
            AND (payment.id IS NULL OR payment.coupon_id IS DISTINCT FROM coupon.id OR payment.state IN (2, 6, 7))
            """
        ),
        new(
            BooksScope.Payments,
            "a coupon that a live payment used is redeemed by it",
            """
            SELECT payment.world, payment.id, payment.account_id, 1 FROM payment
            LEFT JOIN coupon ON coupon.world = payment.world AND coupon.id = payment.coupon_id
            WHERE {payment.id} AND payment.coupon_id IS NOT NULL
            AND payment.campaign_id IS NOT NULL AND payment.state IN (1, 3, 5)
            AND coupon.payment_id IS DISTINCT FROM payment.id
            """
        ),
        new(
            BooksScope.Everything,
            "a stock issued as many coupons as there are",
            """
            SELECT coupon_stock.world, coupon_stock.id, NULLIF(coupon_stock.id, coupon_stock.id),
                coupon_stock.issued - COALESCE(coupons.total, 0)
            FROM coupon_stock
            LEFT JOIN (SELECT world, stock_id, COUNT(*) AS total FROM coupon GROUP BY world, stock_id) coupons
            ON coupons.world = coupon_stock.world AND coupons.stock_id = coupon_stock.id
            WHERE coupon_stock.issued <> COALESCE(coupons.total, 0)
            """
        ),
        new(
            BooksScope.Everything,
            CouponAsItsStock,
            """
            SELECT coupon.world, coupon.id, NULLIF(coupon.id, coupon.id), coupon.discount - coupon_stock.discount FROM coupon
            JOIN coupon_stock ON coupon_stock.world = coupon.world AND coupon_stock.id = coupon.stock_id
            WHERE coupon.discount <> coupon_stock.discount OR coupon.threshold <> coupon_stock.threshold
            OR coupon.currency <> coupon_stock.currency OR coupon.campaign_id <> coupon_stock.campaign_id
            """
        ),
        new(
            BooksScope.Everything,
            "a stock issues no more than it has",
            "SELECT world, id, NULLIF(id, id), issued - quantity FROM coupon_stock WHERE issued > quantity"
        ),
        new(
            BooksScope.Everything,
            "a customer got no more coupons of a stock than allowed, and as many as are counted",
            """
            SELECT holder.world, holder.customer_id, NULLIF(holder.stock_id, holder.stock_id),
                holder.issued - COALESCE(coupons.total, 0)
            FROM coupon_stock_holder AS holder
            JOIN coupon_stock ON coupon_stock.world = holder.world AND coupon_stock.id = holder.stock_id
            LEFT JOIN (
                SELECT world, stock_id, customer_id, COUNT(*) AS total FROM coupon GROUP BY world, stock_id, customer_id
            ) coupons
            ON coupons.world = holder.world AND coupons.stock_id = holder.stock_id
            AND coupons.customer_id = holder.customer_id
            WHERE holder.issued <> COALESCE(coupons.total, 0) OR holder.issued > coupon_stock.per_customer_limit
            """
        ),
        new(
            BooksScope.Everything,
            "a campaign gives away no more than its budget",
            """
            SELECT world, entry_account_id, NULLIF(entry_account_id, entry_account_id), balance
            FROM internal_account WHERE kind = 3 AND balance < 0
            """
        ),
        new(
            BooksScope.Everything,
            "a paid order has one live payment",
            """
            SELECT payment.world, payment.id, payment.account_id, paid.attempts FROM (
                SELECT world, app_id, order_no, COUNT(*) AS attempts
                FROM payment WHERE state NOT IN (2, 6, 7) GROUP BY world, app_id, order_no HAVING COUNT(*) > 1
            ) paid
            JOIN payment ON payment.world = paid.world AND payment.app_id = paid.app_id
            AND payment.order_no = paid.order_no AND payment.state NOT IN (2, 6, 7)
            """
        ),
        .. PaymentBooks.Rules,
        .. AgreementBooks.Rules,
        .. HoldBooks.Rules,
        .. ConfirmationBooks.Rules,
        .. OwnTopUpBooks.Rules,
        .. WithdrawalBooks.Rules,
        .. CardBooks.Rules,
        .. FeeBooks.Rules,
        .. PayoutBooks.Rules,
        .. TransferBooks.Rules,
    ];
}
