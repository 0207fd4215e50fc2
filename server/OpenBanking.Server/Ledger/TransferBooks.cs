namespace OpenBanking.Server.Ledger;

/// <summary>What must hold of the stored rows of transfers that are under way.</summary>
internal static class TransferBooks
{
    public const string StillToBeAsked =
        "what waits for a card's bank, or for the bank's transfers, is still to be asked for";

    public static IReadOnlyList<BooksRule> Rules { get; } =
    [
        // The account itself is as it should be: it is not named, and so not frozen.
        new(
            BooksScope.Everything,
            StillToBeAsked,
            """
            SELECT pending.world, pending.id, NULLIF(pending.id, pending.id), pending.amount FROM (
                SELECT world, id, amount FROM top_up WHERE state = 1
                UNION ALL
                SELECT world, id, amount FROM own_top_up WHERE state = 1
                UNION ALL
                SELECT world, id, amount FROM withdrawal WHERE state = 1
                UNION ALL
                SELECT world, id, amount FROM payout WHERE state = 1
            ) pending
            WHERE NOT EXISTS (
                SELECT 1 FROM intent
                WHERE intent.world = pending.world AND intent.subject_id = pending.id AND intent.state <> 3
            )
            """
        ),
    ];
}
