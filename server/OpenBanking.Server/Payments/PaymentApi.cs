using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Payments;

/// <summary>POST /v1/payments, GET /v1/payments/{id}, GET /v1/orders/{order_no}</summary>
public static class PaymentApi
{
    public static void MapPayments(this IEndpointRouteBuilder api)
    {
        api.MapPost("/payments", CreateAsync)
            .Needs(TokenRequirement.App(Scopes.Payments))
            .WithName("createPayment")
            .WithTags("Payments")
            .WithSummary("Pays an order from the customer's e-account, with or without a coupon")
            .WithDescription(
                "Customer, campaign, partner and coupon move in one transaction. A decline is a payment with status "
                    + "failed and a decline_code; to try the order again, use a key for a new attempt. With "
                    + "capture_method manual the money is held, and captured or canceled later."
            )
            .Produces<Payment>(StatusCodes.Status201Created)
            .Refuses(ProblemCodes.AgreementNotActive, ProblemCodes.OrderAlreadyPaid);

        api.MapGet("/payments/{id}", GetAsync)
            .Needs(TokenRequirement.App(Scopes.PaymentsRead))
            .WithName("getPayment")
            .WithTags("Payments")
            .WithSummary("One payment")
            .Produces<Payment>()
            .Refuses(ProblemCodes.NotFound);

        api.MapGet("/orders/{orderNo}", GetOrderAsync)
            .Needs(TokenRequirement.App(Scopes.PaymentsRead))
            .WithName("getOrder")
            .WithTags("Payments")
            .WithSummary("What became of an order number")
            .Produces<Order>()
            .Refuses(ProblemCodes.NotFound);
    }

    private static async Task<IResult> CreateAsync(
        Caller caller,
        KeyedBody<CreatePaymentRequest> body,
        ConsentQueries consents,
        PaymentQueries queries,
        HoldOptions holds,
        Engine.Engine engine,
        Ids ids
    )
    {
        var request = body.Value;
        Id<CouponRow> couponId = default;
        var agreement = caller.TryRead<AgreementRow>(request.AgreementId, out var agreementId)
            ? await consents.FindAgreementAsync(caller, agreementId)
            : null;
        var refused = Wire.Refuse(
            Wire.CheckOrderNo("/order_no", request.OrderNo),
            Wire.CheckAmount("/amount", request.Amount),
            Wire.CheckText("/description", request.Description),
            agreement is null ? Wire.NotKnown("/agreement_id", "agreement") : null,
            request.CouponId is not null && !caller.TryRead(request.CouponId, out couponId)
                ? Wire.NotKnown("/coupon_id", "coupon")
                : null,
            HoldOptions.CheckMethod(request),
            holds.CheckEnd(request, caller.Now)
        );
        return refused
            ?? await engine.DecideOnceAsync(
                new CreatePayment(
                    caller.World,
                    caller.Now,
                    ids.New<PaymentRow>(),
                    agreement!,
                    request.OrderNo,
                    request.Amount.Amount,
                    request.CouponId is null ? null : couponId,
                    request.Description,
                    holds.EndOf(request, caller.Now)
                ),
                body.Request,
                payment => payment.Id.Value,
                payment => Show(payment, caller),
                id => queries.FindAsync(caller, new(id))
            );
    }

    private static async Task<IResult> GetAsync(Caller caller, string id, PaymentQueries queries) =>
        caller.TryRead<PaymentRow>(id, out var paymentId)
        && await queries.FindAsync(caller, paymentId) is { } payment
            ? Answers.Ok(Show(payment, caller))
            : Problems.NotFound();

    private static async Task<IResult> GetOrderAsync(Caller caller, string orderNo, PaymentQueries queries) =>
        await queries.FindOrderAsync(caller, orderNo) is { } order
            ? Answers.Ok(
                new Order
                {
                    OrderNo = order.OrderNo,
                    Attempts = order.Attempts,
                    LastPayment = Show((await queries.FindAsync(caller, order.LastPaymentId))!, caller),
                }
            )
            : Problems.NotFound();

    internal static Payment Show(PaymentRow payment, Caller caller) =>
        new()
        {
            Id = caller.Show(payment.Id),
            OrderNo = payment.OrderNo,
            Status = PaymentRules.StatusOf(payment.State),
            DeclineCode = payment.DeclineCode,
            Amount = new(payment.Currency, payment.Authorized ?? payment.Amount),
            DiscountAmount = new(payment.Currency, payment.Discount),
            CustomerAmount = new(payment.Currency, payment.CustomerAmount),
            CapturedAmount = new(
                payment.Currency,
                payment.Captured ?? (payment.State == PaymentState.Failed ? 0 : payment.Amount)
            ),
            RefundedAmount = new(payment.Currency, payment.Refunded),
            RefundableAmount = new(payment.Currency, payment.Refundable),
            CaptureMethod = payment.Authorized is null ? null : CaptureMethod.Manual,
            HeldAmount = payment.Authorized is null ? null : new(payment.Currency, payment.Held ?? 0),
            ExpiresAt = payment.ExpiresAt,
            AgreementId = caller.Show(payment.AgreementId),
            AccountId = caller.Show(payment.AccountId),
            CustomerId = caller.Show(payment.CustomerId),
            CouponId = payment.CouponId is { } coupon ? caller.Show(coupon) : null,
            Description = payment.Description,
            CreatedAt = payment.CreatedAt,
        };
}
