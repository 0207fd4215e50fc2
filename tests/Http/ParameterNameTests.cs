using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>How requests of the authorization server are told apart and refused: the names of their parameters, and in which
/// ways a client authenticates (RFC 6749 §1.9, §3.1, §5.2).</summary>
public sealed class ParameterNameTests(SharedServer shared) : RawClientTests(shared)
{
    [Fact]
    public async Task A_name_that_differs_in_case_is_another_parameter_and_ignored()
    {
        var token = await Client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials"), ("scope", "payments"), ("Scope", "x"), ("GRANT_TYPE", "y")]
        );
        var pushed = await Client.PushAsync(("Redirect_uri", "https://other.example/"), ("STATE", "x"));

        Assert.Equal("payments", token.Json["scope"]!.GetValue<string>());
        Assert.Equal(201, pushed.Status);
    }

    [Fact]
    public async Task So_is_one_of_an_address()
    {
        var pushed = await Client.PushAsync();
        var address = QueryHelpers.AddQueryString(
            new Uri(Client.Server, "/oauth/authorize").AbsoluteUri,
            new Dictionary<string, string?>
            {
                ["client_id"] = Client.Identity.ClientId,
                ["Client_id"] = "x",
                ["request_uri"] = pushed.Json["request_uri"]!.GetValue<string>(),
            }
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, address);

        var answer = await Client.SendAsync(request);

        Assert.EndsWith("/sign-in", answer.Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData("foo=%00", "Send foo without NUL.")]
    [InlineData("foo_bar=1&foo_bar=2", "Send foo_bar once.")]
    [InlineData("?foo=1&foo=2", "Send foo once.", false)]
    [InlineData("a=1&&", "once", false)]
    [InlineData("&&a=1", "once", false)]
    public async Task A_form_is_refused_for_what_is_wrong_with_it(
        string form,
        string sentence,
        bool isSaid = true
    )
    {
        var answer = await PostAsync("/oauth/token", form);

        Assert.Equal(isSaid, Said(answer).Contains(sentence, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Basic", "Basic realm=\"oauth\"")]
    [InlineData("basic eDp5", "basic realm=\"oauth\"")]
    [InlineData("Bearer x", "Bearer realm=\"oauth\"")]
    [InlineData("B@d x", "")]
    [InlineData(null, "")]
    public async Task A_client_that_tried_a_header_is_told_of_its_scheme(string? header, string challenge)
    {
        foreach (var path in new[] { "/oauth/token", "/oauth/par", "/oauth/revoke", "/oauth/introspect" })
        {
            var answer = await PostAsync(path, "grant_type=client_credentials&token=x", header);

            Assert.Equal((401, "invalid_client"), (answer.Status, answer.Code));
            Assert.Equal(challenge, answer.Headers.WwwAuthenticate.ToString());
        }
    }

    [Theory]
    [InlineData(null, "client_secret", "leave out client_secret")]
    [InlineData("Basic eDp5", "x", "leave out the Authorization header")]
    public async Task A_client_authenticates_in_one_way(string? header, string parameter, string sentence)
    {
        foreach (var path in new[] { "/oauth/token", "/oauth/par", "/oauth/revoke", "/oauth/introspect" })
        {
            var answer = await PostAsync(
                path,
                $"client_assertion_type={Uri.EscapeDataString(RawClient.AssertionType)}"
                    + $"&client_assertion={Client.NewAssertion()}&{parameter}=s",
                header
            );

            Assert.Equal((400, "invalid_request"), (answer.Status, answer.Code));
            Assert.Contains(sentence, Said(answer));
        }
    }

    [Theory]
    [InlineData("request", "request_not_supported")]
    [InlineData("request_uri", "invalid_request")]
    public async Task Request_objects_are_not_supported(string parameter, string error)
    {
        var answer = await Client.PushAsync((parameter, "x"));

        Assert.Equal((400, error), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData("99999999999", 201)]
    [InlineData("2147483648", 201)]
    [InlineData("-1", 400)]
    [InlineData("1.5", 400)]
    [InlineData("１", 400)]
    public async Task An_age_may_be_as_great_as_it_likes(string age, int status) =>
        Assert.Equal(status, (await Client.PushAsync(("max_age", age))).Status);

    [Theory]
    [InlineData("[{\"type\":\"é\\\"\"}]")]
    [InlineData("[{\"type\":\"account_information\",\"é\\\"\":1}]")]
    [InlineData("[{\"type\":\"account_information\",\"a\\nb\":1}]")]
    [InlineData("[{\"type\":\"account_information\",\"密钥\\\"1\\\\\":1}]")]
    public async Task What_a_client_sent_comes_back_in_the_letters_of_a_description(string details)
    {
        var answer = await Client.PushAsync(("authorization_details", details));

        Assert.Equal(400, answer.Status);
        AssertPrintable(Said(answer));
    }

    [Fact]
    public async Task A_request_without_credentials_is_told_of_no_error()
    {
        foreach (
            var (method, path, challenge) in new[]
            {
                (HttpMethod.Post, "/oauth/register", "Bearer"),
                (HttpMethod.Get, $"/oauth/register/{Client.Identity.ClientId}", "Bearer"),
                (HttpMethod.Get, "/oauth/userinfo", "DPoP algs=\"ES256 PS256\""),
                (HttpMethod.Get, "/v1/accounts", "DPoP algs=\"ES256 PS256\""),
            }
        )
        {
            using var without = new HttpRequestMessage(method, new Uri(Client.Server, path));
            using var wrong = new HttpRequestMessage(method, new Uri(Client.Server, path));
            wrong.Headers.TryAddWithoutValidation("Authorization", "Bearer x");

            var none = await Client.SendAsync(without);
            var refused = await Client.SendAsync(wrong);

            Assert.Equal((401, "invalid_token"), (none.Status, none.Code));
            Assert.Equal(challenge, none.Headers.WwwAuthenticate.ToString());
            Assert.Contains("error=\"invalid_token\"", refused.Headers.WwwAuthenticate.ToString());
        }
    }

    [Theory]
    [InlineData("Bearer  ", 200)]
    [InlineData("bearer ", 200)]
    [InlineData("Bearer", 401)]
    public async Task Spaces_before_a_token_are_one_or_more(string scheme, int status)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(Client.Server, $"/oauth/register/{Client.Identity.ClientId}")
        );
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            scheme + Client.Partner.App.RegistrationAccessToken
        );
        Assert.Equal(status, (await Client.SendAsync(request)).Status);
    }

    [Theory]
    [InlineData("/oauth/authorize")]
    [InlineData("/bank/end-session")]
    public async Task A_form_of_an_app_that_cannot_be_read_is_an_invalid_request(string path)
    {
        foreach (
            var (body, type) in new[]
            {
                (new string('x', 300_000), "application/x-www-form-urlencoded"),
                ("client_id=x", "application/x-www-form-urlencoded; charset=gbk"),
            }
        )
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Client.Server, path));
            request.Content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

            var answer = await Client.SendAsync(request);

            Assert.Equal("/bank/error?code=invalid_request", answer.Headers.Location?.OriginalString);
        }
    }

    private async Task<RawAnswer> PostAsync(string path, string form, string? authorization = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Client.Server, path));
        request.Content = new StringContent(form, null, "application/x-www-form-urlencoded");
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return await Client.SendAsync(request);
    }

    private static string Said(RawAnswer answer) => answer.Json["error_description"]!.GetValue<string>();

    private static void AssertPrintable(string text) =>
        Assert.DoesNotContain(text, letter => letter is < ' ' or > '~' or '"' or '\\');
}
