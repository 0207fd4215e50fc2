namespace OpenBanking;

/// <summary>A customer could not be linked: the callback, the session or the id token is not what it must be.
/// Nothing was stored; start the link again.</summary>
public class AccountLinkException : OpenBankingException
{
    /// <summary>A failed link with a message alone.</summary>
    /// <param name="message">What happened and what to do about it, without secrets.</param>
    public AccountLinkException(string message)
        : base(message) { }

    /// <summary>A failed link and what it came from.</summary>
    /// <param name="message">What happened and what to do about it, without secrets.</param>
    /// <param name="innerException">What it came from; null when nothing else failed.</param>
    public AccountLinkException(string message, Exception? innerException)
        : base(message, innerException) { }
}

/// <summary>The bank sent the customer back without a link (RFC 6749 §4.1.2.1). The code is the OAuth error:
/// <c>access_denied</c> when the customer said no.</summary>
public class AccountLinkRefusedException : AccountLinkException
{
    /// <summary>A refusal with a message alone.</summary>
    /// <param name="message">What happened and what to do about it, without secrets.</param>
    public AccountLinkRefusedException(string message)
        : base(message) { }

    /// <summary>A refusal and what it came from.</summary>
    /// <param name="message">What happened and what to do about it, without secrets.</param>
    /// <param name="innerException">What it came from; null when nothing else failed.</param>
    public AccountLinkRefusedException(string message, Exception? innerException)
        : base(message, innerException) { }
}
