using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>The server under a path of its public address, behind proxies that leave the path and that cut it off, and
/// what it believes of headers.</summary>
public sealed class PublicAddressTests(SharedServer shared) : RawClientTests(shared)
{
    private const string Route = "/v1/coupon-stocks";
    private const string Path = "/open/api";

    [Theory]
    [InlineData("X-Forwarded-Host", "bank.example")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("X-Forwarded-Prefix", "/open")]
    [InlineData("X-Forwarded-For", "10.0.0.1")]
    [InlineData("Forwarded", "host=bank.example;proto=https;for=10.0.0.1")]
    [InlineData("X-Original-Host", "bank.example")]
    [InlineData("Host", "bank.example")]
    public async Task A_header_from_anybody_moves_the_address_of_a_request_nowhere(string name, string value)
    {
        var token = await Client.AppTokenAsync();
        void Spoof(HttpRequestMessage request) => request.Headers.TryAddWithoutValidation(name, value);

        var honest = await Client.CallAsync(HttpMethod.Get, Route, token, change: Spoof);
        Assert.Equal(200, honest.Status);
        string[] elsewhere = ["http://bank.example", "https://bank.example", $"{Client.Issuer}/open"];
        foreach (var address in elsewhere)
        {
            var moved = await Client.CallAsync(
                HttpMethod.Get,
                Route,
                token,
                proof: (_, claims) => claims["htu"] = address + Route,
                change: Spoof
            );
            Assert.Equal((401, ProblemCodes.InvalidProof), (moved.Status, moved.Code));
        }

        using var discovery = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(Client.Server, "/.well-known/openid-configuration")
        );
        Spoof(discovery);
        Assert.Equal(Client.Issuer, (await Client.SendAsync(discovery)).Json["issuer"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_whole_journey_goes_under_a_path_that_a_proxy_leaves()
    {
        var address = new Uri($"http://localhost:{Ports.Free()}{Path}");
        await using var server = await TestServer.StartAsync(settings: $"Server:PublicAddress={address}");
        await PlayAsync(address);
    }

    [Fact]
    public async Task The_whole_journey_goes_under_a_path_that_a_proxy_cuts_off()
    {
        var address = new Uri($"http://localhost:{Ports.Free()}{Path}");
        var behind = new Uri($"http://localhost:{Ports.Free()}");
        await using var server = await TestServer.StartAsync(
            settings: [$"Server:PublicAddress={address}", $"urls={behind}"]
        );
        await using var proxy = await StartProxyAsync(address, behind);
        await PlayAsync(address);
    }

    /// <summary>Sign-up, registration, the bank's pages, tokens, and calls with proofs.</summary>
    private static async Task PlayAsync(Uri address)
    {
        var partner = await TestPartner.NewAsync(address);
        var customer = await partner.LinkAsync();
        Assert.NotNull(customer.AccountId);
        Assert.Equal(Money.Yuan(0), await partner.BalanceAsync(customer));

        using var http = new HttpClient();
        var inserted = new Uri(
            $"{address.GetLeftPart(UriPartial.Authority)}/.well-known/oauth-authorization-server{Path}"
        );
        if (await http.GetAsync(inserted) is { IsSuccessStatusCode: true } answer)
        {
            var metadata = await answer.Content.ReadFromJsonAsync(
                ResponseJson.Default.AuthorizationServerMetadata
            );
            Assert.Equal(address.ToString(), metadata!.Issuer);
        }
    }

    private static async Task<WebApplication> StartProxyAsync(Uri address, Uri behind)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var proxy = builder.Build();
        proxy.Urls.Add(address.GetLeftPart(UriPartial.Authority));
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        proxy.Run(context => ForwardAsync(context, http, behind));
        await proxy.StartAsync();
        return proxy;
    }

    private static async Task ForwardAsync(HttpContext context, HttpClient http, Uri behind)
    {
        if (!context.Request.Path.StartsWithSegments(Path, StringComparison.Ordinal, out var rest))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        using var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method),
            new Uri(behind, rest.ToUriComponent() + context.Request.QueryString)
        );
        if (context.Request.ContentLength > 0)
        {
            request.Content = new StreamContent(context.Request.Body);
        }

        foreach (var (name, value) in context.Request.Headers.Where(header => header.Key != "Host"))
        {
            if (!request.Headers.TryAddWithoutValidation(name, [.. value]))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, [.. value]);
            }
        }

        using var answer = await http.SendAsync(request);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (name != "Transfer-Encoding")
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        await answer.Content.CopyToAsync(context.Response.Body);
    }
}
