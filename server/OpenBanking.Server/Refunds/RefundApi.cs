using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Payouts;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Refunds;

/// <summary>POST /v1/refunds, GET /v1/refunds, /v1/refunds/{id}, /v1/payments/{id}/refunds</summary>
public static class RefundApi
{
    public static void MapRefunds(this IEndpointRouteBuilder api)
    {
        api.MapPost("/refunds", CreateAsync)
            .Needs(TokenRequirement.App(Scopes.Payments))
            .WithName("createRefund")
            .WithTags("Refunds")
            .WithSummary("Gives back all or a part of a payment")
            .WithDescription(
                "Customer and campaign get back their shares of what each one paid. A full refund returns the coupon "
                    + "while it is valid. The fee is given back in proportion, or kept, as the partner's terms say."
            )
            .Produces<Refund>(StatusCodes.Status201Created)
            .Refuses(
                ProblemCodes.PaymentNotRefundable,
                ProblemCodes.RefundExceedsPayment,
                ProblemCodes.InsufficientPartnerBalance
            );

        api.MapGet("/refunds", ListAsync)
            .Needs(TokenRequirement.App(Scopes.PaymentsRead))
            .WithName("listRefunds")
            .WithTags("Refunds")
            .WithSummary("The refunds of this app, the oldest first")
            .Produces<Page<Refund>>();

        api.MapGet("/refunds/{id}", GetAsync)
            .Needs(TokenRequirement.App(Scopes.PaymentsRead))
            .WithName("getRefund")
            .WithTags("Refunds")
            .WithSummary("One refund")
            .Produces<Refund>()
            .Refuses(ProblemCodes.NotFound);

        api.MapGet("/payments/{id}/refunds", ListOfPaymentAsync)
            .Needs(TokenRequirement.App(Scopes.PaymentsRead))
            .WithName("listRefundsOfPayment")
            .WithTags("Refunds")
            .WithSummary("The refunds of one payment, the oldest first")
            .Produces<Page<Refund>>()
            .Refuses(ProblemCodes.NotFound);
    }

    private static async Task<IResult> CreateAsync(
        Caller caller,
        KeyedBody<CreateRefundRequest> body,
        PaymentQueries payments,
        RefundQueries queries,
        SettlementOptions settlement,
        WorldClocks clocks,
        PaymentEnd end,
        Engine.Engine engine,
        Ids ids
    )
    {
        var request = body.Value;
        var (payment, unconfirmed) = caller.TryRead<PaymentRow>(request.PaymentId, out var paymentId)
            ? await payments.FindEitherAsync(caller, paymentId)
            : default;
        if (unconfirmed is not null)
        {
            return Problems.Of(ProblemCodes.PaymentNotRefundable);
        }

        var refused = Wire.Refuse(
            payment is null ? Wire.NotKnown("/payment_id", "payment") : null,
            request.Amount is { } amount ? Wire.CheckAmount("/amount", amount) : null,
            Wire.CheckText("/reason", request.Reason, WireText.Words)
        );
        refused ??= Wire.Refuse(PaymentSplits.Check(request, payment!, caller));
        if (refused is not null)
        {
            return refused;
        }

        // What was captured of a hold that has run out may be given back.
        await end.TryAsync(caller, payment!);
        return await engine.DecideOnceAsync(
            new CreateRefund(
                caller.World,
                caller.Now,
                ids.New<RefundRow>(),
                payment!,
                request.Amount?.Amount ?? request.Splits?.Sum(split => split.Amount.Amount),
                request.Reason
            )
            {
                Named = PaymentSplits.NamedIn(request, payment!, caller),
                MostOwed = settlement.MostOwed,
                RealNow = clocks.RealNow,
            },
            body.Request,
            refund => refund.Id.Value,
            refund => Show(refund, caller),
            async id => Show((await queries.FindAsync(caller, new(id)))!, caller)
        );
    }

    private static async Task<IResult> ListAsync(Caller caller, PageRequest page, RefundQueries queries) =>
        page.TryReadId<RefundRow>(out var after)
            ? Show(page, await queries.ListAsync(caller, after, page.Limit + 1), caller)
            : PageRequest.WrongCursor();

    private static async Task<IResult> ListOfPaymentAsync(
        Caller caller,
        string id,
        PageRequest page,
        PaymentQueries payments,
        RefundQueries queries
    )
    {
        if (
            !caller.TryRead<PaymentRow>(id, out var paymentId)
            || await payments.FindEitherAsync(caller, paymentId) is (null, null)
        )
        {
            return Problems.NotFound();
        }

        return page.TryReadId<RefundRow>(out var after)
            ? Show(page, await queries.ListAsync(caller, paymentId, after, page.Limit + 1), caller)
            : PageRequest.WrongCursor();
    }

    private static async Task<IResult> GetAsync(Caller caller, string id, RefundQueries queries) =>
        caller.TryRead<RefundRow>(id, out var refundId)
        && await queries.FindAsync(caller, refundId) is { } refund
            ? Answers.Ok(Show(refund, caller))
            : Problems.NotFound();

    private static IResult Show(PageRequest page, IReadOnlyList<RefundRow> refunds, Caller caller) =>
        Answers.Ok(page.PageOf(refunds, refund => Show(refund, caller), refund => refund.Id.ToString()));

    private static Refund Show(RefundRow refund, Caller caller) =>
        new()
        {
            Id = caller.Show(refund.Id),
            PaymentId = caller.Show(refund.PaymentId),
            OrderNo = refund.OrderNo,
            Status = RefundStatus.Succeeded,
            Amount = new(refund.Currency, refund.Amount),
            CustomerAmount = new(refund.Currency, refund.CustomerAmount),
            DiscountAmount = new(refund.Currency, refund.DiscountAmount),
            FeeAmount = refund.Fee is { } fee ? new(refund.Currency, fee) : null,
            Splits = refund.Splits is { } splits
                ?
                [
                    .. PaymentShares
                        .ReadRefund(splits)
                        .Select(share => new RefundSplit
                        {
                            SubMerchantId = share.SubMerchant is { } merchant ? caller.Show(merchant) : null,
                            Amount = new(refund.Currency, share.Amount),
                            FeeAmount = refund.Fee is null ? null : new(refund.Currency, share.Fee),
                        }),
                ]
                : null,
            CouponReturned = refund.CouponReturned,
            Reason = refund.Reason,
            CreatedAt = refund.CreatedAt,
        };
}
