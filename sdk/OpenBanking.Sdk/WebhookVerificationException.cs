namespace OpenBanking;

/// <summary>Why a delivery was refused.</summary>
public enum WebhookRefusal
{
    /// <summary>A header is missing: the sender is not the bank.</summary>
    MissingHeader,

    /// <summary><c>webhook-timestamp</c> is not a number of seconds.</summary>
    MalformedTimestamp,

    /// <summary>Sent more than 300 s ago: a replay, or this server's clock is fast.</summary>
    TooOld,

    /// <summary>Sent more than 300 s in the future: this server's clock is slow.</summary>
    InTheFuture,

    /// <summary>No signature is of one of the secrets: changed on its way, or signed with a secret that this
    /// server does not have.</summary>
    WrongSignature,

    /// <summary>Signed rightly, but no event: is this package older than the API?</summary>
    MalformedBody,
}

/// <summary>A webhook delivery is not to be trusted. Answer 400 and act on nothing in it.</summary>
public class WebhookVerificationException : Exception
{
    /// <summary>A refusal and its reason.</summary>
    /// <param name="reason">Which check the delivery did not pass.</param>
    /// <param name="message">The same in words, without the signature or the secret.</param>
    /// <param name="innerException">Why a body cannot be read; null otherwise.</param>
    public WebhookVerificationException(
        WebhookRefusal reason,
        string message,
        Exception? innerException = null
    )
        : base(message, innerException) => Reason = reason;

    /// <summary>Why.</summary>
    public WebhookRefusal Reason { get; }
}
