using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Ledger;

/// <summary>What must hold of the counters of payment agreements. Top-ups are not among them: their rows do not say which day counted
/// one that was decided late.</summary>
internal static class AgreementBooks
{
    public const string Counters = "what counts against an agreement's limits is what was paid under it";
    public const string CounterOfItsDay =
        "an agreement counts for the last day on which was paid under it, or a later one";
    public const string AsConsented =
        "an agreement is of its consent's app, customer and account, and the account is the customer's";

    /// <summary>Stands for the months that agreements count, as pairs of their first day and the next month's: the stores have no word
    /// in common for the month of a day.</summary>
    public const string Months = "{months}";

    /// <summary>A month of which no agreement is: there must be a row.</summary>
    private static readonly DateOnly none = new(2000, 1, 1);

    private static readonly DateOnly lastMonth = new(9999, 12, 1);

    public static IReadOnlyList<BooksRule> Rules { get; } =
    [
        new(
            BooksScope.Everything,
            Counters,
            $"""
            SELECT world, id, account_id, CASE
                WHEN total_paid <> in_all THEN total_paid - in_all
                WHEN day_paid <> of_day THEN day_paid - of_day
                ELSE month_paid - of_month
            END
            FROM (
                SELECT agreement.world, agreement.id, agreement.account_id,
                    agreement.total_paid, agreement.day_paid, agreement.month_paid,
                    CAST(COALESCE(SUM(paid.amount), 0) AS bigint) AS in_all,
                    CAST(COALESCE(SUM(CASE WHEN paid.day = agreement.day THEN paid.amount END), 0) AS bigint) AS of_day,
                    CAST(COALESCE(SUM(
                        CASE WHEN paid.day >= month.column1 AND paid.day < month.column2 THEN paid.amount END
                    ), 0) AS bigint) AS of_month
                FROM agreement
                LEFT JOIN ({Months}) month
                ON agreement.monthly_limit IS NOT NULL
                AND agreement.day >= month.column1 AND agreement.day < month.column2
                LEFT JOIN (
                    SELECT payment.world, payment.agreement_id, payment.business_date AS day,
                        {PaymentBooks.Counted} - COALESCE(refunds.to_customer, 0) AS amount
                    FROM payment
                    LEFT JOIN (
                        SELECT world, payment_id, CAST(SUM(customer_amount) AS bigint) AS to_customer
                        FROM refund GROUP BY world, payment_id
                    ) refunds
                    ON refunds.world = payment.world AND refunds.payment_id = payment.id
                ) paid
                ON paid.world = agreement.world AND paid.agreement_id = agreement.id
                GROUP BY agreement.world, agreement.id, agreement.account_id,
                    agreement.total_paid, agreement.day_paid, agreement.month_paid
            ) counted
            WHERE total_paid <> in_all OR day_paid <> of_day OR month_paid <> of_month
            """
        ),
        new(
            BooksScope.Everything,
            CounterOfItsDay,
            """
            SELECT agreement.world, agreement.id, agreement.account_id, CAST(SUM(paid.times) AS bigint)
            FROM (
                SELECT world, agreement_id, business_date, COUNT(*) AS times
                FROM payment
                WHERE state <> 2
                GROUP BY world, agreement_id, business_date
            ) paid
            JOIN agreement ON agreement.world = paid.world AND agreement.id = paid.agreement_id
            WHERE paid.business_date > agreement.day
            GROUP BY agreement.world, agreement.id, agreement.account_id
            """
        ),
        new(
            BooksScope.Everything,
            AsConsented,
            """
            SELECT agreement.world, agreement.id, agreement.account_id, 1 FROM agreement
            LEFT JOIN consent ON consent.world = agreement.world AND consent.id = agreement.consent_id
            LEFT JOIN account ON account.world = agreement.world AND account.id = agreement.account_id
            WHERE consent.app_id <> agreement.app_id OR consent.customer_id <> agreement.customer_id
            OR consent.account_id <> agreement.account_id OR account.customer_id <> agreement.customer_id
            """
        ),
    ];

    /// <summary>The months of some days, as rows of <see cref="Months"/>.</summary>
    public static void AppendMonths(Sql sql, IEnumerable<DateOnly> days)
    {
        var months = days.Select(day => new DateOnly(day.Year, day.Month, 1)).Distinct().ToList();
        var separator = "VALUES (";
        foreach (var month in months is [] ? [none] : months)
        {
            sql.AppendLiteral(separator);
            sql.AppendFormatted(month);
            sql.AppendLiteral(", ");
            sql.AppendFormatted(month < lastMonth ? month.AddMonths(1) : DateOnly.MaxValue);
            separator = "), (";
        }

        sql.AppendLiteral(")");
    }
}
