using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Takes payments under payment agreements, with the app's own token.</summary>
public class PaymentsClient
{
    private const string Route = "/v1/payments";
    private readonly Api api;

    /// <summary>For mocks, which override what they are asked for.</summary>
    protected PaymentsClient() => api = null!;

    internal PaymentsClient(Api api) => this.api = api;

    /// <summary>Pays an order. A decline is a payment with the status <c>failed</c>, not an
    /// exception.</summary>
    /// <param name="request">The order, the price, the agreement and perhaps a coupon.</param>
    /// <param name="idempotencyKey">Names the attempt; normally
    /// <see cref="IdempotencyKey.FromOrder"/>.</param>
    /// <param name="cancellationToken">Ends the wait, not the payment: after a cancellation the outcome is as
    /// unknown as after a lost answer, and the same key is safe to use again.</param>
    /// <exception cref="PaymentOutcomeUnknownException">The answer was lost: the order may be
    /// paid.</exception>
    /// <exception cref="OpenBankingException">Refused, or never reached the bank: the order was not
    /// paid.</exception>
    public virtual Task<Payment> CreateAsync(
        CreatePaymentRequest request,
        IdempotencyKey idempotencyKey,
        CancellationToken cancellationToken = default
    ) =>
        new MoneyCall<Payment>(
            api,
            ApiCall.Money(Route, request, RequestJson.Default.CreatePaymentRequest, idempotencyKey),
            ResponseJson.Default.Payment,
            (message, key, resolve, inner) => new PaymentOutcomeUnknownException(message, key, resolve, inner)
        ).SendAsync(cancellationToken);

    /// <summary>One payment of this app.</summary>
    /// <param name="paymentId">The payment, <c>pay_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual Task<Payment> GetAsync(string paymentId, CancellationToken cancellationToken = default) =>
        api.SendAsync(
            ApiCall.Get(Route + "/{id}", paymentId),
            ResponseJson.Default.Payment,
            cancellationToken
        );
}
