using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Takes payments, under payment agreements or confirmed by the customer, with the app's own token.</summary>
public class PaymentsClient
{
    private const string Route = "/v1/payments";
    private readonly Api api;

    /// <summary>For mocks, which override what they are asked for.</summary>
    protected PaymentsClient() => api = Api.OfMock;

    internal PaymentsClient(Api api) => this.api = api;

    /// <summary>Pays an order. A decline is a payment with the status <c>failed</c>, not an
    /// exception.</summary>
    /// <remarks>
    /// Without <see cref="CreatePaymentRequest.AgreementId"/> the customer confirms the payment: its status is
    /// <c>requires_action</c>, and <see cref="Payment.NextAction"/> says where. With
    /// <see cref="ConfirmationMode.IfNeeded"/> that is so only where the agreement does not cover it.
    /// <para>A key that was sent before is answered as it was then: a payment that was refunded since is answered captured, one that
    /// was confirmed since waits for its customer. Where <see cref="ResponseInfo.IdempotencyReplayed"/> of the
    /// <see cref="ResponseObject.Response"/> says so, read it with <see cref="GetAsync"/> before it is kept or shown.</para>
    /// </remarks>
    /// <example><code source="Payments_CreateAsync">
    /// var order = new CreatePaymentRequest
    /// {
    ///     OrderNo = orderNo,
    ///     Amount = Money.Yuan(19.90m),
    ///     AgreementId = agreementId,
    /// };
    /// Payment payment;
    /// try
    /// {
    ///     payment = await client.Payments.CreateAsync(order, IdempotencyKey.FromOrder(orderNo, "payment"));
    /// }
    /// catch (PaymentOutcomeUnknownException unknown)
    /// {
    ///     // The answer was lost. The same key again: it pays once, now or before.
    ///     payment = await unknown.ResolveAsync();
    /// }
    /// </code></example>
    /// <param name="request">The order, the price, and perhaps an agreement and a coupon.</param>
    /// <param name="idempotencyKey">Names the attempt; normally
    /// <see cref="IdempotencyKey.FromOrder"/>.</param>
    /// <param name="cancellationToken">Ends the wait, not the payment: after a cancellation the outcome is as
    /// unknown as after a lost answer, and the same key is safe to use again.</param>
    /// <returns>The payment, now or as it was answered before under the same key: captured, authorized, waiting for the customer, or
    /// failed with a <see cref="Payment.DeclineCode"/>.</returns>
    /// <exception cref="PaymentOutcomeUnknownException">The answer was lost: the order may be
    /// paid.</exception>
    /// <exception cref="OpenBankingException">Refused, or never reached the bank: the order was not
    /// paid.</exception>
    public virtual Task<Payment> CreateAsync(
        CreatePaymentRequest request,
        IdempotencyKey idempotencyKey,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            ApiCall.Money(Route, request, RequestJson.Default.CreatePaymentRequest, idempotencyKey),
            cancellationToken
        );

    /// <summary>Takes all or a part of what is held for an authorized payment: one that was created with
    /// <see cref="CaptureMethod.Manual"/>.</summary>
    /// <remarks>
    /// The default request takes all that is left. A part ends the hold as well, and gives back the rest, unless
    /// <see cref="CapturePaymentRequest.Final"/> is <c>false</c>. Works after the customer's consent is gone.
    /// </remarks>
    /// <example><code source="Payments_CaptureAsync">
    /// // The car left after two hours: 12.00 of the 50.00 that were held.
    /// var paid = await client.Payments.CaptureAsync(
    ///     payment.Id,
    ///     new CapturePaymentRequest { Amount = Money.Yuan(12) },
    ///     IdempotencyKey.FromOrder(payment.OrderNo, "capture-1")
    /// );
    /// </code></example>
    /// <param name="paymentId">The payment, <c>pay_…</c>.</param>
    /// <param name="request">How much, and whether more captures follow.</param>
    /// <param name="idempotencyKey">Names the capture: another key captures once more.</param>
    /// <param name="cancellationToken">Ends the wait, not the capture: afterwards the outcome is unknown, and the
    /// same key is safe to use again.</param>
    /// <returns>The payment, with what was captured so far.</returns>
    /// <exception cref="PaymentOutcomeUnknownException">The answer was lost: it may be captured.</exception>
    /// <exception cref="OpenBankingException">Refused, or never reached the bank: nothing was captured.
    /// <c>authorization_expired</c> after <see cref="Payment.ExpiresAt"/>, <c>capture_exceeds_authorization</c> for
    /// more than is left, <c>payment_not_capturable</c> when nothing is held.</exception>
    public virtual Task<Payment> CaptureAsync(
        string paymentId,
        CapturePaymentRequest request,
        IdempotencyKey idempotencyKey,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            ApiCall.Money(
                Route + "/{id}/capture",
                request,
                RequestJson.Default.CapturePaymentRequest,
                idempotencyKey,
                paymentId
            ),
            cancellationToken
        );

    /// <summary>Gives back what is still held for an authorized payment, or ends one that the customer has not
    /// confirmed.</summary>
    /// <remarks>
    /// Money, coupon and limits come back at once, and the order may be tried again with a new attempt. What was
    /// captured before stays captured, and so is the payment then.
    /// </remarks>
    /// <example><code source="Payments_CancelAsync">
    /// // The kitchen is closed: the customer gets everything back.
    /// var canceled = await client.Payments.CancelAsync(
    ///     payment.Id,
    ///     IdempotencyKey.FromOrder(payment.OrderNo, "cancel")
    /// );
    /// </code></example>
    /// <param name="paymentId">The payment, <c>pay_…</c>.</param>
    /// <param name="idempotencyKey">Names the cancellation.</param>
    /// <param name="cancellationToken">Ends the wait, not the cancellation: afterwards the outcome is unknown, and
    /// the same key is safe to use again.</param>
    /// <returns>The payment: canceled, or captured where a part of it was taken before.</returns>
    /// <exception cref="PaymentOutcomeUnknownException">The answer was lost: it may be canceled.</exception>
    /// <exception cref="OpenBankingException">Refused, or never reached the bank: nothing was given back.
    /// <c>payment_not_cancelable</c> when nothing is held and nothing waits.</exception>
    public virtual Task<Payment> CancelAsync(
        string paymentId,
        IdempotencyKey idempotencyKey,
        CancellationToken cancellationToken = default
    ) =>
        SendAsync(
            ApiCall.Money(
                Route + "/{id}/cancel",
                new CancelPaymentRequest(),
                RequestJson.Default.CancelPaymentRequest,
                idempotencyKey,
                paymentId
            ),
            cancellationToken
        );

    /// <summary>One payment of this app.</summary>
    /// <example><code source="Payments_GetAsync">
    /// var known = await client.Payments.GetAsync(payment.Id);
    /// Console.WriteLine($"{known.Status}: {known.CapturedAmount} taken, {known.RefundedAmount} given back");
    /// </code></example>
    /// <param name="paymentId">The payment, <c>pay_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The payment as it is now.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual Task<Payment> GetAsync(string paymentId, CancellationToken cancellationToken = default) =>
        api.SendAsync(
            ApiCall.Get(Route + "/{id}", paymentId),
            ResponseJson.Default.Payment,
            cancellationToken
        );

    /// <summary>Why a payment failed, what to do about it and, where a limit was reached, what is left of it
    /// now.</summary>
    /// <remarks>Reads the agreement; for the limits of the e-account itself also these, when the customer is linked here
    /// and has let the app read balances.</remarks>
    /// <example><code source="Payments_ExplainDeclineAsync">
    /// if (payment.Status == PaymentStatus.Failed)
    /// {
    ///     var why = await client.Payments.ExplainDeclineAsync(payment);
    ///     Console.WriteLine(why);
    /// }
    /// </code></example>
    /// <param name="payment">A payment with a <see cref="Payment.DeclineCode"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The reason and the advice in words, and the amounts where a limit was reached.</returns>
    /// <exception cref="ArgumentException">The payment was not declined.</exception>
    /// <exception cref="OpenBankingException">The agreement cannot be read: refused or unreachable.</exception>
    public virtual Task<DeclineExplanation> ExplainDeclineAsync(
        Payment payment,
        CancellationToken cancellationToken = default
    ) => Declines.ExplainAsync(api, payment, cancellationToken);

    /// <summary>The address where the customer confirms a payment as a QR code, to be shown at a till, on a machine or on a
    /// larger screen.</summary>
    /// <example><code source="Payments_GetQrCodeAsync">
    /// // At the till: the customer scans it and confirms on the phone.
    /// var picture = await client.Payments.GetQrCodeAsync(payment.Id);
    /// </code></example>
    /// <param name="paymentId">The payment, <c>pay_…</c>; its status is <c>requires_action</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>An SVG picture.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable; <c>payment_not_waiting</c> when there is nothing to
    /// confirm.</exception>
    public virtual Task<string> GetQrCodeAsync(
        string paymentId,
        CancellationToken cancellationToken = default
    ) => api.SendForSvgAsync(ApiCall.Get(Route + "/{id}/qr-code", paymentId), cancellationToken);

    private Task<Payment> SendAsync(ApiCall call, CancellationToken cancellationToken) =>
        new MoneyCall<Payment>(
            api,
            call,
            ResponseJson.Default.Payment,
            (message, key, resolve, inner) => new PaymentOutcomeUnknownException(message, key, resolve, inner)
        ).SendAsync(cancellationToken);
}
