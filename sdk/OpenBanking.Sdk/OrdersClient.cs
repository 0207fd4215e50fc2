using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Looks up the partner's own order numbers and closes them, with the app's own token.</summary>
public class OrdersClient
{
    private const string Route = "/v1/orders/{id}";
    private readonly Api api;

    /// <summary>For mocks, which override what they are asked for.</summary>
    protected OrdersClient() => api = Api.OfMock;

    internal OrdersClient(Api api) => this.api = api;

    /// <summary>What became of an order number.</summary>
    /// <remarks>That there is none proves nothing while a payment may still be on its way: settle an unknown
    /// outcome by <see cref="OutcomeUnknownException{T}.ResolveAsync"/>.</remarks>
    /// <example><code source="Orders_GetAsync">
    /// var last = (await client.Orders.GetAsync(orderNo)).LastPayment;
    /// Console.WriteLine(last?.Status == PaymentStatus.Captured ? "The order is paid." : "Not yet.");
    /// </code></example>
    /// <param name="orderNo">The partner's order number.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How often a payment was tried for it, the last one that was, and since when it is closed, if it is.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable; <c>not_found</c> when no payment was
    /// tried and the order number was not closed.</exception>
    public virtual Task<Order> GetAsync(string orderNo, CancellationToken cancellationToken = default) =>
        api.SendAsync(ApiCall.Get(Route, orderNo), ResponseJson.Default.Order, cancellationToken);

    /// <summary>Takes no payment for an order number any more: whatever arrives for it later is refused with
    /// <c>order_closed</c>, also what was sent before and is still on its way.</summary>
    /// <remarks>The other way to settle an unknown outcome, when the purchase is not wanted any more: afterwards
    /// <see cref="ClosedOrder.LastPayment"/> says for good whether it was paid. A payment that waits for its customer is canceled; one
    /// that is held or captured stays so: cancel it, or give it back. Closing twice is closing once.</remarks>
    /// <example><code source="Orders_CloseAsync">
    /// // The customer has left: nothing more is to be paid for this order.
    /// var closed = await client.Orders.CloseAsync(orderNo);
    /// Console.WriteLine(
    ///     closed.LastPayment?.Status == PaymentStatus.Captured ? "It was paid before." : "Nothing was paid."
    /// );
    /// </code></example>
    /// <param name="orderNo">The partner's order number, used or not.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The closed order number, and the last payment tried, which says for good whether the order was paid.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable. After <c>connection_lost</c> or
    /// <c>timed_out</c> it may be closed: close it again.</exception>
    public virtual Task<ClosedOrder> CloseAsync(
        string orderNo,
        CancellationToken cancellationToken = default
    ) =>
        api.SendAsync(
            ApiCall.Post(Route + "/close", orderNo),
            ResponseJson.Default.ClosedOrder,
            cancellationToken
        );
}
