using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>Makes the consent a customer agrees to, and the agreement in it: from the stored request and from what the
/// customer left out of it, and from nothing else.</summary>
public static class NewConsents
{
    /// <param name="language">The one the customer reads the page in.</param>
    public static (ConsentRow Consent, AgreementRow? Agreement) Make(
        OpenInteraction open,
        IReadOnlyList<AuthorizationDetail> granted,
        string language,
        Ids ids,
        DateTimeOffset now
    )
    {
        var account = open.Account!;
        var consentId = ids.New<ConsentRow>();
        var agreement = granted.OfType<PaymentAgreementTerms>().FirstOrDefault() is { } terms
            ? MakeAgreement(open, consentId, terms, language, ids, now)
            : null;
        // Whatever class was asked for, the account has its own.
        var opened = new AccountOpening { AccountType = new(account.Type) };
        var consent = new ConsentRow
        {
            Id = consentId,
            AppId = open.App.Id,
            CustomerId = account.CustomerId,
            AccountId = account.Id,
            State = ConsentState.Authorized,
            Scope = string.Join(' ', DetailScopes.Narrow(ScopeText.Read(open.Request.Scope), granted)),
            Details = AuthorizationDetails.Write([
                .. granted.Select(detail =>
                    (detail is AccountOpening ? opened : detail) with
                    {
                        Optional = null,
                    }
                ),
            ]),
            AgreementId = agreement?.Id,
            GrantedAt = now,
            ExpiresAt = now + AuthorizationServerOptions.ConsentLifetime,
        };
        return (consent, agreement);
    }

    private static AgreementRow MakeAgreement(
        OpenInteraction open,
        Id<ConsentRow> consentId,
        PaymentAgreementTerms terms,
        string language,
        Ids ids,
        DateTimeOffset now
    ) =>
        new()
        {
            Id = ids.New<AgreementRow>(),
            ConsentId = consentId,
            AppId = open.App.Id,
            PartnerId = open.App.PartnerId,
            CustomerId = open.Account!.CustomerId,
            AccountId = open.Account.Id,
            CardId = open.Account.CardId,
            State = ConsentState.Authorized,
            Currency = open.Account.Currency,
            PerPaymentLimit = terms.PerPaymentLimit.Amount,
            DailyLimit = terms.DailyLimit.Amount,
            MonthlyLimit = terms.MonthlyLimit?.Amount,
            TotalLimit = terms.TotalLimit.Amount,
            TopUpAllowed = terms.TopUpAllowed,
            Scenes = terms.Scenes is { } scenes ? string.Join(' ', scenes) : null,
            Day = BusinessCalendar.DateOf(now),
            DayPaid = 0,
            DayToppedUp = 0,
            TotalPaid = 0,
            ExpiresAt = now + AuthorizationServerOptions.ConsentLifetime,
            Language = language,
        };
}
