namespace OpenBanking.Server.Ledger;

/// <summary>What must hold of the stored rows of fees.</summary>
internal static class FeeBooks
{
    public static IReadOnlyList<BooksRule> Rules { get; } =
    [
        new(
            BooksScope.Everything,
            "what a payment cost, and what a refund gave back of it, is what was posted",
            """
            SELECT act.world, act.id, act.account_id, act.fee - COALESCE(entries.total, 0) FROM (
                SELECT world, id, COALESCE(fee, 0) AS fee, account_id FROM payment
                UNION ALL
                SELECT refund.world, refund.id, COALESCE(refund.fee, 0), payment.account_id FROM refund
                LEFT JOIN payment ON payment.world = refund.world AND payment.id = refund.payment_id
            ) act
            LEFT JOIN (
                SELECT world, posting_id, CAST(SUM(amount) AS bigint) AS total FROM entry
                WHERE kind = 8 AND amount > 0 GROUP BY world, posting_id
            ) entries
            ON entries.world = act.world AND entries.posting_id = act.id
            WHERE act.fee <> COALESCE(entries.total, 0)
            """
        ),
        new(
            BooksScope.Everything,
            "every fee that was posted is of a payment or a refund that is there",
            """
            SELECT entry.world, entry.posting_id, payment.account_id, entry.amount FROM entry
            LEFT JOIN payment ON payment.world = entry.world AND payment.id = entry.posting_id
            LEFT JOIN refund ON refund.world = entry.world AND refund.id = entry.posting_id
            WHERE entry.kind = 8 AND payment.id IS NULL AND refund.id IS NULL
            """
        ),
        new(
            BooksScope.Everything,
            "what was given back of a fee is what its refunds gave back, and no more than was taken",
            """
            SELECT payment.world, payment.id, payment.account_id,
                COALESCE(payment.fee_refunded, 0) - COALESCE(refunds.total, 0)
            FROM payment
            LEFT JOIN (
                SELECT world, payment_id, CAST(SUM(fee) AS bigint) AS total FROM refund GROUP BY world, payment_id
            ) refunds
            ON refunds.world = payment.world AND refunds.payment_id = payment.id
            WHERE COALESCE(payment.fee_refunded, 0) <> COALESCE(refunds.total, 0)
            OR COALESCE(payment.fee_refunded, 0) > COALESCE(payment.fee, 0)
            """
        ),
        new(
            BooksScope.Everything,
            "what a partner paid in fees is what its payments cost, less what was given back",
            """
            SELECT income.world, income.entry_account_id, NULLIF(income.entry_account_id, income.entry_account_id),
                income.balance - COALESCE(fees.total, 0)
            FROM internal_account AS income
            LEFT JOIN (
                SELECT world, partner_id, currency, CAST(SUM(fee - COALESCE(fee_refunded, 0)) AS bigint) AS total
                FROM payment GROUP BY world, partner_id, currency
            ) fees
            ON fees.world = income.world AND fees.partner_id = income.owner_id AND fees.currency = income.currency
            WHERE income.kind = 7 AND income.balance <> COALESCE(fees.total, 0)
            """
        ),
    ];
}
