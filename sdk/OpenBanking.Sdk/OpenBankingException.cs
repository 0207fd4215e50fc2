namespace OpenBanking;

/// <summary>A call did not succeed: the server refused it, or could not be reached.</summary>
/// <remarks>Neither the message nor <see cref="Exception.ToString"/> holds a token, key, assertion, code, ID
/// number, mobile number or card number. <see cref="Errors"/> is as the server sent it.</remarks>
public class OpenBankingException : Exception
{
    /// <summary>A refusal with a message alone.</summary>
    /// <param name="message">What happened and what to do about it, without secrets.</param>
    public OpenBankingException(string message)
        : base(message) { }

    /// <summary>A refusal and what it came from.</summary>
    /// <param name="message">What happened and what to do about it, without secrets.</param>
    /// <param name="innerException">What it came from; null when nothing else failed.</param>
    public OpenBankingException(string message, Exception? innerException)
        : base(message, innerException) { }

    /// <summary>The HTTP status; null when there was no answer.</summary>
    public int? Status { get; init; }

    /// <summary>What went wrong, as a stable code: one of <see cref="ProblemCodes"/>, an OAuth error, or one
    /// of <see cref="ClientErrorCodes"/> when the client found it.</summary>
    public string Code { get; init; } = ClientErrorCodes.UnexpectedAnswer;

    /// <summary>The server's name for the request, <c>req_…</c>; null when there was no answer.</summary>
    public string? RequestId { get; init; }

    /// <summary>Whether the same request may succeed later.</summary>
    public bool Retryable { get; init; }

    /// <summary>How long the bank asks to wait before the same request (<c>Retry-After</c>, RFC 9110 §10.2.3); null when it does not
    /// say. The client has waited by itself where that is 30 s at most and within
    /// <see cref="OpenBankingOptions.TotalTimeout"/>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What was wrong with which field; empty unless the server named fields.</summary>
    public IReadOnlyList<ProblemError> Errors { get; init; } = [];
}

/// <summary>A token was refused or could not be had: an OAuth error (RFC 6749 §5.2), a 401 of the API, or a
/// customer without tokens.</summary>
/// <remarks>For a customer's call it means: link the customer again. For the app's own calls: check the
/// client id and the registered key.</remarks>
public class OpenBankingAuthenticationException : OpenBankingException
{
    /// <summary>A refusal with a message alone.</summary>
    /// <param name="message">What happened and what to do about it, without secrets.</param>
    public OpenBankingAuthenticationException(string message)
        : base(message) { }

    /// <summary>A refusal and what it came from.</summary>
    /// <param name="message">What happened and what to do about it, without secrets.</param>
    /// <param name="innerException">What it came from; null when nothing else failed.</param>
    public OpenBankingAuthenticationException(string message, Exception? innerException)
        : base(message, innerException) { }

    /// <summary>Whether this machine's clock explains it.</summary>
    internal bool ClockIsOff { get; init; }
}

/// <summary>The codes of errors that the client finds by itself.</summary>
public static class ClientErrorCodes
{
    /// <summary>No connection to the server could be made: nothing was sent.</summary>
    public const string ConnectionFailed = "connection_failed";

    /// <summary>The connection broke after the request was sent: it may have been carried out, unless the message says that it
    /// was not sent.</summary>
    public const string ConnectionLost = "connection_lost";

    /// <summary>No answer in time: the request may have been carried out, unless the message says that it was not
    /// sent.</summary>
    public const string TimedOut = "timed_out";

    /// <summary>The answer is none that the bank gives: often that of a gateway or proxy in between, also where a first call reads
    /// the bank's metadata; then nothing was sent to its API, as the message says.</summary>
    public const string UnexpectedAnswer = "unexpected_answer";

    /// <summary>There is no metadata at the authority, or another server's, or it names insecure endpoints.</summary>
    public const string InvalidMetadata = "invalid_metadata";

    /// <summary>The token store has no tokens of the customer, or they have run out: link the
    /// customer. Or they are another app's, as the message says: ask that app's client.</summary>
    public const string CustomerNotLinked = "no_customer_token";

    /// <summary>A customer has agreed, and the token store did not keep the tokens: <see cref="TokensNotKeptException"/> has them
    /// still.</summary>
    public const string TokensNotKept = "tokens_not_kept";

    /// <summary>There is no account link in progress for this browser, or it has run out: start
    /// again.</summary>
    public const string LinkSessionInvalid = "link_session_invalid";

    /// <summary>The callback has no <c>state</c>, or another one than the link was started with.</summary>
    public const string StateMismatch = "state_mismatch";

    /// <summary>The callback comes from another server than the link was started at (RFC 9207).</summary>
    public const string IssuerMismatch = "issuer_mismatch";

    /// <summary>The callback lacks a parameter or has one twice.</summary>
    public const string InvalidCallback = "invalid_callback";

    /// <summary>The id token is not what OpenID Connect Core §3.1.3.7 asks for.</summary>
    public const string InvalidIdToken = "invalid_id_token";
}
