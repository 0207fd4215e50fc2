namespace OpenBanking;

/// <summary>The customer has agreed and the bank has given the tokens, but the token store failed to keep them. Nothing is lost as long
/// as this exception is there.</summary>
/// <remarks>What the customer agreed to stands: <see cref="Customer"/> names it, and payments under the agreement go well, since they
/// are made with the app's own token. Have <see cref="KeepAsync"/> try the store again, or link the customer once more. The inner
/// exception is the store's.</remarks>
public class TokensNotKeptException : OpenBankingException
{
    private readonly Func<CancellationToken, Task<LinkedCustomer>> keep;

    /// <summary>A link whose tokens were not kept, and the way to keep them.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="customer">Who was linked, and what was granted.</param>
    /// <param name="keep">Hands the tokens to the store again.</param>
    /// <param name="innerException">What the store threw.</param>
    public TokensNotKeptException(
        string message,
        LinkedCustomer customer,
        Func<CancellationToken, Task<LinkedCustomer>> keep,
        Exception? innerException
    )
        : base(message, innerException)
    {
        ArgumentNullException.ThrowIfNull(customer);
        ArgumentNullException.ThrowIfNull(keep);
        Customer = customer;
        this.keep = keep;
        Code = ClientErrorCodes.TokensNotKept;
        RequestId = customer.Response?.RequestId;
        Retryable = true;
    }

    /// <summary>Who was linked, with the ids of the consent, the account and the agreement.</summary>
    public LinkedCustomer Customer { get; }

    /// <summary>Hands the tokens to the token store again; this waits for the store alone, and nothing is sent.</summary>
    /// <param name="cancellationToken">Ends the call before it has begun. Once the store has been asked, it is waited for, up to
    /// <see cref="OpenBankingOptions.TotalTimeout"/>.</param>
    /// <returns><see cref="Customer"/>, whose tokens are in the store now.</returns>
    /// <exception cref="TokensNotKeptException">The store failed again.</exception>
    public Task<LinkedCustomer> KeepAsync(CancellationToken cancellationToken = default) =>
        keep(cancellationToken);
}
