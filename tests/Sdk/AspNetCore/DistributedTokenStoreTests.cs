using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OpenBanking.Tests.Sdk.AspNetCore;

/// <summary>Customers' tokens in a cache that several processes share.</summary>
public sealed class DistributedTokenStoreTests
{
    private static readonly CustomerTokens tokens = new()
    {
        AccessToken = "the-access-token",
        ExpiresAt = DateTimeOffset.UnixEpoch,
        KeyThumbprint = "thumbprint",
        RefreshToken = "the-refresh-token",
        ConsentId = "cns_1",
        Scope = "openid accounts",
    };

    [Fact]
    public async Task What_one_process_keeps_another_reads_and_forgets()
    {
        await using var services = NewServices();
        var store = services.GetRequiredService<ITokenStore>();
        Assert.IsType<DistributedTokenStore>(store);

        await store.SetAsync("cus_1", tokens);

        Assert.Equal(tokens, await store.GetAsync("cus_1"));
        Assert.Null(await store.GetAsync("cus_2"));
        await store.RemoveAsync("cus_1");
        Assert.Null(await store.GetAsync("cus_1"));
    }

    [Fact]
    public async Task The_cache_sees_no_token_and_no_entry_passes_for_anothers()
    {
        await using var services = NewServices();
        var cache = services.GetRequiredService<IDistributedCache>();
        var store = services.GetRequiredService<ITokenStore>();
        await store.SetAsync("cus_1", tokens);

        var kept = (await cache.GetAsync("openbanking::cus_1"))!;
        await cache.SetAsync("openbanking::cus_2", kept, new());

        Assert.DoesNotContain("token", Encoding.Latin1.GetString(kept), StringComparison.Ordinal);
        Assert.Null(await store.GetAsync("cus_2"));
        var other = new DistributedTokenStore(
            cache,
            services.GetRequiredService<IDataProtectionProvider>(),
            "other"
        );
        Assert.Null(await other.GetAsync("cus_1"));
    }

    [Fact]
    public async Task Without_a_cache_it_is_said_what_to_add()
    {
        await using var services = new ServiceCollection()
            .AddOpenBankingDistributedTokens()
            .BuildServiceProvider();

        var missing = Assert.Throws<InvalidOperationException>(services.GetRequiredService<ITokenStore>);

        Assert.Contains("AddStackExchangeRedisCache", missing.Message);
    }

    [Fact]
    public async Task Each_named_client_keeps_tokens_of_its_own()
    {
        var stores = new Dictionary<string, ITokenStore?>();
        var collection = new ServiceCollection().AddDistributedMemoryCache();
        foreach (var name in new[] { "music", "video" })
        {
            collection
                .AddOpenBanking(
                    name,
                    options =>
                    {
                        options.Authority = new Uri("https://open.bank.example");
                        options.ClientId = $"app_{name}";
                        options.Key = ClientKey.CreateEs256();
                    }
                )
                .PostConfigure<OpenBankingOptions>(name, options => stores[name] = options.TokenStore);
        }

        await using var services = collection.AddOpenBankingDistributedTokens().BuildServiceProvider();
        Assert.NotNull(services.GetRequiredKeyedService<OpenBankingClient>("music"));
        Assert.NotNull(services.GetRequiredKeyedService<OpenBankingClient>("video"));

        await stores["music"]!.SetAsync("cus_1", tokens);

        Assert.Equal(tokens, await stores["music"]!.GetAsync("cus_1"));
        Assert.Null(await stores["video"]!.GetAsync("cus_1"));
    }

    [Fact]
    public async Task A_store_of_the_apps_own_stays_the_one_of_every_client()
    {
        await using var provider = NewServices();
        var own = new DistributedTokenStore(
            provider.GetRequiredService<IDistributedCache>(),
            provider.GetRequiredService<IDataProtectionProvider>(),
            "own"
        );
        await using var services = new ServiceCollection()
            .AddDistributedMemoryCache()
            .AddSingleton<ITokenStore>(own)
            .AddOpenBankingDistributedTokens()
            .AddOpenBanking(Complete)
            .AddOpenBanking("music", Complete)
            .BuildServiceProvider();

        var options = services.GetRequiredService<IOptionsMonitor<OpenBankingOptions>>();
        Assert.Same(own, options.CurrentValue.TokenStore);
        Assert.Same(own, options.Get("music").TokenStore);

        static void Complete(OpenBankingOptions options)
        {
            options.Authority = new Uri("https://open.bank.example");
            options.ClientId = "app_1";
            options.Key = ClientKey.CreateEs256();
        }
    }

    private static ServiceProvider NewServices()
    {
        var services = new ServiceCollection();
        services.AddDistributedMemoryCache();
        services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        return services.AddOpenBankingDistributedTokens().BuildServiceProvider();
    }
}
