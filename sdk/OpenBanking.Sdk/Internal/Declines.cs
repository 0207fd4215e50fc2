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
        return new()
        {
            Code = code,
            Meaning = known?.Title ?? "The bank declined the payment",
            CustomerAdvice = known?.CustomerAdvice,
            PartnerAdvice = known?.PartnerAdvice,
            Limit = await LimitAsync(api, payment, code, cancellationToken).ConfigureAwait(false),
        };
    }

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
