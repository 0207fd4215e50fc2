using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Caching.Distributed;

namespace OpenBanking;

/// <summary>Keeps the tokens of linked customers in the app's <see cref="IDistributedCache"/>, encrypted by Data
/// Protection: for several processes that serve the same customers. <c>AddOpenBankingDistributedTokens</c> puts it into
/// the container.</summary>
/// <remarks>What the cache throws away is a customer to be linked again: give it a store that keeps what it has. The
/// processes share Data Protection keys and one <see cref="OpenBankingOptions.DpopKey"/>.
/// <para>What the cache throws, such as when it is not reached, comes out as it is, and out of the client's call with it. An entry
/// that cannot be decrypted, because its keys are gone, is none. Entries have no end of their own.</para></remarks>
public sealed class DistributedTokenStore : ITokenStore
{
    private static readonly DistributedCacheEntryOptions untilRemoved = new();

    private readonly IDistributedCache cache;
    private readonly IDataProtector protector;
    private readonly string prefix;

    /// <summary>A store in a cache.</summary>
    /// <param name="cache">Where entries are kept.</param>
    /// <param name="protection">What encrypts them.</param>
    /// <param name="name">The client whose customers they are, when there are several; none by default.</param>
    /// <exception cref="ArgumentNullException">There is no cache or no protection.</exception>
    public DistributedTokenStore(
        IDistributedCache cache,
        IDataProtectionProvider protection,
        string name = ""
    )
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(protection);
        this.cache = cache;
        prefix = $"openbanking:{name}:";
        protector = protection.CreateProtector("OpenBanking.CustomerTokens", name);
    }

    /// <inheritdoc/>
    public async ValueTask<CustomerTokens?> GetAsync(
        string customerId,
        CancellationToken cancellationToken = default
    )
    {
        if (
            await cache.GetAsync(prefix + customerId, cancellationToken).ConfigureAwait(false) is not { } kept
        )
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(
                ProtectorOf(customerId).Unprotect(kept),
                TokensJson.Default.CustomerTokens
            );
        }
        catch (CryptographicException)
        {
            // Of keys that are gone, or of another customer: as good as none.
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask SetAsync(
        string customerId,
        CustomerTokens tokens,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var kept = JsonSerializer.SerializeToUtf8Bytes(tokens, TokensJson.Default.CustomerTokens);
        await cache
            .SetAsync(
                prefix + customerId,
                ProtectorOf(customerId).Protect(kept),
                untilRemoved,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(string customerId, CancellationToken cancellationToken = default) =>
        await cache.RemoveAsync(prefix + customerId, cancellationToken).ConfigureAwait(false);

    /// <summary>An entry that was moved to another customer's place is not read.</summary>
    private IDataProtector ProtectorOf(string customerId) => protector.CreateProtector(customerId);
}

[JsonSerializable(typeof(CustomerTokens))]
internal sealed partial class TokensJson : JsonSerializerContext;
