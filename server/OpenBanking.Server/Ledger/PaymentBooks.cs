namespace OpenBanking.Server.Ledger;

/// <summary>What must hold of who paid and who was paid: what payments and refunds say is what their lines bear out, since refunds
/// go by what payments say.</summary>
internal static class PaymentBooks
{
    public const string OnItsAccount =
        "every line of a payment or a refund on a customer's account is on that of the payment";
    public const string CustomerPaid =
        "what a customer paid for a payment, or has set aside, is what it says";
    public const string CustomerGotBack =
        "what a customer got back by a refund, on the account or past it, is what it says";
    public const string NoMoreThanEachPaid =
        "customer and campaign got back no more of a payment than each had paid";
    public const string CampaignPaid =
        "what a campaign paid for a payment, and got back by a refund, is what they say";
    public const string OnItsPartnersAccounts =
        "every line of a payment or a refund on a partner's accounts is on those of the payment's partner";
    public const string CouponOfItsCustomer =
        "a coupon that is used is its customer's, and of the campaign that pays";
    public const string OfItsCustomer = "a payment is of the customer whose account it is on";
    public const string UnderItsAgreement =
        "a payment by agreement is of the agreement's app, partner, customer, account and currency";
    public const string OfItsOrder =
        "a payment is of an order of its app, which is paid while the payment lives";
    public const string OfItsPayment = "a refund is of its payment's app, order and currency";

    /// <summary>The customer's part of a payment now: a hold counts whole until it ends, whatever was captured of it meanwhile, since
    /// captures that did not end it took the campaign's part first.</summary>
    public const string Counted = """
        CASE
            WHEN payment.state IN (2, 6, 7) THEN 0
            WHEN payment.held IS NULL THEN payment.amount - payment.discount
            WHEN payment.captured > payment.discount THEN payment.held + payment.captured - payment.discount
            ELSE payment.held
        END
        """;

    public static IReadOnlyList<BooksRule> Rules { get; } =
    [
        new(
            BooksScope.Everything,
            OnItsAccount,
            """
            SELECT payment.world, payment.id, payment.account_id, COUNT(*) FROM entry
            JOIN account ON account.world = entry.world AND account.id = entry.account_id
            LEFT JOIN refund
            ON entry.kind = 2 AND refund.world = entry.world AND refund.id = entry.posting_id
            JOIN payment ON payment.world = entry.world
            AND payment.id = CASE entry.kind WHEN 2 THEN refund.payment_id ELSE entry.posting_id END
            WHERE entry.kind IN (1, 2, 5, 6) AND entry.account_id <> payment.account_id
            GROUP BY payment.world, payment.id, payment.account_id
            """
        ),
        new(
            BooksScope.Everything,
            CustomerPaid,
            $"""
            SELECT world, id, account_id, says - paid FROM (
                SELECT payment.world, payment.id, payment.account_id, {Counted} AS says, COALESCE(lines.paid, 0) AS paid
                FROM payment
                LEFT JOIN (
                    SELECT world, posting_id, account_id, CAST(-SUM(amount) AS bigint) AS paid FROM entry
                    WHERE kind IN (1, 5, 6) GROUP BY world, posting_id, account_id
                ) lines
                ON lines.world = payment.world AND lines.posting_id = payment.id
                AND lines.account_id = payment.account_id
            ) own
            WHERE says <> paid
            """
        ),
        new(
            BooksScope.Everything,
            CustomerGotBack,
            """
            SELECT refund.world, refund.id, payment.account_id, refund.customer_amount - COALESCE(lines.given, 0)
            FROM refund
            JOIN payment ON payment.world = refund.world AND payment.id = refund.payment_id
            LEFT JOIN (
                SELECT entry.world, entry.posting_id, COALESCE(suspense.owner_id, entry.account_id) AS account_id,
                    CAST(SUM(entry.amount) AS bigint) AS given
                FROM entry
                LEFT JOIN internal_account AS suspense
                ON suspense.world = entry.world AND suspense.entry_account_id = entry.account_id AND suspense.kind = 6
                WHERE entry.kind = 2
                GROUP BY entry.world, entry.posting_id, COALESCE(suspense.owner_id, entry.account_id)
            ) lines
            ON lines.world = refund.world AND lines.posting_id = refund.id AND lines.account_id = payment.account_id
            WHERE refund.customer_amount <> COALESCE(lines.given, 0)
            """
        ),
        new(
            BooksScope.Everything,
            NoMoreThanEachPaid,
            """
            SELECT payment.world, payment.id, payment.account_id, refunds.to_customer - payment.amount + payment.discount
            FROM payment
            JOIN (
                SELECT world, payment_id, CAST(SUM(customer_amount) AS bigint) AS to_customer,
                    CAST(SUM(discount_amount) AS bigint) AS to_campaign
                FROM refund GROUP BY world, payment_id
            ) refunds
            ON refunds.world = payment.world AND refunds.payment_id = payment.id
            WHERE refunds.to_customer > payment.amount - payment.discount OR refunds.to_campaign > payment.discount
            """
        ),
        new(
            BooksScope.Everything,
            CampaignPaid,
            """
            SELECT act.world, act.id, NULLIF(act.id, act.id), act.given - COALESCE(lines.given, 0) FROM (
                SELECT world, id, campaign_id, -discount AS given, 1 AS paid FROM payment
                UNION ALL
                SELECT refund.world, refund.id, payment.campaign_id, refund.discount_amount, 0 FROM refund
                JOIN payment ON payment.world = refund.world AND payment.id = refund.payment_id
            ) act
            LEFT JOIN (
                SELECT entry.world, entry.posting_id, entry.kind = 2 AS refunded, own.owner_id, own.kind,
                    CAST(SUM(entry.amount) AS bigint) AS given
                FROM entry
                JOIN internal_account AS own
                ON own.world = entry.world AND own.entry_account_id = entry.account_id
                WHERE entry.kind IN (1, 2, 5, 6) AND own.kind IN (3, 4)
                GROUP BY entry.world, entry.posting_id, entry.kind = 2, own.owner_id, own.kind
            ) lines
            ON lines.world = act.world AND lines.posting_id = act.id AND lines.refunded = (act.paid = 0)
            AND (lines.owner_id = act.campaign_id OR (act.paid = 0 AND lines.kind = 4 AND act.campaign_id IS NOT NULL))
            WHERE act.given <> COALESCE(lines.given, 0)
            """
        ),
        new(
            BooksScope.Everything,
            OnItsPartnersAccounts,
            """
            SELECT payment.world, payment.id, NULLIF(payment.id, payment.id), COUNT(*) FROM entry
            JOIN internal_account AS own
            ON own.world = entry.world AND own.entry_account_id = entry.account_id AND own.kind IN (2, 5, 7, 8)
            LEFT JOIN sub_merchant
            ON own.kind = 8 AND sub_merchant.world = own.world AND sub_merchant.id = own.owner_id
            LEFT JOIN refund
            ON entry.kind IN (2, 8) AND refund.world = entry.world AND refund.id = entry.posting_id
            JOIN payment ON payment.world = entry.world
            AND payment.id = COALESCE(refund.payment_id, entry.posting_id)
            WHERE entry.kind IN (1, 2, 5, 6, 8)
            AND CASE own.kind WHEN 8 THEN sub_merchant.partner_id ELSE own.owner_id END IS DISTINCT FROM payment.partner_id
            GROUP BY payment.world, payment.id
            """
        ),
        new(
            BooksScope.Everything,
            CouponOfItsCustomer,
            """
            SELECT coupon.world, coupon.id, payment.account_id, 1 FROM coupon
            JOIN payment ON payment.world = coupon.world AND payment.id = coupon.payment_id
            WHERE coupon.customer_id <> payment.customer_id OR coupon.campaign_id IS DISTINCT FROM payment.campaign_id
            """
        ),
        new(
            BooksScope.Everything,
            OfItsCustomer,
            """
            SELECT payment.world, payment.id, payment.account_id, 1 FROM payment
            JOIN account ON account.world = payment.world AND account.id = payment.account_id
            WHERE payment.customer_id <> account.customer_id
            """
        ),
        new(
            BooksScope.Everything,
            UnderItsAgreement,
            """
            SELECT payment.world, payment.id, payment.account_id, 1 FROM payment
            LEFT JOIN agreement ON agreement.world = payment.world AND agreement.id = payment.agreement_id
            WHERE payment.agreement_id <> payment.id AND (
                agreement.id IS NULL OR payment.app_id <> agreement.app_id OR payment.partner_id <> agreement.partner_id
                OR payment.customer_id <> agreement.customer_id OR payment.account_id <> agreement.account_id
                OR payment.currency <> agreement.currency
            )
            """
        ),
        new(
            BooksScope.Everything,
            OfItsOrder,
            """
            SELECT payment.world, payment.id, payment.account_id, 1 FROM payment
            LEFT JOIN order_number
            ON order_number.world = payment.world AND order_number.app_id = payment.app_id
            AND order_number.order_no = payment.order_no
            WHERE order_number.order_no IS NULL OR (payment.state NOT IN (2, 6, 7) AND NOT order_number.paid)
            """
        ),
        new(
            BooksScope.Everything,
            OfItsPayment,
            """
            SELECT refund.world, refund.id, payment.account_id, 1 FROM refund
            LEFT JOIN payment ON payment.world = refund.world AND payment.id = refund.payment_id
            WHERE payment.id IS NULL OR refund.app_id <> payment.app_id OR refund.order_no <> payment.order_no
            OR refund.currency <> payment.currency
            """
        ),
    ];
}
