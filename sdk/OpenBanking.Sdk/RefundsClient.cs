using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Gives back payments, whole or in parts, with the app's own token.</summary>
public class RefundsClient
{
    private const string Route = "/v1/refunds";
    private const string OfPaymentRoute = "/v1/payments/{id}/refunds";
    private readonly Api api;

    /// <summary>For mocks, which override what they are asked for.</summary>
    protected RefundsClient() => api = Api.OfMock;

    internal RefundsClient(Api api) => this.api = api;

    /// <summary>Gives back all or a part of a payment.</summary>
    /// <example><code source="Refunds_CreateAsync">
    /// var refund = await client.Refunds.CreateAsync(
    ///     new CreateRefundRequest { PaymentId = payment.Id, Amount = Money.Yuan(9.90m) },
    ///     IdempotencyKey.FromOrder(payment.OrderNo, "refund-1")
    /// );
    /// </code></example>
    /// <param name="request">The payment, and how much of it.</param>
    /// <param name="idempotencyKey">Names the refund: another key gives back once more.</param>
    /// <param name="cancellationToken">Ends the wait, not the refund: afterwards the outcome is unknown, and
    /// the same key is safe to use again.</param>
    /// <returns>The refund, now or as it was made before under the same key, with what customer and campaign got back.</returns>
    /// <exception cref="OutcomeUnknownException">An <see cref="OutcomeUnknownException{T}"/> of
    /// <see cref="Refund"/>: the answer was lost.</exception>
    /// <exception cref="OpenBankingException">Refused, or never reached the bank: nothing was given
    /// back.</exception>
    public virtual Task<Refund> CreateAsync(
        CreateRefundRequest request,
        IdempotencyKey idempotencyKey,
        CancellationToken cancellationToken = default
    ) =>
        new MoneyCall<Refund>(
            api,
            ApiCall.Money(Route, request, RequestJson.Default.CreateRefundRequest, idempotencyKey),
            ResponseJson.Default.Refund,
            (message, key, resolve, inner) =>
                new OutcomeUnknownException<Refund>(message, key, resolve, inner)
        ).SendAsync(cancellationToken);

    /// <summary>The refunds of this app, the oldest first, read page by page as they are walked.</summary>
    /// <example><code source="Refunds_ListAsync">
    /// await foreach (var each in client.Refunds.ListAsync())
    /// {
    ///     Console.WriteLine($"{each.OrderNo}: {each.Amount} given back at {each.CreatedAt}");
    /// }
    /// </code></example>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>Each refund as it was when its page was read.</returns>
    /// <exception cref="OpenBankingException">While walking: refused or unreachable.</exception>
    public virtual IAsyncEnumerable<Refund> ListAsync(CancellationToken cancellationToken = default) =>
        StreamAsync(ApiCall.Get(Route), cancellationToken);

    /// <summary>The refunds of one payment, the oldest first, read page by page as they are walked.</summary>
    /// <example><code source="Refunds_ListOfPaymentAsync">
    /// await foreach (var each in client.Refunds.ListOfPaymentAsync(payment.Id))
    /// {
    ///     Console.WriteLine($"{each.Amount} given back at {each.CreatedAt}: {each.Reason}");
    /// }
    /// </code></example>
    /// <param name="paymentId">The payment, <c>pay_…</c>.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>Each refund as it was when its page was read; none when nothing was given back.</returns>
    /// <exception cref="OpenBankingException">While walking: refused or unreachable; <c>not_found</c> when this app has no such
    /// payment.</exception>
    public virtual IAsyncEnumerable<Refund> ListOfPaymentAsync(
        string paymentId,
        CancellationToken cancellationToken = default
    ) => StreamAsync(ApiCall.Get(OfPaymentRoute, paymentId), cancellationToken);

    /// <summary>One refund of this app.</summary>
    /// <example><code source="Refunds_GetAsync">
    /// var known = await client.Refunds.GetAsync(refund.Id);
    /// Console.WriteLine($"{known.CustomerAmount} went back to the customer.");
    /// </code></example>
    /// <param name="refundId">The refund, <c>rfd_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The refund as it is now.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual Task<Refund> GetAsync(string refundId, CancellationToken cancellationToken = default) =>
        api.SendAsync(ApiCall.Get(Route + "/{id}", refundId), ResponseJson.Default.Refund, cancellationToken);

    private IAsyncEnumerable<Refund> StreamAsync(ApiCall list, CancellationToken cancellationToken) =>
        Cursors.StreamAsync(
            (after, token) =>
                api.SendAsync(
                    list with
                    {
                        Path = Cursors.WithQuery(list.Path, limit: null, after),
                    },
                    ResponseJson.Default.PageRefund,
                    token
                ),
            cancellationToken
        );
}
