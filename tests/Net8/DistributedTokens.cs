using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;
using OpenBanking.Tests.Net8;

[assembly: HostingStartup(typeof(DistributedTokens))]

namespace OpenBanking.Tests.Net8;

/// <summary>Has the app of the first-payment page keep its customers' tokens in a distributed cache, and shows under
/// <c>/kept</c> what is there.</summary>
public sealed class DistributedTokens : IHostingStartup, IStartupFilter
{
    private readonly Cache cache = new();

    public void Configure(IWebHostBuilder builder) =>
        builder.ConfigureServices(services =>
            services
                .AddSingleton<IDistributedCache>(cache)
                .AddOpenBankingDistributedTokens()
                .AddSingleton<IStartupFilter>(this)
        );

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
        app =>
        {
            app.Map("/kept", shown => shown.Run(http => http.Response.WriteAsync(cache.ToString())));
            next(app);
        };

    private sealed class Cache : IDistributedCache
    {
        private readonly ConcurrentDictionary<string, byte[]> entries = [];

        public byte[]? Get(string key) => entries.GetValueOrDefault(key);

        public Task<byte[]?> GetAsync(string key, CancellationToken token = default) =>
            Task.FromResult(Get(key));

        public void Set(string key, byte[] value, DistributedCacheEntryOptions options) =>
            entries[key] = value;

        public Task SetAsync(
            string key,
            byte[] value,
            DistributedCacheEntryOptions options,
            CancellationToken token = default
        )
        {
            Set(key, value, options);
            return Task.CompletedTask;
        }

        public void Refresh(string key) => Get(key);

        public Task RefreshAsync(string key, CancellationToken token = default) => GetAsync(key, token);

        public void Remove(string key) => entries.TryRemove(key, out _);

        public Task RemoveAsync(string key, CancellationToken token = default)
        {
            Remove(key);
            return Task.CompletedTask;
        }

        public override string ToString() => string.Join('\n', entries.Keys);
    }
}
