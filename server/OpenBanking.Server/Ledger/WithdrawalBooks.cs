namespace OpenBanking.Server.Ledger;

/// <summary>What must hold of the stored rows of withdrawals and closed accounts.</summary>
internal static class WithdrawalBooks
{
    public static IReadOnlyList<BooksRule> Rules { get; } =
    [
        new(
            BooksScope.Everything,
            "every withdrawal that went to a card has its posting, and no other has",
            """
            SELECT withdrawal.world, withdrawal.id, withdrawal.account_id,
                CASE withdrawal.state WHEN 2 THEN withdrawal.amount ELSE 0 END - COALESCE(entries.total, 0)
            FROM withdrawal
            LEFT JOIN (
                SELECT world, posting_id, CAST(SUM(amount) AS bigint) AS total FROM entry
                WHERE kind = 7 AND amount > 0 GROUP BY world, posting_id
            ) entries
            ON entries.world = withdrawal.world AND entries.posting_id = withdrawal.id
            WHERE COALESCE(entries.total, 0) <> CASE withdrawal.state WHEN 2 THEN withdrawal.amount ELSE 0 END
            """
        ),
        new(
            BooksScope.Everything,
            "every withdrawal that was posted is there",
            """
            SELECT entry.world, entry.posting_id, account.id, 1 FROM entry
            LEFT JOIN account ON account.world = entry.world AND account.id = entry.account_id
            LEFT JOIN withdrawal ON withdrawal.world = entry.world AND withdrawal.id = entry.posting_id
            WHERE entry.kind IN (7, 11, 12) AND withdrawal.id IS NULL
            """
        ),
        new(
            BooksScope.Everything,
            "every withdrawal that was ordered was set aside once, and went back when it did not go to the card",
            """
            SELECT withdrawal.world, withdrawal.id, withdrawal.account_id,
                withdrawal.amount - COALESCE(entries.aside, 0) + COALESCE(entries.back, 0)
            FROM withdrawal
            LEFT JOIN (
                SELECT world, posting_id,
                    CAST(SUM(CASE kind WHEN 11 THEN amount ELSE 0 END) AS bigint) AS aside,
                    CAST(SUM(CASE kind WHEN 12 THEN amount ELSE 0 END) AS bigint) AS back
                FROM entry WHERE kind IN (11, 12) AND amount > 0 GROUP BY world, posting_id
            ) entries
            ON entries.world = withdrawal.world AND entries.posting_id = withdrawal.id
            WHERE COALESCE(entries.aside, 0) <> CASE withdrawal.source WHEN 3 THEN withdrawal.amount ELSE 0 END
            OR COALESCE(entries.back, 0) <> CASE withdrawal.state WHEN 4 THEN withdrawal.amount ELSE 0 END
            """
        ),
        new(
            BooksScope.Everything,
            "a closed account holds nothing, and nobody may use it",
            """
            SELECT account.world, account.id, account.id, account.available + account.held FROM account
            WHERE account.state = 6 AND (
                account.available <> 0 OR account.held <> 0
                OR EXISTS (
                    SELECT 1 FROM agreement
                    WHERE agreement.world = account.world AND agreement.account_id = account.id AND agreement.state = 1
                    AND EXISTS (
                        SELECT 1 FROM consent
                        WHERE consent.world = agreement.world AND consent.id = agreement.consent_id AND consent.state = 1
                    )
                )
            )
            """
        ),
    ];
}
