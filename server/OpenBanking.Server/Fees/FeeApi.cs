using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
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
        return refused ?? Answers.Ok(Show(await AddAsync(request, caller, engine, ids)));
    }

    private static async Task<FeeRuleRow> AddAsync(
        SetSandboxFeesRequest request,
        Caller caller,
        Engine.Engine engine,
        Ids ids
    )
    {
        var decision = await engine.SubmitAsync(
            new AddFeeRule(
                caller.World,
                caller.Now,
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
                }
            )
        );
        return ((Accepted<FeeRuleRow>)decision).Reply;
    }

    /// <summary>As of any amount, and nothing is one.</summary>
    private static ProblemError? Check(string pointer, Money? amount) =>
        amount is null || amount == new Money(Money.Renminbi, 0)
            ? null
            : Wire.CheckAmount(pointer, amount.Value);

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
