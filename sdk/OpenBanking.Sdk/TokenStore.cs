using System.Collections.Concurrent;

namespace OpenBanking;

/// <summary>Keeps the tokens of linked customers. Implement it over the partner's database, encrypted, so
/// that customers stay linked over restarts.</summary>
/// <remarks>Called from many threads. One customer has one entry: the newest link counts. Two apps of one partner know a customer
/// by the same id: each needs a store of its own.
/// <para>What a store throws, such as the exception of a database that is not reached, comes out of the call that needed it as it is:
/// the client neither tries the store again nor sends the call without a token. Only where an attempt before may have been carried
/// out, is it the inner exception of an <see cref="OutcomeUnknownException"/>. An <see cref="OperationCanceledException"/> that the
/// caller has not asked for counts as <see cref="ClientErrorCodes.TimedOut"/>, and is tried again.</para>
/// <para>Nobody waits longer for a store than a call may take, <see cref="OpenBankingOptions.TotalTimeout"/>, unless it blocks the
/// thread it is called on: a call that has waited so long ends as <see cref="ClientErrorCodes.TimedOut"/>, and what the store is
/// at may still come to its end.</para></remarks>
public interface ITokenStore
{
    /// <summary>The customer's tokens; null, and no exception, when there are none.</summary>
    /// <param name="customerId">The customer, <c>cus_…</c>, as <see cref="LinkedCustomer.CustomerId"/> gave it.</param>
    /// <param name="cancellationToken">Canceled when the caller gives up, or at the end of the attempt.</param>
    /// <returns>What <see cref="SetAsync"/> kept last for this customer.</returns>
    /// <exception cref="OperationCanceledException">The token was canceled: the caller's, or by the end of the attempt.</exception>
    ValueTask<CustomerTokens?> GetAsync(string customerId, CancellationToken cancellationToken = default);

    /// <summary>Keeps the customer's tokens in the place of those before.</summary>
    /// <remarks>The client passes no token that could be canceled: what was given once is not given again. When this throws at the end
    /// of a link, a <see cref="TokensNotKeptException"/> has the tokens still; at the end of a refresh, what is kept from before is as
    /// good as it was, unless the server replaces refresh tokens.</remarks>
    /// <param name="customerId">The customer, <c>cus_…</c>, as <see cref="LinkedCustomer.CustomerId"/> gave it.</param>
    /// <param name="tokens">All that is to be kept of the customer. Store it encrypted.</param>
    /// <param name="cancellationToken">Never canceled by the client.</param>
    ValueTask SetAsync(
        string customerId,
        CustomerTokens tokens,
        CancellationToken cancellationToken = default
    );

    /// <summary>Forgets the customer's tokens, if there are any; it is no error when there are none.</summary>
    /// <param name="customerId">The customer, <c>cus_…</c>, as <see cref="LinkedCustomer.CustomerId"/> gave it.</param>
    /// <param name="cancellationToken">Never canceled by the client.</param>
    ValueTask RemoveAsync(string customerId, CancellationToken cancellationToken = default);
}

/// <summary>The tokens of one customer. Store them encrypted; <see cref="ToString"/> shows none of
/// them.</summary>
public sealed record CustomerTokens
{
    /// <summary>What the customer's calls are made with.</summary>
    public required string AccessToken { get; init; }

    /// <summary>Until when the access token is good.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The thumbprint of the DPoP key the access token is bound to (RFC 9449 §6.1). A client with
    /// another key gets itself another access token.</summary>
    public required string KeyThumbprint { get; init; }

    /// <summary>What the next access token comes from; null when the server gave none.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>The consent the tokens belong to, <c>cns_…</c>.</summary>
    public string? ConsentId { get; init; }

    /// <summary>The scopes the access token holds, space-separated.</summary>
    public string? Scope { get; init; }

    /// <summary>The app they were given to, <c>app_…</c>: a client of another app leaves them alone. Null when the store does not
    /// keep it.</summary>
    public string? ClientId { get; init; }

    /// <summary>The consent and the end of the access token; no token.</summary>
    public override string ToString() => $"Tokens of consent {ConsentId}, until {ExpiresAt:O}";
}

/// <summary>Keeps tokens in this process's memory: for tests and first steps. A restart forgets every
/// link.</summary>
public sealed class MemoryTokenStore : ITokenStore
{
    private readonly ConcurrentDictionary<string, CustomerTokens> tokensByCustomer = [];

    /// <inheritdoc/>
    public ValueTask<CustomerTokens?> GetAsync(
        string customerId,
        CancellationToken cancellationToken = default
    ) => ValueTask.FromResult(tokensByCustomer.GetValueOrDefault(customerId));

    /// <inheritdoc/>
    public ValueTask SetAsync(
        string customerId,
        CustomerTokens tokens,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tokens);
        tokensByCustomer[customerId] = tokens;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask RemoveAsync(string customerId, CancellationToken cancellationToken = default)
    {
        tokensByCustomer.TryRemove(customerId, out _);
        return ValueTask.CompletedTask;
    }
}
