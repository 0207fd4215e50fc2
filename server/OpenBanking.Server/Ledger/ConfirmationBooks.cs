namespace OpenBanking.Server.Ledger;

/// <summary>What must hold of the stored rows of payments that customers confirm.</summary>
internal static class ConfirmationBooks
{
    public static IReadOnlyList<BooksRule> Rules { get; } =
    [
        new(
            BooksScope.Everything,
            "a payment that a customer confirmed is there, and no other that was to be confirmed",
            """
            SELECT asked.world, asked.payment_id, payment.account_id, asked.amount FROM payment_confirmation AS asked
            LEFT JOIN payment ON payment.world = asked.world AND payment.id = asked.payment_id
            WHERE (asked.state = 2) <> (payment.id IS NOT NULL)
            OR payment.app_id <> asked.app_id OR payment.order_no <> asked.order_no
            OR COALESCE(payment.authorized, payment.amount) <> asked.amount
            """
        ),
        new(
            BooksScope.Everything,
            "a payment that waits for its customer is the live one of its order",
            """
            SELECT asked.world, asked.payment_id, NULLIF(asked.payment_id, asked.payment_id), asked.amount
            FROM payment_confirmation AS asked
            LEFT JOIN order_number ON order_number.world = asked.world
            AND order_number.app_id = asked.app_id AND order_number.order_no = asked.order_no
            WHERE asked.state = 1 AND (
                order_number.last_payment_id IS NULL OR order_number.last_payment_id <> asked.payment_id
                OR NOT order_number.paid
            )
            """
        ),
    ];
}
