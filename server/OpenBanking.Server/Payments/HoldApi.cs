using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Payments;

/// <summary>POST /v1/payments/{id}/capture, /v1/payments/{id}/cancel</summary>
public static class HoldApi
{
    public static void MapHolds(this IEndpointRouteBuilder api)
    {
        api.MapPost("/payments/{id}/capture", CaptureAsync)
            .Needs(TokenRequirement.App(Scopes.Payments))
            .WithName("capturePayment")
            .WithTags("Payments")
            .WithSummary("Takes all or a part of what is held for an authorized payment")
            .WithDescription(
                "Several captures may follow each other up to the price; the last one gives back the rest. A capture with "
                    + "final false is not the last one, unless it takes all that is left. What was captured in all at or "
                    + "above the coupon's threshold keeps the whole discount; below it the coupon is released and the "
                    + "customer pays what was captured. A revoked consent does not matter: the money was held under it."
            )
            .Produces<Payment>()
            .Refuses(
                ProblemCodes.NotFound,
                ProblemCodes.PaymentNotCapturable,
                ProblemCodes.AuthorizationExpired,
                ProblemCodes.CaptureExceedsAuthorization
            );

        api.MapPost("/payments/{id}/cancel", CancelAsync)
            .Needs(TokenRequirement.App(Scopes.Payments))
            .WithName("cancelPayment")
            .WithTags("Payments")
            .WithSummary(
                "Gives back what is still held for an authorized payment, or ends one that is not confirmed"
            )
            .WithDescription(
                "Money, coupon and limits come back, and the order may be tried again. If a part was captured before, that "
                    + "stays, and the payment is captured."
            )
            .Produces<Payment>()
            .Refuses(ProblemCodes.NotFound, ProblemCodes.PaymentNotCancelable);
    }

    private static async Task<IResult> CaptureAsync(
        Caller caller,
        string id,
        KeyedBody<CapturePaymentRequest> body,
        PaymentQueries queries,
        PaymentViews views,
        Engine.Engine engine
    )
    {
        var request = body.Value;
        if (!caller.TryRead<PaymentRow>(id, out var paymentId))
        {
            return Problems.NotFound();
        }

        var (payment, unconfirmed) = await queries.FindUnchangingAsync(caller, paymentId);
        if (payment is null)
        {
            return unconfirmed is null ? Problems.NotFound() : Problems.Of(ProblemCodes.PaymentNotCapturable);
        }

        var refused = Wire.Refuse(request.Amount is { } amount ? Wire.CheckAmount("/amount", amount) : null);
        return refused
            ?? await DecideAsync(
                new CapturePayment(
                    caller.World,
                    caller.Now,
                    payment,
                    request.Amount?.Amount,
                    request.Final ?? true
                ),
                caller,
                body.Request,
                views,
                engine
            );
    }

    private static async Task<IResult> CancelAsync(
        Caller caller,
        string id,
        KeyedBody<CancelPaymentRequest> body,
        PaymentQueries queries,
        PaymentViews views,
        Engine.Engine engine
    )
    {
        if (!caller.TryRead<PaymentRow>(id, out var paymentId))
        {
            return Problems.NotFound();
        }

        var (payment, unconfirmed) = await queries.FindUnchangingAsync(caller, paymentId);
        if (payment is not null)
        {
            return await DecideAsync(
                new CancelPayment(caller.World, caller.Now, payment),
                caller,
                body.Request,
                views,
                engine
            );
        }

        return unconfirmed is not null
            ? await engine.DecideOnceAsync(
                new CancelConfirmation(caller.World, caller.Now, unconfirmed),
                body.Request,
                row => row.PaymentId.Value,
                row => views.Show(row, caller),
                async again => (await views.FindAsync(caller, new(again)))!,
                StatusCodes.Status200OK
            )
            : Problems.NotFound();
    }

    private static Task<IResult> DecideAsync(
        HoldCommand command,
        Caller caller,
        KeyedRequest request,
        PaymentViews views,
        Engine.Engine engine
    ) =>
        engine.DecideOnceAsync(
            command,
            request,
            payment => payment.Id.Value,
            payment => views.Show(payment, caller),
            async id => (await views.FindAsync(caller, new(id)))!,
            StatusCodes.Status200OK
        );
}
