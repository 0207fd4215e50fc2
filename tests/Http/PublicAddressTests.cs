using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OpenBanking.Samples.BankAdapters;
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_browser_that_enters_the_address_comes_to_the_customers_pages_below_it(bool isCutOff)
    {
        await using var bank = await BankBackend.StartAsync();
        await using var served = await ServeAsync(
            isCutOff,
            builder => builder.AddBankAdapters(),
            [
                "Server:Sandbox=false",
                $"Server:MasterKey={Convert.ToBase64String(new byte[32])}",
                .. bank.Settings,
            ]
        );
        Assert.Equal($"{Path}/bank", await EnterAsync(served.Address));
        using var browser = new Browser();
        await browser.GoAsync(new($"{served.Address}/bank"));
        Assert.Equal($"{Path}/bank/0/my/sign-in", browser.Address.AbsolutePath);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_documentation_of_a_sandbox_finds_its_document_below_the_address(bool isCutOff)
    {
        await using var served = await ServeAsync(isCutOff);
        Assert.Equal($"{Path}/swagger", await EnterAsync(served.Address));
        using var http = new HttpClient();
        using var page = await http.GetAsync(new Uri($"{served.Address}/swagger"));
        var index = page.RequestMessage!.RequestUri!;
        Assert.Equal($"{Path}/swagger/index.html", index.AbsolutePath);
        var script = await http.GetStringAsync(new Uri(index, "index.js"));
        var document = Regex.Match(
            script,
            "\"url\":\"([^\"]+)\"",
            RegexOptions.None,
            TimeSpan.FromSeconds(1)
        );
        using var answer = await http.GetAsync(new Uri(index, document.Groups[1].Value));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal($"{Path}/swagger/v1/swagger.json", answer.RequestMessage!.RequestUri!.AbsolutePath);
        var servers = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["servers"]!.AsArray();
        Assert.Equal(served.Address.ToString().TrimEnd('/'), (string)Assert.Single(servers)!["url"]!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pictures_that_are_too_large_lead_back_to_their_page_below_the_address(bool isCutOff)
    {
        await using var served = await ServeAsync(isCutOff);
        var partner = await TestPartner.NewAsync(served.Address);
        var person = (await partner.PersonsAsync())[0];
        var link = await partner.Client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = TestPartner.RedirectUri,
                AuthorizationDetails = TestPartner.Everything,
            }
        );
        using var browser = new Browser();
        await browser.GoAsync(link.AuthorizationUrl);
        await browser.SubmitAsync(("Mobile", person.Mobile));
        await browser.SubmitAsync(("Code", await CodeAsync(partner, person.Mobile)));
        await browser.SubmitAsync(
            ("FullName", person.Name),
            ("IdNumber", person.IdNumber),
            ("CardNumber", person.CardNumber),
            ("Terms", "true"),
            ("WithImages", "true")
        );
        var images = browser.Address.AbsolutePath;
        Assert.EndsWith("/images", images);

        await browser.SubmitFilesAsync(("Portrait", new byte[20 * 1024 * 1024], "image/jpeg"));

        Assert.Equal(images, browser.Address.AbsolutePath);
        Assert.Contains("too large", browser.Page.QuerySelector(".notice")!.TextContent);
    }

    private static async Task<string> CodeAsync(TestPartner partner, string mobile)
    {
        IReadOnlyList<SandboxMessage> messages = [];
        for (var tries = 0; messages is []; tries++)
        {
            Assert.True(tries < 100, "No code came.");
            await Task.Delay(50);
            messages = await partner.MessagesAsync(mobile);
        }

        return Regex.Match(messages[0].Text, "[0-9]{6}", RegexOptions.None, TimeSpan.FromSeconds(1)).Value;
    }

    /// <summary>Where a browser is sent that enters the address alone.</summary>
    private static async Task<string> EnterAsync(Uri address)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept", "text/html");
        using var answer = await http.GetAsync(address);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return new Uri(address, answer.Headers.Location!).AbsolutePath;
    }

    private static async Task<Served> ServeAsync(
        bool isCutOff,
        Action<WebApplicationBuilder>? configure = null,
        params string[] settings
    )
    {
        var address = new Uri($"http://localhost:{Ports.Free()}{Path}");
        var behind = isCutOff ? new Uri($"http://localhost:{Ports.Free()}") : null;
        var server = await TestServer.StartAsync(
            configure,
            dataFolder: null,
            [
                $"Server:PublicAddress={address}",
                .. behind is null ? Array.Empty<string>() : [$"urls={behind}"],
                .. settings,
            ]
        );
        return new(address, server, behind is null ? null : await StartProxyAsync(address, behind));
    }

    /// <summary>A server under the path, and the proxy that cuts it off, if one does.</summary>
    private sealed record Served(Uri Address, TestServer Server, WebApplication? Proxy) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (Proxy is not null)
            {
                await Proxy.DisposeAsync();
            }

            await Server.DisposeAsync();
        }
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
