using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.TopUps;

/// <summary>POST /v1/top-ups, GET /v1/top-ups, /v1/top-ups/{id}</summary>
public static class TopUpApi
{
    public static void MapTopUps(this IEndpointRouteBuilder api)
    {
        api.MapPost("/top-ups", CreateAsync)
            .Needs(TokenRequirement.App(Scopes.Payments))
            .WithName("createTopUp")
            .WithTags("Top-ups")
            .WithSummary("Brings money from the bound card to the e-account")
            .WithDescription(
                "The card's bank is asked after the answer: the top-up is processing until then. Read it again, or wait "
                    + "for top_up.succeeded or top_up.failed."
            )
            .Produces<TopUp>(StatusCodes.Status201Created)
            .Refuses(ProblemCodes.AgreementNotActive, ProblemCodes.TopUpNotAllowed);

        api.MapGet("/top-ups", ListAsync)
            .Needs(TokenRequirement.App(Scopes.PaymentsRead))
            .WithName("listTopUps")
            .WithTags("Top-ups")
            .WithSummary("The top-ups of this app, the oldest first, failed ones too")
            .Produces<Page<TopUp>>();

        api.MapGet("/top-ups/{id}", GetAsync)
            .Needs(TokenRequirement.App(Scopes.PaymentsRead))
            .WithName("getTopUp")
            .WithTags("Top-ups")
            .WithSummary("One top-up")
            .Produces<TopUp>()
            .Refuses(ProblemCodes.NotFound);
    }

    private static async Task<IResult> CreateAsync(
        Caller caller,
        KeyedBody<CreateTopUpRequest> body,
        ConsentQueries consents,
        TopUpQueries queries,
        Engine.Engine engine,
        WorldClocks clocks,
        Ids ids
    )
    {
        var request = body.Value;
        var agreement = caller.TryRead<AgreementRow>(request.AgreementId, out var agreementId)
            ? await consents.FindAgreementAsync(caller, agreementId)
            : null;
        var refused = Wire.Refuse(
            agreement is null ? Wire.NotKnown("/agreement_id", "agreement") : null,
            Wire.CheckAmount("/amount", request.Amount)
        );
        return refused
            ?? await engine.DecideOnceAsync(
                new CreateTopUp(
                    caller.World,
                    caller.Now,
                    ids.New<TopUpRow>(),
                    ids.New<IntentRow>(),
                    agreement!,
                    request.Amount.Amount,
                    clocks.RealNow
                ),
                body.Request,
                topUp => topUp.Id.Value,
                topUp => Show(topUp, caller),
                async id => Show((await queries.FindAsync(caller, new(id)))!, caller)
            );
    }

    private static async Task<IResult> ListAsync(Caller caller, PageRequest page, TopUpQueries queries) =>
        page.TryReadId<TopUpRow>(out var after)
            ? Answers.Ok(
                page.PageOf(
                    await queries.ListAsync(caller, after, page.Limit + 1),
                    topUp => Show(topUp, caller),
                    topUp => topUp.Id.ToString()
                )
            )
            : PageRequest.WrongCursor();

    private static async Task<IResult> GetAsync(Caller caller, string id, TopUpQueries queries) =>
        caller.TryRead<TopUpRow>(id, out var topUpId) && await queries.FindAsync(caller, topUpId) is { } topUp
            ? Answers.Ok(Show(topUp, caller))
            : Problems.NotFound();

    private static TopUp Show(TopUpRow topUp, Caller caller) =>
        new()
        {
            Id = caller.Show(topUp.Id),
            Status = TopUpRules.StatusOf(topUp.State),
            DeclineCode = topUp.DeclineCode,
            Amount = new(topUp.Currency, topUp.Amount),
            AgreementId = caller.Show(topUp.AgreementId),
            AccountId = caller.Show(topUp.AccountId),
            CardId = caller.Show(topUp.CardId),
            CreatedAt = topUp.CreatedAt,
            CompletedAt = topUp.CompletedAt,
        };
}
