using Microsoft.Extensions.Logging;

namespace OpenBanking.Internal;

/// <summary>Customers' access tokens: from the store, renewed early, once per customer however many
/// wait.</summary>
internal sealed class CustomerTokenSource(
    BoundedStore store,
    TokenRequests requests,
    SenderBinding binding,
    TimeProvider clock,
    ILogger logger,
    string clientId
)
{
    private const string InvalidGrant = "invalid_grant";

    private readonly SingleFlight<CustomerTokens> flight = new();

    /// <summary>An access token of the customer.</summary>
    /// <param name="customerId">The customer.</param>
    /// <param name="refused">The token the API has just refused, if any: another one is returned.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OpenBankingAuthenticationException">The customer is not linked, or not any
    /// more.</exception>
    public async ValueTask<string> GetAsync(
        string customerId,
        string? refused,
        CancellationToken cancellationToken
    )
    {
        var tokens = Own(await store.GetAsync(customerId, cancellationToken).ConfigureAwait(false));
        if (!IsUsable(tokens, refused))
        {
            tokens = await flight
                .JoinAsync(customerId, () => RenewAsync(customerId, refused), cancellationToken)
                .ConfigureAwait(false);
        }

        return tokens!.AccessToken;
    }

    /// <summary>Keeps what a new link gave; it takes the place of an older link's tokens.</summary>
    public ValueTask KeepAsync(string customerId, TokenResponse given, DateTimeOffset askedAt) =>
        store.SetAsync(customerId, ToTokens(given, before: null, askedAt));

    /// <summary>Takes a customer's tokens back at the bank, and forgets them; gives whether there were any.</summary>
    public async Task<bool> RevokeAsync(string customerId, CancellationToken cancellationToken)
    {
        var tokens = Own(await store.GetAsync(customerId, cancellationToken).ConfigureAwait(false));
        if (tokens?.RefreshToken is not { } refreshToken)
        {
            return false;
        }

        await requests.RevokeAsync(refreshToken, cancellationToken).ConfigureAwait(false);
        var newest = Own(await store.GetAsync(customerId, CancellationToken.None).ConfigureAwait(false));
        if (newest?.RefreshToken == refreshToken)
        {
            await store.RemoveAsync(customerId).ConfigureAwait(false);
            Log.TokensForgotten(logger);
        }

        return true;
    }

    /// <summary>Forgets the tokens of a consent that was taken back, unless the customer has linked
    /// anew.</summary>
    public async Task ForgetAsync(string customerId, string consentId)
    {
        var tokens = await store.GetAsync(customerId, CancellationToken.None).ConfigureAwait(false);
        if (tokens?.ConsentId == consentId)
        {
            await store.RemoveAsync(customerId).ConfigureAwait(false);
            Log.TokensForgotten(logger);
        }
    }

    private async Task<CustomerTokens> RenewAsync(string customerId, string? refused)
    {
        var tokens = Own(await store.GetAsync(customerId, CancellationToken.None).ConfigureAwait(false));
        if (IsUsable(tokens, refused))
        {
            return tokens!;
        }

        if (tokens?.RefreshToken is not { } refreshToken)
        {
            throw NotLinked();
        }

        var (renewed, refusal) = await RequestAsync(tokens, refreshToken).ConfigureAwait(false);
        var newest = await store.GetAsync(customerId, CancellationToken.None).ConfigureAwait(false);
        if (newest?.RefreshToken != refreshToken)
        {
            // Meanwhile another link was made, or the tokens were taken away: that counts, not this renewal.
            return IsUsable(newest, refused) ? newest! : renewed ?? throw NotLinked(refusal);
        }

        if (renewed is null)
        {
            await store.RemoveAsync(customerId).ConfigureAwait(false);
            Log.TokensForgotten(logger);
            throw NotLinked(refusal);
        }

        await store.SetAsync(customerId, renewed).ConfigureAwait(false);
        return renewed;
    }

    /// <summary>New tokens, or why the grant has ended.</summary>
    private async Task<(CustomerTokens? Renewed, OpenBankingException? Refusal)> RequestAsync(
        CustomerTokens before,
        string refreshToken
    )
    {
        try
        {
            var askedAt = clock.GetUtcNow();
            var (given, _) = await requests
                .ForRefreshAsync(refreshToken, CancellationToken.None)
                .ConfigureAwait(false);
            return (ToTokens(given, before, askedAt), null);
        }
        catch (OpenBankingAuthenticationException refusal) when (refusal.Code == InvalidGrant)
        {
            return (null, refusal);
        }
    }

    private CustomerTokens ToTokens(TokenResponse given, CustomerTokens? before, DateTimeOffset askedAt) =>
        new()
        {
            AccessToken = given.AccessToken,
            ExpiresAt = askedAt.AddSeconds(given.ExpiresIn),
            KeyThumbprint = binding.Thumbprint,
            RefreshToken = given.RefreshToken ?? before?.RefreshToken,
            ConsentId = given.ConsentId ?? before?.ConsentId,
            Scope = given.Scope ?? before?.Scope,
            ClientId = clientId,
        };

    /// <summary>Tokens of another app are not this client's to use, to renew or to forget.</summary>
    private CustomerTokens? Own(CustomerTokens? tokens) =>
        tokens?.ClientId is { } owner && owner != clientId
            ? throw new OpenBankingAuthenticationException(
                $"The tokens that are kept of this customer are of the app {owner}, and this client is {clientId}: ask the client "
                    + "that linked the customer, and give clients of several apps a token store each."
            )
            {
                Code = ClientErrorCodes.CustomerNotLinked,
            }
            : tokens;

    private bool IsUsable(CustomerTokens? tokens, string? refused) =>
        tokens is not null
        && tokens.AccessToken != refused
        && tokens.KeyThumbprint == binding.Thumbprint
        && clock.GetUtcNow() < tokens.ExpiresAt - AppTokens.Early;

    /// <param name="refusal">What the bank said, when it was asked.</param>
    private static OpenBankingAuthenticationException NotLinked(OpenBankingException? refusal = null) =>
        new(
            refusal is null
                ? "The customer has no tokens here, or they have ended: link the customer's account first."
                : $"The bank gives no more tokens of this customer: {refusal.Message} Link the customer's account again.",
            refusal
        )
        {
            Code = ClientErrorCodes.CustomerNotLinked,
            Status = refusal?.Status,
            RequestId = refusal?.RequestId,
        };
}
