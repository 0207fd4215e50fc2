using System.Net;
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
        using var http = new HttpClient();
        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept", OfBrowser);
        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Language", accepted);
        using var answer = await http.GetAsync(shared.Server.Address);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("/bank/0/my/sign-in", answer.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Contains($"lang=\"{language}\"", await answer.Content.ReadAsStringAsync());
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
}
