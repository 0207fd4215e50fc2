using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

/// <summary>Where it is the proxy that is not reached, or lets nothing through, the message says so, and not that the bank is
/// away.</summary>
public sealed class ProxyTests
{
    private const string NobodysProxy = "127.0.0.1:1";
    private static readonly Uri bank = new("https://bank.example");

    [Theory]
    [InlineData("https://bank.example")]
    [InlineData("http://127.0.0.1:2")]
    public async Task A_proxy_that_is_down_is_told_as_the_one_that_is_down(string authority)
    {
        using var handler = By("http://user:the-password@" + NobodysProxy);

        var refusal = await RefusedAsync(new Uri(authority), handler);

        Says(
            refusal,
            authority,
            $"goes by the proxy {NobodysProxy} of the client's HttpHandler",
            "Is the proxy running"
        );
        Assert.DoesNotContain("Authority", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("the-password", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_is_found_behind_handlers_that_stand_before_it()
    {
        using var own = new Passing { InnerHandler = By("http://" + NobodysProxy) };
        using var older = new HttpClientHandler { Proxy = new WebProxy("http://" + NobodysProxy) };

        Says(await RefusedAsync(bank, own), $"the proxy {NobodysProxy}", "Is the proxy running");
        Says(await RefusedAsync(bank, older), $"the proxy {NobodysProxy}", "Is the proxy running");
    }

    [Fact]
    public async Task A_proxy_is_found_behind_the_handlers_of_a_container()
    {
        var key = ClientKey.CreateEs256();
        var services = new ServiceCollection();
        services.AddOpenBanking(options =>
        {
            (options.Authority, options.ClientId, options.Key) = (bank, StubOauth.ClientId, key);
            options.MaxRetries = 0;
        });
        services
            .AddHttpClient("OpenBanking")
            .ConfigurePrimaryHttpMessageHandler(() => By("http://" + NobodysProxy));
        await using var app = services.BuildServiceProvider();

        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
            app.GetRequiredService<OpenBankingClient>().Payments.GetAsync("pay_1")
        );

        Says(refusal, $"the proxy {NobodysProxy}", "Is the proxy running");
    }

    [Fact]
    public async Task A_proxy_of_connections_with_certificates_is_found()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest(
            "CN=Partner",
            pair,
            HashAlgorithmName.SHA256
        ).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue.AddYears(-1));
        using var handler = OpenBankingOptions.CreateHttpHandler(
            () => certificate,
            made => made.Proxy = new WebProxy("http://" + NobodysProxy)
        );

        Says(await RefusedAsync(bank, handler), $"the proxy {NobodysProxy}", "Is the proxy running");
    }

    [Fact]
    public async Task The_name_of_a_proxy_that_is_unknown_is_told_as_the_proxys()
    {
        using var handler = By("http://proxy.invalid:3128");

        Says(await RefusedAsync(bank, handler), "proxy.invalid:3128", "the proxy's name is not known");
    }

    [Fact]
    public async Task Without_the_proxy_it_is_the_bank_that_is_down()
    {
        using var unused = new SocketsHttpHandler
        {
            UseProxy = false,
            Proxy = new WebProxy("http://" + NobodysProxy),
        };
        using var passedBy = new SocketsHttpHandler
        {
            Proxy = new WebProxy("http://127.0.0.1:3", BypassOnLocal: true),
        };
        var here = new Uri("http://localhost:2");

        foreach (var handler in new[] { unused, passedBy })
        {
            var refusal = await RefusedAsync(here, handler);

            Says(refusal, "nobody listens there", "Authority");
            Assert.DoesNotContain("proxy", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(407, "password")]
    [InlineData(403, "allow")]
    public async Task A_proxy_that_lets_no_connection_through_is_told_with_its_status(
        int status,
        string advice
    )
    {
        await using var proxy = new TcpStub(
            TcpStub.Says($"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n")
        );
        using var handler = By($"http://localhost:{proxy.Port}");

        var refusal = await RefusedAsync(bank, handler);

        Says(
            refusal,
            $"the proxy localhost:{proxy.Port}",
            "let no connection through",
            $"HTTP {status}",
            advice
        );
    }

    private static SocketsHttpHandler By(string proxy)
    {
        var address = new Uri(proxy);
        var handler = OpenBankingOptions.CreateHttpHandler();
        handler.Proxy = new WebProxy(address);
        return handler;
    }

    private static async Task<OpenBankingException> RefusedAsync(Uri authority, HttpMessageHandler handler)
    {
        var client = new OpenBankingClient(
            new OpenBankingOptions
            {
                Authority = authority,
                ClientId = StubOauth.ClientId,
                Key = ClientKey.CreateEs256(),
                HttpHandler = handler,
                MaxRetries = 0,
            }
        );
        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() => client.Payments.GetAsync("pay_1"));
        Assert.Equal(ClientErrorCodes.ConnectionFailed, refusal.Code);
        Says(refusal, "Nothing was sent");
        return refusal;
    }

    private static void Says(OpenBankingException refusal, params string[] parts) =>
        Assert.All(parts, part => Assert.Contains(part, refusal.Message, StringComparison.Ordinal));

    private sealed class Passing : DelegatingHandler;
}
