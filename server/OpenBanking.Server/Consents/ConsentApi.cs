using OpenBanking.Server.Accounts;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Consents;

/// <summary>GET /v1/consents, /v1/consents/{id}, POST /v1/consents/{id}/narrow, POST /v1/consents/{id}/revoke,
/// GET /v1/agreements, /v1/agreements/{id}</summary>
public static class ConsentApi
{
    public static void MapConsents(this IEndpointRouteBuilder api)
    {
        api.MapGet("/consents", ListAsync)
            .Needs(TokenRequirement.App(Scopes.PaymentsRead))
            .WithName("listConsents")
            .WithTags("Consents")
            .WithSummary("The consents of customers to this app, the oldest first, ended ones too")
            .Produces<Page<Consent>>();

        api.MapGet("/consents/{id}", GetAsync)
            .Needs(TokenRequirement.App(Scopes.PaymentsRead))
            .WithName("getConsent")
            .WithTags("Consents")
            .WithSummary("A consent of a customer to this app")
            .Produces<Consent>()
            .Refuses(ProblemCodes.NotFound);

        api.MapPost("/consents/{id}/narrow", NarrowAsync)
            .Needs(TokenRequirement.App(Scopes.Payments))
            .WithName("narrowConsent")
            .WithTags("Consents")
            .WithSummary("Gives a part of a consent back")
            .WithDescription(
                "Send what is to be left: of what was granted, or less. The access tokens given so far end in the same "
                    + "moment, and so does the agreement if it is left out; the refresh token gives what is left."
            )
            .Produces<Consent>()
            .Refuses(ProblemCodes.NotFound, ProblemCodes.ConsentNotActive, ProblemCodes.ConsentChanged);

        api.MapPost("/consents/{id}/revoke", RevokeAsync)
            .Needs(TokenRequirement.App(Scopes.Payments))
            .WithName("revokeConsent")
            .WithTags("Consents")
            .WithSummary("Takes a consent back")
            .WithDescription(
                "Its tokens and its agreement end in the same moment. Revoking twice is revoking once."
            )
            .Produces<Consent>()
            .Refuses(ProblemCodes.NotFound);

        api.MapGet("/agreements", ListAgreementsAsync)
            .Needs(TokenRequirement.App(Scopes.PaymentsRead))
            .WithName("listAgreements")
            .WithTags("Consents")
            .WithSummary("The payment agreements with this app, the oldest first, ended ones too")
            .Produces<Page<PaymentAgreement>>();

        api.MapGet("/agreements/{id}", GetAgreementAsync)
            .Needs(TokenRequirement.App(Scopes.PaymentsRead))
            .WithName("getAgreement")
            .WithTags("Consents")
            .WithSummary("A payment agreement, and what was used of it")
            .Produces<PaymentAgreement>()
            .Refuses(ProblemCodes.NotFound);
    }

    private static async Task<IResult> ListAsync(Caller caller, PageRequest page, ConsentQueries queries) =>
        page.TryReadId<ConsentRow>(out var after)
            ? Answers.Ok(
                page.PageOf(
                    await queries.ListAsync(caller, after, page.Limit + 1),
                    consent => Show(consent, caller),
                    consent => consent.Id.ToString()
                )
            )
            : PageRequest.WrongCursor();

    private static async Task<IResult> ListAgreementsAsync(
        Caller caller,
        PageRequest page,
        ConsentQueries queries
    ) =>
        page.TryReadId<ConsentRow>(out var after)
            ? Answers.Ok(
                page.PageOf(
                    await queries.ListAgreementsAsync(caller, after, page.Limit + 1),
                    agreement => Show(agreement, caller),
                    agreement => agreement.ConsentId.ToString()
                )
            )
            : PageRequest.WrongCursor();

    private static async Task<IResult> GetAsync(Caller caller, string id, ConsentQueries queries) =>
        caller.TryRead<ConsentRow>(id, out var consentId)
        && await queries.FindAsync(caller, consentId) is { } consent
            ? Answers.Ok(Show(consent, caller))
            : Problems.NotFound();

    private static async Task<IResult> NarrowAsync(
        Caller caller,
        string id,
        Body<NarrowConsentRequest> body,
        ConsentQueries queries,
        Engine.Engine engine
    )
    {
        if (
            !caller.TryRead<ConsentRow>(id, out var consentId)
            || await queries.FindAsync(caller, consentId) is not { } consent
        )
        {
            return Problems.NotFound();
        }

        var granted = DetailsOf(consent);
        var (left, failure) = GrantedDetails.Narrow(
            AuthorizationDetails.Write([.. body.Value.AuthorizationDetails]),
            granted,
            anyClass: true
        );
        if (left is null)
        {
            return Wire.Refuse(Wire.Wrong("/authorization_details", "not_granted", failure!.Description))!;
        }

        var keepsAgreement = left.OfType<PaymentAgreementTerms>().Any();
        var decision = await engine.SubmitAsync(
            new NarrowConsent(
                caller.World,
                caller.Now,
                consent.Id,
                consent.Version,
                AuthorizationDetails.Write(left),
                keepsAgreement ? null : consent.AgreementId
            )
        );
        return decision is Accepted<ConsentRow> accepted
            ? Answers.Ok(Show(accepted.Reply, caller))
            : Problems.From(((Rejected<ConsentRow>)decision).Refusal);
    }

    private static async Task<IResult> RevokeAsync(
        Caller caller,
        string id,
        ConsentQueries queries,
        Engine.Engine engine
    )
    {
        if (
            !caller.TryRead<ConsentRow>(id, out var consentId)
            || await queries.FindAsync(caller, consentId) is not { } consent
        )
        {
            return Problems.NotFound();
        }

        var decision = await engine.SubmitAsync(
            new RevokeConsent(caller.World, caller.Now, consent.Id, consent.AgreementId)
            {
                By = Actor.App(caller.App.Id),
            }
        );
        return Answers.Ok(Show(((Accepted<ConsentRow>)decision).Reply, caller));
    }

    private static async Task<IResult> GetAgreementAsync(Caller caller, string id, ConsentQueries queries) =>
        caller.TryRead<AgreementRow>(id, out var agreementId)
        && await queries.FindAgreementAsync(caller, agreementId) is { } agreement
            ? Answers.Ok(Show(agreement, caller))
            : Problems.NotFound();

    /// <summary>Whether the consent holds details of a type, and in them an action.</summary>
    public static bool Holds(ConsentRow consent, string detailType, string? action) =>
        DetailsOf(consent)
            .Any(detail =>
                AuthorizationDetails.TypeOf(detail) == detailType
                && (action is null || (detail is AccountInformation reads && reads.Actions!.Contains(action)))
            );

    /// <summary>What was granted, as the token response and the consent show it.</summary>
    /// <param name="showAccount">The account's id as the partner sees it.</param>
    /// <param name="details">What of it a token is good for; null for all.</param>
    public static IReadOnlyList<GrantedAuthorization> ShowGranted(
        ConsentRow consent,
        Func<Id<AccountRow>, string> showAccount,
        IReadOnlyList<AuthorizationDetail>? details = null
    )
    {
        var account = showAccount(consent.AccountId);
        return
        [
            .. (details ?? DetailsOf(consent)).Select(detail =>
                detail switch
                {
                    AccountOpening opening => new GrantedAuthorization
                    {
                        Type = AccountOpening.TypeName,
                        AccountType = opening.AccountType,
                        AccountId = account,
                    },
                    AccountInformation information => new()
                    {
                        Type = AccountInformation.TypeName,
                        Actions = information.Actions,
                        AccountId = account,
                    },
                    PaymentAgreementTerms terms => new()
                    {
                        Type = PaymentAgreementTerms.TypeName,
                        AccountId = account,
                        AgreementId = consent.AgreementId?.ToString(),
                        PerPaymentLimit = terms.PerPaymentLimit,
                        DailyLimit = terms.DailyLimit,
                        MonthlyLimit = terms.MonthlyLimit,
                        TotalLimit = terms.TotalLimit,
                        TopUpAllowed = terms.TopUpAllowed,
                        Scenes = terms.Scenes,
                    },
                    _ => new() { Type = CouponWallet.TypeName },
                }
            ),
        ];
    }

    private static AuthorizationDetail[] DetailsOf(ConsentRow consent) =>
        AuthorizationDetails.Read(consent.Details);

    private static Consent Show(ConsentRow consent, Caller caller) =>
        new()
        {
            Id = caller.Show(consent.Id),
            CustomerId = caller.Show(consent.CustomerId),
            Status = ConsentRules.StatusOf(consent.State, consent.ExpiresAt, caller.Now),
            AuthorizationDetails = ShowGranted(consent, caller.Show),
            GrantedAt = consent.GrantedAt,
            ExpiresAt = consent.ExpiresAt,
            RevokedAt = consent.RevokedAt,
        };

    private static PaymentAgreement Show(AgreementRow agreement, Caller caller)
    {
        var (day, month, total, topUps) = LimitApi.OfAgreement(agreement, caller);
        return new()
        {
            Id = caller.Show(agreement.Id),
            ConsentId = caller.Show(agreement.ConsentId),
            CustomerId = caller.Show(agreement.CustomerId),
            AccountId = caller.Show(agreement.AccountId),
            Status = ConsentRules.StatusOf(agreement.State, agreement.ExpiresAt, caller.Now),
            PerPaymentLimit = new(agreement.Currency, agreement.PerPaymentLimit),
            DailyLimit = new(agreement.Currency, agreement.DailyLimit),
            MonthlyLimit = agreement.MonthlyLimit is { } ofMonth ? new(agreement.Currency, ofMonth) : null,
            TotalLimit = new(agreement.Currency, agreement.TotalLimit),
            TotalPaid = new(agreement.Currency, agreement.TotalPaid),
            Day = day,
            Month = month,
            Total = total,
            TopUpAllowed = agreement.TopUpAllowed,
            TopUps = topUps,
            Scenes = agreement.Scenes?.Split(' '),
        };
    }
}
