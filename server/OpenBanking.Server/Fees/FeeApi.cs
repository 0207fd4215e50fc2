using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Fees;

/// <summary>POST /v1/sandbox/fees, for a server that is a sandbox: so that a partner can try what fees do. The bank sets real
/// ones on the command line.</summary>
public static class FeeApi
{
    public static void MapSandboxFees(this IEndpointRouteBuilder api)
    {
        if (!api.ServiceProvider.GetRequiredService<ServerMode>().IsSandbox)
        {
            return;
        }

        api.MapPost("/sandbox/fees", SetAsync)
            .Needs(TokenRequirement.App(Scopes.Settlement))
            .WithName("setSandboxFees")
            .WithTags("Sandbox")
            .WithSummary("Sets what the bank takes of this partner's payments in its sandbox")
            .WithDescription(
                "For the payments of all its apps that are made from now on. Setting them twice is setting them once."
            )
            .Produces<SandboxFees>();
    }

    private static async Task<IResult> SetAsync(
        Caller caller,
        Body<SetSandboxFeesRequest> body,
        Store store,
        Engine.Engine engine,
        Ids ids
    )
    {
        var request = body.Value;
        var refused = Wire.Refuse(
            request.BasisPoints is < 0 or > FeeRules.MostBasisPoints
                ? Wire.Wrong(
                    "/basis_points",
                    "out_of_range",
                    $"A number from 0 to {FeeRules.MostBasisPoints} is expected."
                )
                : null,
            Check("/minimum", request.Minimum),
            Check("/cap", request.Cap),
            request.Cap?.Amount < request.Minimum?.Amount
                ? Wire.Wrong("/cap", "out_of_range", "No less than the minimum is expected.")
                : null
        );
        if (refused is not null)
        {
            return refused;
        }

        var wanted = RuleOf(request, caller, ids);
        var latest = await LatestAsync(store, caller);
        return Answers.Ok(
            Show(
                latest is not null && wanted with { Id = latest.Id, CreatedAt = latest.CreatedAt } == latest
                    ? latest
                    : await AddAsync(wanted, caller, engine)
            )
        );
    }

    private static FeeRuleRow RuleOf(SetSandboxFeesRequest request, Caller caller, Ids ids) =>
        new()
        {
            Id = ids.New<FeeRuleRow>(),
            OwnerId = caller.App.PartnerId.Value,
            Effective = BusinessCalendar.DateOf(caller.Now),
            BasisPoints = request.BasisPoints,
            Minimum = request.Minimum?.Amount ?? 0,
            Cap = request.Cap?.Amount,
            Refunded = request.Refunded ?? true,
            CreatedAt = caller.Now,
        };

    /// <summary>What the partner pays for all its apps and scenes, as it was said last.</summary>
    private static ValueTask<FeeRuleRow?> LatestAsync(Store store, Caller caller) =>
        store.FirstAsync(
            FeeTables.Rules,
            caller.World,
            $"owner_id = {caller.App.PartnerId} AND scene IS NULL ORDER BY id DESC LIMIT 1"
        );

    private static async Task<FeeRuleRow> AddAsync(FeeRuleRow rule, Caller caller, Engine.Engine engine) =>
        (
            (Accepted<FeeRuleRow>)await engine.SubmitAsync(new AddFeeRule(caller.World, caller.Now, rule))
        ).Reply;

    /// <summary>As of any amount, and nothing is one.</summary>
    private static ProblemError? Check(string pointer, Money? amount) =>
        amount is { } said ? Wire.CheckAmount(pointer, said, least: 0) : null;

    private static SandboxFees Show(FeeRuleRow rule) =>
        new()
        {
            BasisPoints = rule.BasisPoints,
            Minimum = Money.Cny(rule.Minimum),
            Cap = rule.Cap is { } cap ? Money.Cny(cap) : null,
            Refunded = rule.Refunded,
            From = rule.Effective,
        };
}
