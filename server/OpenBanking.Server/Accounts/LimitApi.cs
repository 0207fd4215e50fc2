using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Accounts;

/// <summary>GET /v1/accounts/{id}/limits</summary>
public static class LimitApi
{
    public static void MapLimits(this IEndpointRouteBuilder api) =>
        api.MapGet("/accounts/{id}/limits", GetAsync)
            .Needs(
                TokenRequirement.Customer(
                    Scopes.Accounts,
                    AccountInformation.TypeName,
                    AccountInformation.ReadBalances
                )
            )
            .WithName("getAccountLimits")
            .WithTags("Accounts")
            .WithSummary("What may still go out of an e-account")
            .WithDescription(
                "Of the day and of the year (Asia/Shanghai), by the central bank's rules and the customer's own limits, and "
                    + "of the agreement of the same consent. It says as much of the customer as the balance does, so it "
                    + "needs read_balances; the balance itself is not counted in."
            )
            .Produces<SpendingLimits>()
            .Refuses(ProblemCodes.NotFound);

    private static async Task<IResult> GetAsync(
        Caller caller,
        string id,
        AccountQueries queries,
        ConsentQueries consents,
        LimitRules rules
    )
    {
        if (
            !caller.TryRead<AccountRow>(id, out var accountId)
            || await queries.FindAsync(caller, accountId) is not { } account
        )
        {
            return Problems.NotFound();
        }

        var agreement = caller.Consent.AgreementId is { } agreementId
            ? await consents.FindAgreementAsync(caller, agreementId)
            : null;
        return Answers.Ok(Show(account, agreement, caller, rules));
    }

    private static SpendingLimits Show(
        AccountRow account,
        AgreementRow? agreement,
        Caller caller,
        LimitRules rules
    )
    {
        var (day, ofDay, ofYear) = AccountRules.OutflowAt(account, caller.Now);
        var limits = rules.For(account.Type, day);
        var currency = account.Currency;
        return new()
        {
            AccountId = caller.Show(account.Id),
            BusinessDate = day,
            PerPaymentLimit = account.PaymentLimit is { } own ? new(currency, own) : null,
            Day = Use(
                currency,
                AccountRules.DayLimitOf(account, limits),
                ofDay,
                BusinessCalendar.StartOf(day.AddDays(1))
            ),
            Year = Use(
                currency,
                limits.YearlyOutflow,
                ofYear,
                BusinessCalendar.StartOf(new DateOnly(day.Year + 1, 1, 1))
            ),
            Balance = limits.MostBalance is { } most
                ? Use(currency, most, AccountRules.BalanceOf(account), resetsAt: null)
                : null,
            Agreement =
                agreement is not null && AgreementRules.IsActive(agreement, caller.Now)
                    ? Show(agreement, caller)
                    : null,
        };
    }

    private static AgreementLimits Show(AgreementRow agreement, Caller caller)
    {
        var (day, month, total, topUps) = OfAgreement(agreement, caller);
        return new()
        {
            AgreementId = caller.Show(agreement.Id),
            PerPaymentLimit = new(agreement.Currency, agreement.PerPaymentLimit),
            Day = day,
            Month = month,
            Total = total,
            TopUps = topUps,
        };
    }

    /// <summary>What payments and top-ups have used of an agreement; no month where it has no limit of one, and no top-ups
    /// where it allows none.</summary>
    public static (LimitUse Day, LimitUse? Month, LimitUse Total, LimitUse? TopUps) OfAgreement(
        AgreementRow agreement,
        Caller caller
    )
    {
        var (day, ofDay, ofMonth) = AgreementRules.PaidAt(agreement, caller.Now);
        var tomorrow = BusinessCalendar.StartOf(day.AddDays(1));
        var nextMonth = new DateOnly(day.Year, day.Month, 1).AddMonths(1);
        return (
            Use(agreement.Currency, agreement.DailyLimit, ofDay, tomorrow),
            agreement.MonthlyLimit is { } limit
                ? Use(agreement.Currency, limit, ofMonth, BusinessCalendar.StartOf(nextMonth))
                : null,
            Use(agreement.Currency, agreement.TotalLimit, agreement.TotalPaid, resetsAt: null),
            agreement.TopUpAllowed
                ? Use(
                    agreement.Currency,
                    agreement.DailyLimit,
                    AgreementRules.ToppedUpAt(agreement, caller.Now),
                    tomorrow
                )
                : null
        );
    }

    private static LimitUse Use(string currency, long limit, long used, DateTimeOffset? resetsAt) =>
        new()
        {
            Limit = new(currency, limit),
            Used = new(currency, used),
            Left = new(currency, Math.Max(0, limit - used)),
            ResetsAt = resetsAt?.ToUniversalTime(),
        };
}
