using OpenBanking.Tests.Http;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedServer))]

namespace OpenBanking.Tests.Http;

/// <summary>One server for all tests; each test takes a partner with a sandbox of its own.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    public Task<TestPartner> NewPartnerAsync() => TestPartner.NewAsync(Server.Address);

    public async Task<RawClient> NewRawClientAsync() => new(await NewPartnerAsync(), Server.Address);
}
