using System.Net;
using OpenBanking.Samples.BankAdapters;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>The server's address alone: a page for people, and the usual answer for programs.</summary>
public sealed class FrontDoorTests(SharedServer shared)
{
    private const string OfBrowser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    [Theory]
    [InlineData("en-GB,en;q=0.9", "en")]
    [InlineData("zh,en;q=0.9", "zh-CN")]
    public async Task A_browser_comes_to_the_customers_own_pages(string accepted, string language)
    {
        await using var bank = await BankBackend.StartAsync();
        await using var server = await TestServer.StartAsync(
            builder => builder.AddBankAdapters(),
            dataFolder: null,
            [
                "Server:Sandbox=false",
                $"Server:MasterKey={Convert.ToBase64String(new byte[32])}",
                .. bank.Settings,
            ]
        );
        using var answer = await EnterAsync(server, accepted);
        Assert.Equal("/bank/0/my/sign-in", answer.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Contains($"lang=\"{language}\"", await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Whose customers are at home each in a world of their own.</summary>
    [Fact]
    public async Task In_a_sandbox_a_browser_comes_to_the_documentation_of_the_API()
    {
        using var answer = await EnterAsync(shared.Server, "en");
        Assert.Equal("/swagger/index.html", answer.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Contains("<title>OpenBanking API</title>", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("GET", null)]
    [InlineData("GET", "*/*")]
    [InlineData("GET", "application/json")]
    [InlineData("GET", "application/json, text/html;q=0")]
    [InlineData("POST", OfBrowser)]
    public async Task A_program_is_told_that_nothing_is_there(string method, string? accepted)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(new(method), shared.Server.Address);
        if (accepted is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accepted);
        }

        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    private static async Task<HttpResponseMessage> EnterAsync(TestServer server, string language)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept", OfBrowser);
        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Language", language);
        var answer = await http.GetAsync(server.Address);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer;
    }
}
