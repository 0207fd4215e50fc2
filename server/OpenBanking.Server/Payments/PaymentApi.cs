using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Outside;

namespace OpenBanking.Server.Payments;

/// <summary>POST /v1/payments, GET /v1/payments/{id}, /v1/payments/{id}/qr-code</summary>
public static class PaymentApi
{
    public static void MapPayments(this IEndpointRouteBuilder api)
    {
        api.MapPost("/payments", CreateAsync)
            .Needs(TokenRequirement.App(Scopes.Payments))
            .WithName("createPayment")
            .WithTags("Payments")
            .WithSummary("Pays an order from a customer's e-account, with or without a coupon")
            .WithDescription(
                "Customer, campaign, partner and coupon move in one transaction. A decline is a payment with status "
                    + "failed and a decline_code; to try the order again, use a key for a new attempt. With "
                    + "capture_method manual the money is held, and captured or canceled later. Without agreement_id, or "
                    + "with confirmation if_needed where the agreement does not cover the payment or the bank wants it confirmed, its "
                    + "status is requires_action: next_action leads to the bank's page where the customer confirms it. "
                    + "With sub_merchant_id or splits it is for merchants that sell through this partner: each part is "
                    + "credited to its own settlement, and the customer sees their names."
            )
            .Produces<Payment>(StatusCodes.Status201Created)
            .Refuses(
                ProblemCodes.AgreementNotActive,
                ProblemCodes.OrderAlreadyPaid,
                ProblemCodes.OrderClosed,
                ProblemCodes.SubMerchantClosed
            );

        api.MapGet("/payments/{id}", GetAsync)
            .Needs(TokenRequirement.App(Scopes.PaymentsRead))
            .WithName("getPayment")
            .WithTags("Payments")
            .WithSummary("One payment")
            .Produces<Payment>()
            .Refuses(ProblemCodes.NotFound);

        api.MapGet("/payments/{id}/qr-code", GetQrCodeAsync)
            .Needs(TokenRequirement.App(Scopes.PaymentsRead))
            .WithName("getPaymentQrCode")
            .WithTags("Payments")
            .WithSummary("The address where the customer confirms a payment, as a QR code")
            .WithDescription("An SVG picture, to be shown at a till, on a machine or on a larger screen.")
            .Produces<Stream>(contentType: "image/svg+xml")
            .Refuses(ProblemCodes.NotFound, ProblemCodes.PaymentNotWaiting);
    }

    private static async Task<IResult> CreateAsync(
        Caller caller,
        KeyedBody<CreatePaymentRequest> body,
        PaymentRequests requests,
        PaymentViews views,
        PaymentEnd end,
        HeldPayments held,
        Engine.Engine engine
    )
    {
        var (read, refused) = await requests.ReadAsync(caller, body.Value);
        if (refused is not null)
        {
            return await RefuseAsync();
        }

        var risk = await requests.LookAtRiskAsync(read, caller);
        return read.Agreement is null ? await AskAsync() : await PayAsync();

        async Task<IResult> PayAsync()
        {
            PaymentRow? made = null;
            var answer = await engine.DecideOnceAsync(
                await requests.PaymentFromAsync(read, risk, caller),
                body.Request,
                payment => payment.Id.Value,
                payment => views.Show(made = payment, caller),
                RereadAsync,
                instead: async refusal =>
                    refusal == PaymentRules.ConfirmationNeeded
                        ? await AskAsync()
                        : await AgainAsync(refusal, PayAsync)
            );
            if (made is { State: PaymentState.Authorized })
            {
                held.Keep(made);
            }

            return answer;
        }

        Task<IResult> AskAsync() =>
            engine.DecideOnceAsync(
                requests.ConfirmationFrom(read, risk.Answer == RiskAnswer.Decline, caller),
                body.Request,
                confirmation => confirmation.PaymentId.Value,
                confirmation => views.Show(confirmation, caller),
                RereadAsync,
                instead: refusal => AgainAsync(refusal, AskAsync)
            );

        // What kept the order may have been over: then it is over now, and keeps it no more.
        async Task<IResult?> AgainAsync(string refusal, Func<Task<IResult>> act) =>
            refusal == ProblemCodes.OrderAlreadyPaid && await end.TryOfOrderAsync(caller, body.Value.OrderNo)
                ? await act()
                : null;

        // What it names may be over since it was taken: then it is answered as it was.
        Task<IResult> RefuseAsync() =>
            engine.DecideOnceAsync(
                new RefusePayment(
                    caller.World,
                    caller.Now,
                    (read.Agreement?.CustomerId ?? read.CustomerId)?.Value ?? Guid.Empty
                ),
                body.Request,
                payment => payment.Id.Value,
                payment => views.Show(payment, caller),
                RereadAsync,
                instead: refusal => Task.FromResult(refusal == ProblemCodes.InvalidRequest ? refused : null)
            );

        async ValueTask<Payment> RereadAsync(Guid id) => (await views.FindAsync(caller, new(id)))!;
    }

    private static async Task<IResult> GetAsync(Caller caller, string id, PaymentViews views) =>
        caller.TryRead<PaymentRow>(id, out var paymentId)
        && await views.FindAsync(caller, paymentId) is { } payment
            ? Answers.Ok(payment)
            : Problems.NotFound();

    private static async Task<IResult> GetQrCodeAsync(Caller caller, string id, PaymentViews views) =>
        !caller.TryRead<PaymentRow>(id, out var paymentId)
        || await views.FindAsync(caller, paymentId) is not { } payment
            ? Problems.NotFound()
        : payment.NextAction is not { } next ? Problems.Of(ProblemCodes.PaymentNotWaiting)
        : Answers.Picture(QrCodes.Draw(next.ConfirmationUrl));
}
