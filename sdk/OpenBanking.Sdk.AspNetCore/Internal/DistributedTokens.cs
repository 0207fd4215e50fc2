using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace OpenBanking.Internal;

/// <summary>The token stores in the app's distributed cache: one for each named client.</summary>
internal sealed class DistributedTokens(IServiceProvider provider)
{
    private readonly Lazy<DistributedTokenStore> ofAll = new(() =>
        Create(provider, Microsoft.Extensions.Options.Options.DefaultName)
    );

    /// <summary>That of the client without a name, which stands for all of them in the container.</summary>
    public ITokenStore OfAll => ofAll.Value;

    public ITokenStore Of(string name) => Create(provider, name);

    private static DistributedTokenStore Create(IServiceProvider provider, string name) =>
        new(
            provider.GetService<IDistributedCache>()
                ?? throw new InvalidOperationException(
                    "AddOpenBankingDistributedTokens keeps tokens in the app's IDistributedCache, and there is none: add one, such "
                        + "as services.AddStackExchangeRedisCache(…)."
                ),
            provider.GetRequiredService<IDataProtectionProvider>(),
            name
        );
}
