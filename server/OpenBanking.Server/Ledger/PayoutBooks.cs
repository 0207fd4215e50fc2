namespace OpenBanking.Server.Ledger;

/// <summary>What must hold of the stored rows of payouts and of campaigns that are settled.</summary>
internal static class PayoutBooks
{
    public static IReadOnlyList<BooksRule> Rules { get; } =
    [
        new(
            BooksScope.Everything,
            "every payout that did not fail was handed to the bank's transfers, and no other was",
            """
            SELECT payout.world, payout.id, NULLIF(payout.id, payout.id), payout.amount - COALESCE(handed.total, 0)
            FROM payout
            LEFT JOIN (
                SELECT entry.world, entry.posting_id, CAST(SUM(entry.amount) AS bigint) AS total FROM entry
                JOIN internal_account
                ON internal_account.world = entry.world AND internal_account.entry_account_id = entry.account_id
                WHERE internal_account.kind = 9 GROUP BY entry.world, entry.posting_id
            ) handed
            ON handed.world = payout.world AND handed.posting_id = payout.id
            WHERE COALESCE(handed.total, 0) <> CASE payout.state WHEN 3 THEN 0 ELSE payout.amount END
            """
        ),
        new(
            BooksScope.Everything,
            "every payout that was posted is there",
            """
            SELECT entry.world, entry.posting_id, NULLIF(entry.posting_id, entry.posting_id), entry.amount FROM entry
            LEFT JOIN payout ON payout.world = entry.world AND payout.id = entry.posting_id
            WHERE entry.kind = 10 AND payout.id IS NULL
            """
        ),
        new(
            BooksScope.Everything,
            "a campaign that is settled has no budget left",
            """
            SELECT campaign.world, campaign.id, NULLIF(campaign.id, campaign.id), budget.balance FROM campaign
            JOIN internal_account AS budget
            ON budget.world = campaign.world AND budget.kind = 3 AND budget.owner_id = campaign.id
            WHERE campaign.state = 2 AND budget.balance <> 0
            """
        ),
    ];
}
