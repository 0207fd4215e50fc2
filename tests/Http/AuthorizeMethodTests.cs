using System.Net;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>How a browser may be sent to the authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2.1).</summary>
public sealed class AuthorizeMethodTests(SharedServer shared) : BankPageTests(shared)
{
    private const string Wrong = "/bank/error?code=";

    private static readonly HttpClient http = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }
    );

    private Uri Endpoint => new(Shared.Server.Address, "/oauth/authorize");

    [Fact]
    public async Task An_app_may_post_its_request_and_the_customer_comes_back_to_it()
    {
        using var customer = new Browser();
        using var answer = await customer.PostAsync(Endpoint, await ParametersAsync());

        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("ob-ixn_", cookie);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Contains("form-action 'self'", answer.Headers.GetValues("Content-Security-Policy").Single());
        var page = new Uri(Endpoint, answer.Headers.Location!);
        await customer.GoAsync(page);
        Assert.Equal(page, customer.Address);
        Assert.EndsWith("/sign-in", page.AbsolutePath);

        using var other = new Browser();
        await other.GoAsync(page);
        Assert.Equal(Wrong + "interaction_over", other.Address.PathAndQuery);

        await customer.SubmitAsync("Decline");
        Assert.Equal(
            TestPartner.RedirectUri.GetLeftPart(UriPartial.Path),
            customer.Address.GetLeftPart(UriPartial.Path)
        );
        Assert.Equal("access_denied", QueryHelpers.ParseQuery(customer.Address.Query)["error"]);
    }

    /// <summary>What stands in both is that of the form; what stands in the address alone is not there.</summary>
    [Fact]
    public async Task The_parameters_of_the_address_and_of_the_form_are_never_mixed()
    {
        var parameters = await ParametersAsync();
        foreach (
            var (posted, queried, location) in new (string[], string[], string)[]
            {
                (["client_id"], ["request_uri"], Wrong + "invalid_request"),
                (["request_uri"], ["client_id"], Wrong + "invalid_client"),
                ([], ["client_id", "request_uri"], Wrong + "invalid_client"),
            }
        )
        {
            var address = QueryHelpers.AddQueryString(
                Endpoint.AbsoluteUri,
                parameters.Where(pair => queried.Contains(pair.Key)).ToDictionary()!
            );
            using var content = new FormUrlEncodedContent(
                parameters.Where(pair => posted.Contains(pair.Key))
            );
            using var answer = await http.PostAsync(address, content);
            Assert.Equal(location, answer.Headers.Location?.OriginalString);
        }

        using var form = new FormUrlEncodedContent(parameters);
        using var both = await http.PostAsync(Endpoint + "?client_id=app_x&request_uri=urn:x", form);
        Assert.EndsWith("/sign-in", both.Headers.Location!.OriginalString);
        using var read = new HttpRequestMessage(HttpMethod.Get, Endpoint) { Content = form };
        using var withBody = await http.SendAsync(read);
        Assert.Equal(Wrong + "invalid_client", withBody.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task A_posted_request_is_checked_as_one_in_an_address_is()
    {
        var sent = await ParametersAsync();
        Assert.Equal(Wrong + "invalid_request", await PostAsync([.. sent, .. sent]));
        Assert.Equal(Wrong + "invalid_request", await PostAsync([.. sent, new("state", "\0")]));
        Assert.Equal(Wrong + "invalid_client", await PostAsync([new("client_id", "app_x"), sent[1]]));
        Assert.Equal(Wrong + "invalid_request_uri", await PostAsync([sent[0], new("request_uri", "urn:x")]));
        Assert.Equal(
            Wrong + "invalid_request",
            await PostAsync([.. sent, new("state", new string('x', 300_000))])
        );

        using var text = new StringContent(await new FormUrlEncodedContent(sent).ReadAsStringAsync());
        using var answer = await http.PostAsync(Endpoint, text);
        Assert.Equal(Wrong + "invalid_request", answer.Headers.Location?.OriginalString);

        Assert.EndsWith("/sign-in", await PostAsync(sent));
        using var customer = new Browser();
        await customer.GoAsync(
            new Uri(QueryHelpers.AddQueryString(Endpoint.AbsoluteUri, sent.ToDictionary()!))
        );
        await customer.SubmitAsync("Decline");
        Assert.Equal(Wrong + "invalid_request_uri", await PostAsync(sent));
    }

    [Fact]
    public async Task HEAD_is_answered_as_GET_without_a_body()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, await StartAsync());
        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.EndsWith("/sign-in", answer.Headers.Location!.OriginalString);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("PUT", "/oauth/authorize", "GET, HEAD, POST")]
    [InlineData("DELETE", "/oauth/authorize", "GET, HEAD, POST")]
    [InlineData("OPTIONS", "/oauth/authorize", "GET, HEAD, POST")]
    [InlineData("HEAD", "/bank/end-session", "GET, POST")]
    [InlineData("PUT", "/bank/end-session", "GET, POST")]
    [InlineData("GET", "/oauth/token", "POST")]
    [InlineData("PUT", "/oauth/par", "POST")]
    [InlineData("GET", "/oauth/revoke", "POST")]
    [InlineData("GET", "/oauth/introspect", "POST")]
    [InlineData("PUT", "/oauth/userinfo", "GET, POST")]
    [InlineData("POST", "/oauth/jwks", "GET, HEAD")]
    [InlineData("POST", "/.well-known/openid-configuration", "GET, HEAD")]
    public async Task Another_method_is_told_which_there_are(string method, string path, string allowed)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(Endpoint, path));
        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(allowed, string.Join(", ", answer.Content.Headers.Allow.Order(StringComparer.Ordinal)));
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        if (method != "HEAD")
        {
            Assert.Contains("\"code\":\"method_not_allowed\"", await answer.Content.ReadAsStringAsync());
        }
    }

    /// <summary>What the app's link holds.</summary>
    private async Task<KeyValuePair<string, string>[]> ParametersAsync() =>
        [
            .. QueryHelpers
                .ParseQuery((await StartAsync()).Query)
                .Select(pair => KeyValuePair.Create(pair.Key, pair.Value.ToString())),
        ];

    /// <summary>Where a form leads.</summary>
    private async Task<string?> PostAsync(IEnumerable<KeyValuePair<string, string>> parameters)
    {
        using var form = new FormUrlEncodedContent(parameters);
        using var answer = await http.PostAsync(Endpoint, form);
        return answer.Headers.Location?.OriginalString;
    }
}
