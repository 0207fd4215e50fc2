using Microsoft.AspNetCore.Builder;
using OpenBanking.Tests.Http;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedServer))]

namespace OpenBanking.Tests.Http;

/// <summary>One server for all tests; each test takes a partner with a sandbox of its own.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private readonly Action<WebApplicationBuilder>? configure;

    public SharedServer() { }

    /// <summary>One of a test's own, for what no other test may see.</summary>
    internal SharedServer(Action<WebApplicationBuilder> configure) => this.configure = configure;

    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await TestServer.StartAsync(configure);

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    public Task<TestPartner> NewPartnerAsync() => TestPartner.NewAsync(Server.Address);

    public async Task<RawClient> NewRawClientAsync() => new(await NewPartnerAsync(), Server.Address);
}
