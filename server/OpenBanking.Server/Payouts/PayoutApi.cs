using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Payouts;

/// <summary>GET /v1/payouts, /v1/payouts/{id}</summary>
public static class PayoutApi
{
    public static void MapPayouts(this IEndpointRouteBuilder api)
    {
        api.MapGet("/payouts", ListAsync)
            .Needs(TokenRequirement.App(Scopes.Settlement))
            .WithName("listPayouts")
            .WithTags("Payouts")
            .WithSummary("What was paid out to this partner and its merchants, the oldest first")
            .WithDescription(
                "Each is a statement of the business days it settles: what was brought forward and captured, less refunds and "
                    + "fees, is what was paid and what is carried forward."
            )
            .Produces<Page<Payout>>();

        api.MapGet("/payouts/{id}", GetAsync)
            .Needs(TokenRequirement.App(Scopes.Settlement))
            .WithName("getPayout")
            .WithTags("Payouts")
            .WithSummary("One payout")
            .Produces<Payout>()
            .Refuses(ProblemCodes.NotFound);
    }

    private static async Task<IResult> ListAsync(Caller caller, PageRequest page, PayoutQueries queries) =>
        page.TryReadId<PayoutRow>(out var after)
            ? Answers.Ok(
                page.PageOf(
                    await queries.ListAsync(caller, after, page.Limit + 1),
                    row => Show(row, caller),
                    row => row.Id.ToString()
                )
            )
            : PageRequest.WrongCursor();

    private static async Task<IResult> GetAsync(Caller caller, string id, PayoutQueries queries) =>
        caller.TryRead<PayoutRow>(id, out var known) && await queries.FindAsync(caller, known) is { } row
            ? Answers.Ok(Show(row, caller))
            : Problems.NotFound();

    private static Payout Show(PayoutRow row, Caller caller) =>
        new()
        {
            Id = caller.Show(row.Id),
            SubMerchantId = row.SubMerchantId is { } merchant ? caller.Show(merchant) : null,
            Status = PayoutRules.StatusOf(row.State),
            DeclineCode = PayoutRules.DeclineCodeOf(row),
            Amount = new(row.Currency, row.Amount),
            From = row.Since,
            Through = row.Through,
            BroughtForward = new(row.Currency, row.BroughtForward),
            CapturedAmount = new(row.Currency, row.Captured),
            RefundedAmount = new(row.Currency, row.Refunded),
            FeeAmount = new(row.Currency, row.Fees),
            CarriedForward = new(row.Currency, row.CarriedForward),
            CreatedAt = row.CreatedAt,
            CompletedAt = row.CompletedAt,
        };
}
