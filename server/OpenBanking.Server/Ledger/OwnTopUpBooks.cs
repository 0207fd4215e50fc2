namespace OpenBanking.Server.Ledger;

/// <summary>What must hold of the stored rows of top-ups that customers ordered.</summary>
internal static class OwnTopUpBooks
{
    public static IReadOnlyList<BooksRule> Rules { get; } =
    [
        new(
            BooksScope.Everything,
            "every top-up that a customer ordered has its posting when it came, on the account or past it",
            """
            SELECT own_top_up.world, own_top_up.id, own_top_up.account_id,
                own_top_up.amount - COALESCE(entries.total, 0)
            FROM own_top_up
            LEFT JOIN (
                SELECT world, posting_id, CAST(SUM(amount) AS bigint) AS total,
                    CAST(SUM(CASE WHEN balance_after IS NULL THEN 0 ELSE amount END) AS bigint) AS on_account
                FROM entry WHERE kind = 3 AND amount > 0 GROUP BY world, posting_id
            ) entries
            ON entries.world = own_top_up.world AND entries.posting_id = own_top_up.id
            WHERE COALESCE(entries.total, 0) <> CASE WHEN own_top_up.state IN (2, 4) THEN own_top_up.amount ELSE 0 END
            OR COALESCE(entries.on_account, 0) <> CASE own_top_up.state WHEN 2 THEN own_top_up.amount ELSE 0 END
            """
        ),
        new(
            BooksScope.Everything,
            "every top-up that its account did not take goes on to a card, and no other does",
            """
            SELECT own_top_up.world, own_top_up.id, own_top_up.account_id,
                own_top_up.amount - COALESCE(withdrawal.amount, 0)
            FROM own_top_up
            LEFT JOIN withdrawal ON withdrawal.world = own_top_up.world AND withdrawal.id = own_top_up.id
            WHERE COALESCE(withdrawal.amount, 0) <> CASE own_top_up.state WHEN 4 THEN own_top_up.amount ELSE 0 END
            """
        ),
    ];
}
