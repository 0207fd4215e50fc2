using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Gives back payments, whole or in parts, with the app's own token.</summary>
public class RefundsClient
{
    private const string Route = "/v1/refunds";
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
        Cursors.StreamAsync(
            (after, token) =>
                api.SendAsync(
                    ApiCall.Get(Route) with
                    {
                        Path = Cursors.WithQuery(Route, limit: null, after),
                    },
                    ResponseJson.Default.PageRefund,
                    token
                ),
            cancellationToken
        );

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
}
