using System.Net;
using System.Text.Json;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What load balancers and whoever watches are told.</summary>
public sealed class HealthTests : IAsyncLifetime
{
    private readonly HttpClient http = new();
    private TestServer server = null!;

    public async ValueTask InitializeAsync() => server = await TestServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task It_is_degraded_while_a_finding_is_open_and_serves_all_the_same()
    {
        Assert.Equal(("ok", 0), await HealthAsync());
        var findings = server.Get<Findings>();
        await findings.ReportAsync(World.Live, new("one thing", Guid.NewGuid(), Account: null, 1));
        await findings.ReportAsync(new World(3), new("another", Guid.NewGuid(), Account: null, 1));

        Assert.Equal(("degraded", 2), await HealthAsync());
        Assert.Equal("ready", await http.GetStringAsync(new Uri(server.Address, "/health/ready")));
        Assert.Equal("live", await http.GetStringAsync(new Uri(server.Address, "/health/live")));

        foreach (var (_, finding) in await findings.ListOpenAsync())
        {
            await findings.ResolveAsync(finding.Id);
        }

        Assert.Equal(("ok", 0), await HealthAsync());
    }

    /// <summary>Many a load balancer asks so.</summary>
    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/health")]
    [InlineData("/problems/not_found")]
    public async Task HEAD_is_answered_as_GET_without_a_body(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(server.Address, path));
        using var head = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    private async Task<(string?, int)> HealthAsync()
    {
        var health = JsonSerializer.Deserialize<JsonElement>(
            await http.GetStringAsync(new Uri(server.Address, "/health"))
        );
        return (health.GetProperty("status").GetString(), health.GetProperty("open_findings").GetInt32());
    }
}
