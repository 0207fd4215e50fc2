using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Looks up the partner's own order numbers, with the app's own token.</summary>
public class OrdersClient
{
    private readonly Api api;

    /// <summary>For mocks, which override what they are asked for.</summary>
    protected OrdersClient() => api = null!;

    internal OrdersClient(Api api) => this.api = api;

    /// <summary>What became of an order number.</summary>
    /// <remarks>That there is none proves nothing while a payment may still be on its way: settle an unknown
    /// outcome by <see cref="OutcomeUnknownException{T}.ResolveAsync"/>.</remarks>
    /// <example><code source="Orders_GetAsync">
    /// var last = (await client.Orders.GetAsync(orderNo)).LastPayment;
    /// Console.WriteLine(last.Status == PaymentStatus.Captured ? "The order is paid." : "Not yet.");
    /// </code></example>
    /// <param name="orderNo">The partner's order number.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OpenBankingException">Refused or unreachable; <c>not_found</c> when no payment was
    /// tried.</exception>
    public virtual Task<Order> GetAsync(string orderNo, CancellationToken cancellationToken = default) =>
        api.SendAsync(ApiCall.Get("/v1/orders/{id}", orderNo), ResponseJson.Default.Order, cancellationToken);
}
