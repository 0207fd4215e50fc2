namespace OpenBanking.Server.Ledger;

/// <summary>What must hold of the stored rows of payouts and of campaigns that are settled.</summary>
internal static class PayoutBooks
{
    public const string NoMoreThanItsStatement = "no payout is more than its statement comes to";
    public const string EachDayOnce = "the days of a payout are settled, and none of them by another";

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
            NoMoreThanItsStatement,
            """
            SELECT world, id, NULLIF(id, id), amount - (brought_forward + captured - refunded - fees) FROM payout
            WHERE amount > brought_forward + captured - refunded - fees
            """
        ),
        new(
            BooksScope.Everything,
            EachDayOnce,
            """
            SELECT ordered.world, ordered.id, NULLIF(ordered.id, ordered.id), ordered.amount FROM (
                SELECT world, id, amount, since, through, COALESCE(sub_merchant_id, partner_id) AS owner_id,
                    LAG(through) OVER earlier AS through_before, LAG(since) OVER earlier AS since_before
                FROM payout
                WINDOW earlier AS (PARTITION BY world, COALESCE(sub_merchant_id, partner_id), currency ORDER BY id)
            ) ordered
            LEFT JOIN payout_progress
            ON payout_progress.world = ordered.world AND payout_progress.owner_id = ordered.owner_id
            WHERE payout_progress.through IS NULL OR payout_progress.through < ordered.through
            OR ordered.since <= ordered.through_before OR (ordered.since IS NULL AND ordered.since_before IS NOT NULL)
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
