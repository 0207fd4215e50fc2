using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.SubMerchants;

/// <summary>POST /v1/sub-merchants, GET /v1/sub-merchants, /v1/sub-merchants/{id}, POST /v1/sub-merchants/{id}/close</summary>
public static class SubMerchantApi
{
    public static void MapSubMerchants(this IEndpointRouteBuilder api)
    {
        api.MapPost("/sub-merchants", CreateAsync)
            .Needs(TokenRequirement.App(Scopes.Settlement))
            .WithName("createSubMerchant")
            .WithTags("Sub-merchants")
            .WithSummary("Registers a merchant that sells through this partner")
            .WithDescription(
                "It has a settlement account of its own, and payments may go to it whole or in part. Customers see its name: "
                    + "it cannot be changed."
            )
            .Produces<SubMerchant>(StatusCodes.Status201Created);

        api.MapGet("/sub-merchants", ListAsync)
            .Needs(TokenRequirement.App(Scopes.Settlement))
            .WithName("listSubMerchants")
            .WithTags("Sub-merchants")
            .WithSummary("The merchants of this partner, the oldest first")
            .Produces<Page<SubMerchant>>();

        api.MapGet("/sub-merchants/{id}", GetAsync)
            .Needs(TokenRequirement.App(Scopes.Settlement))
            .WithName("getSubMerchant")
            .WithTags("Sub-merchants")
            .WithSummary("One merchant of this partner")
            .Produces<SubMerchant>()
            .Refuses(ProblemCodes.NotFound);

        api.MapPost("/sub-merchants/{id}/close", CloseAsync)
            .Needs(TokenRequirement.App(Scopes.Settlement))
            .WithName("closeSubMerchant")
            .WithTags("Sub-merchants")
            .WithSummary("Ends new payments to a merchant")
            .WithDescription(
                "What is held for it may still be captured, what it was paid given back, and what it has is paid out. "
                    + "Closing it twice is closing it once."
            )
            .Produces<SubMerchant>()
            .Refuses(ProblemCodes.NotFound);
    }

    private static async Task<IResult> CreateAsync(
        Caller caller,
        KeyedBody<CreateSubMerchantRequest> body,
        SubMerchantQueries queries,
        Engine.Engine engine,
        Ids ids
    )
    {
        var request = body.Value;
        var refused = Wire.Refuse(
            Wire.CheckName("/name", request.Name, WireText.Name.Longest),
            request.Reference is { } reference ? Wire.CheckOrderNo("/reference", reference) : null
        );
        return refused
            ?? await engine.DecideOnceAsync(
                new RegisterSubMerchant(
                    caller.World,
                    caller.Now,
                    caller.App.Id,
                    new()
                    {
                        Id = ids.New<SubMerchantRow>(),
                        PartnerId = caller.App.PartnerId,
                        Name = request.Name,
                        Reference = request.Reference,
                        State = SubMerchantState.Open,
                        CreatedAt = caller.Now,
                    }
                ),
                body.Request,
                row => row.Id.Value,
                row => Show(row, caller),
                async id => Show((await queries.FindAsync(caller, new(id)))!, caller)
            );
    }

    private static async Task<IResult> ListAsync(
        Caller caller,
        PageRequest page,
        SubMerchantQueries queries
    ) =>
        page.TryReadId<SubMerchantRow>(out var after)
            ? Answers.Ok(
                page.PageOf(
                    await queries.ListAsync(caller, after, page.Limit + 1),
                    row => Show(row, caller),
                    row => row.Id.ToString()
                )
            )
            : PageRequest.WrongCursor();

    private static async Task<IResult> GetAsync(Caller caller, string id, SubMerchantQueries queries) =>
        caller.TryRead<SubMerchantRow>(id, out var known) && await queries.FindAsync(caller, known) is { } row
            ? Answers.Ok(Show(row, caller))
            : Problems.NotFound();

    private static async Task<IResult> CloseAsync(
        Caller caller,
        string id,
        SubMerchantQueries queries,
        Engine.Engine engine
    )
    {
        if (
            !caller.TryRead<SubMerchantRow>(id, out var known)
            || await queries.FindAsync(caller, known) is null
        )
        {
            return Problems.NotFound();
        }

        var decision = await engine.SubmitAsync(
            new CloseSubMerchant(caller.World, caller.Now, caller.App.Id, known)
        );
        return Answers.Ok(Show(((Accepted<SubMerchantRow>)decision).Reply, caller));
    }

    private static SubMerchant Show(SubMerchantRow row, Caller caller) =>
        new()
        {
            Id = caller.Show(row.Id),
            Name = row.Name,
            Reference = row.Reference,
            Status = row.State == SubMerchantState.Open ? SubMerchantStatus.Open : SubMerchantStatus.Closed,
            CreatedAt = row.CreatedAt,
        };
}
