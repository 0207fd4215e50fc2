using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Payments;

/// <summary>GET /v1/orders/{orderNo}, POST /v1/orders/{orderNo}/close</summary>
public static class OrderApi
{
    /// <summary>How often an order is read again for which payments are tried while it is being closed.</summary>
    private const int MostTries = 5;

    public static void MapOrders(this IEndpointRouteBuilder api)
    {
        api.MapGet("/orders/{orderNo}", GetAsync)
            .Needs(TokenRequirement.App(Scopes.PaymentsRead))
            .WithName("getOrder")
            .WithTags("Payments")
            .WithSummary("What became of an order number")
            .WithDescription(
                "An order number that was closed before any payment was tried has closed_at and no last_payment; one that was "
                    + "neither tried nor closed is not_found."
            )
            .Produces<Order>()
            .Refuses(ProblemCodes.NotFound);

        api.MapPost("/orders/{orderNo}/close", CloseAsync)
            .Needs(TokenRequirement.App(Scopes.Payments))
            .WithName("closeOrder")
            .WithTags("Payments")
            .WithSummary("Takes no payment for an order number any more")
            .WithDescription(
                "Whatever arrives for it later is refused with order_closed, also what was sent before and is still on its way. "
                    + "A payment that waits for its customer is canceled; one that is held or captured stays so, and the answer "
                    + "shows it. An order number that was never used may be closed, too. Closing it twice is closing it once."
            )
            .Produces<ClosedOrder>()
            .Refuses(ProblemCodes.InvalidRequest);
    }

    private static async Task<IResult> GetAsync(
        Caller caller,
        string orderNo,
        PaymentQueries queries,
        PaymentViews views
    ) =>
        await queries.FindOrderAsync(caller, orderNo) is { } order
            ? Answers.Ok(
                new Order
                {
                    OrderNo = order.OrderNo,
                    Attempts = order.Attempts,
                    LastPayment = await LastOfAsync(order, caller, views),
                    ClosedAt = order.ClosedAt,
                }
            )
            : Problems.NotFound();

    private static async ValueTask<Payment?> LastOfAsync(OrderRow order, Caller caller, PaymentViews views) =>
        order.Attempts > 0 ? await views.FindAsync(caller, order.LastPaymentId) : null;

    private static async Task<IResult> CloseAsync(
        Caller caller,
        string orderNo,
        PaymentQueries queries,
        PaymentViews views,
        Engine.Engine engine
    )
    {
        if (Wire.Refuse(Wire.CheckOrderNo("orderNo", orderNo)) is { } refused)
        {
            return refused;
        }

        for (var tries = 0; tries < MostTries; tries++)
        {
            var known = await queries.FindOrderAsync(caller, orderNo);
            var decision = await engine.SubmitAsync(
                new CloseOrder(
                    caller.World,
                    caller.Now,
                    new(caller.App.Id, orderNo),
                    known?.LastPaymentId ?? default
                )
            );
            if (decision is Accepted<OrderRow> closed)
            {
                return Answers.Ok(await ShowClosedAsync(closed.Reply, caller, views));
            }
        }

        throw new EngineBusyException();
    }

    private static async Task<ClosedOrder> ShowClosedAsync(
        OrderRow order,
        Caller caller,
        PaymentViews views
    ) =>
        new()
        {
            OrderNo = order.OrderNo,
            ClosedAt = order.ClosedAt!.Value,
            LastPayment = await LastOfAsync(order, caller, views),
        };
}
