namespace OpenBanking.Server.Ledger;

/// <summary>What must hold of the stored rows of holds.</summary>
internal static class HoldBooks
{
    public static IReadOnlyList<BooksRule> Rules { get; } =
    [
        new(
            BooksScope.Everything,
            "what is held of a customer is the sum of its open holds",
            """
            SELECT account.world, account.id, account.id, account.held - COALESCE(holds.total, 0) FROM account
            LEFT JOIN (
                SELECT world, account_id, CAST(SUM(held) AS bigint) AS total FROM payment
                WHERE held IS NOT NULL GROUP BY world, account_id
            ) holds
            ON holds.world = account.world AND holds.account_id = account.id
            WHERE account.held <> COALESCE(holds.total, 0)
            """
        ),
        new(
            BooksScope.Everything,
            "what is set aside for a payment is what its entries left there, and nothing once the hold has ended",
            """
            SELECT payment.world, payment.id, payment.account_id, COALESCE(aside.total, 0) FROM payment
            LEFT JOIN (
                SELECT entry.world, entry.posting_id, CAST(SUM(entry.amount) AS bigint) AS total FROM entry
                JOIN internal_account
                ON internal_account.world = entry.world AND internal_account.entry_account_id = entry.account_id
                WHERE internal_account.kind = 5 GROUP BY entry.world, entry.posting_id
            ) aside
            ON aside.world = payment.world AND aside.posting_id = payment.id
            WHERE payment.authorized IS NOT NULL AND COALESCE(aside.total, 0) <> CASE
                WHEN payment.held IS NULL THEN 0
                WHEN payment.discount > payment.captured THEN payment.held + payment.discount - payment.captured
                ELSE payment.held
            END
            """
        ),
        new(
            BooksScope.Everything,
            "a coupon is held when and only when it is used by a payment that holds",
            """
            SELECT coupon.world, coupon.id, payment.account_id, 1 FROM coupon
            LEFT JOIN payment ON payment.world = coupon.world AND payment.id = coupon.payment_id
            WHERE coupon.held <> (payment.held IS NOT NULL)
            """
        ),
    ];
}
