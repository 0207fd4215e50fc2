namespace OpenBanking.Server.Ledger;

/// <summary>What must hold of the accounts and the cards that top-ups and withdrawals are between.</summary>
internal static class CardBooks
{
    public const string OnItsAccount =
        "every line of a top-up or a withdrawal for a customer is for the account that it says";
    public const string OfItsCustomer =
        "an account, its top-ups and withdrawals, and the cards that they name are one customer's";

    public static IReadOnlyList<BooksRule> Rules { get; } =
    [
        new(
            BooksScope.Everything,
            OnItsAccount,
            """
            SELECT entry.world, entry.posting_id,
                COALESCE(top_up.account_id, own_top_up.account_id, withdrawal.account_id), COUNT(*)
            FROM entry
            LEFT JOIN account ON account.world = entry.world AND account.id = entry.account_id
            LEFT JOIN internal_account AS suspense
            ON suspense.world = entry.world AND suspense.entry_account_id = entry.account_id AND suspense.kind = 6
            LEFT JOIN top_up
            ON entry.kind = 3 AND top_up.world = entry.world AND top_up.id = entry.posting_id
            LEFT JOIN own_top_up
            ON entry.kind = 3 AND own_top_up.world = entry.world AND own_top_up.id = entry.posting_id
            LEFT JOIN withdrawal
            ON entry.kind <> 3 AND withdrawal.world = entry.world AND withdrawal.id = entry.posting_id
            WHERE entry.kind IN (3, 7, 11, 12) AND COALESCE(account.id, suspense.owner_id)
                <> COALESCE(top_up.account_id, own_top_up.account_id, withdrawal.account_id)
            GROUP BY entry.world, entry.posting_id,
                COALESCE(top_up.account_id, own_top_up.account_id, withdrawal.account_id)
            """
        ),
        new(
            BooksScope.Everything,
            OfItsCustomer,
            """
            SELECT act.world, act.id, act.account_id, 1 FROM (
                SELECT world, id, id AS account_id, customer_id, card_id FROM account
                UNION ALL
                SELECT world, id, account_id, customer_id, card_id FROM top_up
                UNION ALL
                SELECT world, id, account_id, customer_id, card_id FROM own_top_up
                UNION ALL
                SELECT world, id, account_id, customer_id, card_id FROM withdrawal
            ) act
            JOIN account ON account.world = act.world AND account.id = act.account_id
            LEFT JOIN bound_card ON bound_card.world = act.world AND bound_card.id = act.card_id
            WHERE act.customer_id <> account.customer_id OR bound_card.customer_id <> act.customer_id
            """
        ),
    ];
}
