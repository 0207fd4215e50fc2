namespace OpenBanking;

/// <summary>Nobody knows yet whether the request was carried out: its answer was lost, or the server does not
/// know itself. Never treat it as failed.</summary>
/// <remarks>Reading and finding nothing proves nothing while the request may still be on its way. Send the
/// same request with the same key again, by ResolveAsync or from the partner's own queue: it acts once
/// however often it is sent.</remarks>
public class OutcomeUnknownException : OpenBankingException
{
    /// <summary>An unknown outcome of the request with this key.</summary>
    /// <param name="message">What happened, without secrets.</param>
    /// <param name="idempotencyKey">The key that the request was sent with.</param>
    /// <param name="innerException">How the answer was lost; its status and request id are taken over.</param>
    public OutcomeUnknownException(string message, IdempotencyKey idempotencyKey, Exception? innerException)
        : base(message, innerException)
    {
        IdempotencyKey = idempotencyKey;
        Code = ProblemCodes.OutcomeUnknown;
        Retryable = true;
        Status = (innerException as OpenBankingException)?.Status;
        RequestId = (innerException as OpenBankingException)?.RequestId;
        RetryAfter = (innerException as OpenBankingException)?.RetryAfter;
    }

    /// <summary>The key to send the request again with.</summary>
    public IdempotencyKey IdempotencyKey { get; }
}

/// <summary>An unknown outcome of a request that answers with <typeparamref name="T"/>.</summary>
/// <typeparam name="T">What the request makes.</typeparam>
public class OutcomeUnknownException<T> : OutcomeUnknownException
{
    private readonly Func<CancellationToken, Task<T>> resolve;

    /// <summary>An unknown outcome and the way to settle it.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="idempotencyKey">The key of the request.</param>
    /// <param name="resolve">Sends the same request with the same key again.</param>
    /// <param name="innerException">How the answer was lost.</param>
    public OutcomeUnknownException(
        string message,
        IdempotencyKey idempotencyKey,
        Func<CancellationToken, Task<T>> resolve,
        Exception? innerException
    )
        : base(message, idempotencyKey, innerException)
    {
        ArgumentNullException.ThrowIfNull(resolve);
        this.resolve = resolve;
    }

    /// <summary>Sends the same request with the same key again, and returns what it made, now or
    /// before.</summary>
    /// <remarks>What was made before is returned as it was then, with <see cref="ResponseInfo.IdempotencyReplayed"/>: read it again
    /// with the client's <c>GetAsync</c> before it is kept or shown. It may be confirmed, refunded or over since.</remarks>
    /// <param name="cancellationToken">Ends the wait; the outcome stays unknown.</param>
    /// <returns>What the request made, as if its first answer had come.</returns>
    /// <exception cref="OutcomeUnknownException">It is still unknown: try again later.</exception>
    /// <exception cref="OpenBankingException">The server refused the request for good: it was not carried
    /// out.</exception>
    public Task<T> ResolveAsync(CancellationToken cancellationToken = default) => resolve(cancellationToken);
}

/// <summary>Nobody knows yet whether the order was paid. Never treat it as failed.</summary>
public class PaymentOutcomeUnknownException : OutcomeUnknownException<Payment>
{
    /// <summary>An unknown payment and the way to settle it.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="idempotencyKey">The key of the payment.</param>
    /// <param name="resolve">Sends the same payment with the same key again.</param>
    /// <param name="innerException">How the answer was lost.</param>
    public PaymentOutcomeUnknownException(
        string message,
        IdempotencyKey idempotencyKey,
        Func<CancellationToken, Task<Payment>> resolve,
        Exception? innerException
    )
        : base(message, idempotencyKey, resolve, innerException) { }
}
