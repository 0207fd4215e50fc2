namespace OpenBanking.Internal;

/// <summary>Explains declines: the catalogue's words, and what is left of the limit that was reached.</summary>
internal static class Declines
{
    public static async Task<DeclineExplanation> ExplainAsync(
        Api api,
        Payment payment,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(payment);
        var code =
            payment.DeclineCode
            ?? throw new ArgumentException("The payment was not declined.", nameof(payment));
        var known = DeclineCodes.Catalogue.FirstOrDefault(entry => entry.Code == code);
        var limit = await LimitAsync(api, payment, code, cancellationToken).ConfigureAwait(false);
        var (customerAdvice, partnerAdvice) = limit switch
        {
            { ResetsAt: not null } when LeastOf(payment) > limit.Limit.Amount => AdviceWithoutWaiting(code),
            // A new day, month or year has begun since, a refund has given back, or the limit is a higher one now.
            not null when payment.Amount.Amount <= limit.Left.Amount => (
                "Try again: so much is left of the limit now.",
                "Try a new attempt: so much is left of the limit now."
            ),
            _ => (known?.CustomerAdvice, known?.PartnerAdvice),
        };
        return new()
        {
            Code = code,
            Meaning = known?.Title ?? "The bank declined the payment",
            CustomerAdvice = customerAdvice,
            PartnerAdvice = partnerAdvice,
            Limit = limit,
        };
    }

    /// <summary>The least that the customer would have paid, in minor units. A payment that failed does not say what its coupon
    /// would have taken off.</summary>
    private static long LeastOf(Payment payment) => payment.CouponId is null ? payment.Amount.Amount : 0;

    /// <summary>For more than the limit is when nothing is used of it.</summary>
    private static (string Customer, string Partner) AdviceWithoutWaiting(string code) =>
        code switch
        {
            DeclineCodes.AgreementDailyLimit => (
                "Agree to a higher limit: no single day allows so much.",
                "Ask for a new agreement, or for less: no single day allows so much."
            ),
            DeclineCodes.AgreementMonthlyLimit => (
                "Agree to a higher limit: no single month allows so much.",
                "Let the customer confirm, ask for a new agreement, or for less: no single month allows so much."
            ),
            DeclineCodes.AccountDailyLimit => (
                "Raise the limit if you have lowered it, or pay in another way: no single day allows so much.",
                "Ask for less, or offer another way to pay: no single day allows so much."
            ),
            _ => (
                "Pay in another way: no single year allows so much.",
                "Ask for less, or offer another way to pay: no single year allows so much."
            ),
        };

    private static async Task<LimitUse?> LimitAsync(
        Api api,
        Payment payment,
        string code,
        CancellationToken cancellationToken
    ) =>
        code switch
        {
            DeclineCodes.AgreementPerPaymentLimit
            or DeclineCodes.AgreementDailyLimit
            or DeclineCodes.AgreementMonthlyLimit
            or DeclineCodes.AgreementTotalLimit when payment.AgreementId is { } agreementId => OfAgreement(
                await new AgreementsClient(api)
                    .GetAsync(agreementId, cancellationToken)
                    .ConfigureAwait(false),
                code
            ),
            DeclineCodes.AccountPerPaymentLimit
            or DeclineCodes.AccountDailyLimit
            or DeclineCodes.AccountYearlyLimit
                when payment is { CustomerId: { } customer, AccountId: { } account } => await OfAccountAsync(
                    api,
                    customer,
                    account,
                    code,
                    cancellationToken
                )
                .ConfigureAwait(false),
            _ => null,
        };

    private static LimitUse? OfAgreement(PaymentAgreement agreement, string code) =>
        code switch
        {
            DeclineCodes.AgreementDailyLimit => agreement.Day,
            DeclineCodes.AgreementMonthlyLimit => agreement.Month,
            DeclineCodes.AgreementTotalLimit => agreement.Total,
            _ => OfEach(agreement.PerPaymentLimit),
        };

    /// <summary>Null when the customer is not linked here, or has not let the app read it.</summary>
    private static async Task<LimitUse?> OfAccountAsync(
        Api api,
        string customerId,
        string accountId,
        string code,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var limits = await new AccountsClient(api)
                .GetLimitsAsync(customerId, accountId, cancellationToken)
                .ConfigureAwait(false);
            return code switch
            {
                DeclineCodes.AccountDailyLimit => limits.Day,
                DeclineCodes.AccountYearlyLimit => limits.Year,
                _ => limits.PerPaymentLimit is { } most ? OfEach(most) : null,
            };
        }
        catch (OpenBankingException)
        {
            return null;
        }
    }

    /// <summary>Of each payment alone nothing is used before it.</summary>
    private static LimitUse OfEach(Money most) =>
        new()
        {
            Limit = most,
            Used = new(most.Currency, 0),
            Left = most,
        };
}
