using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>A NUL cannot be stored. Wherever text may be sent, it is refused as what it is: the caller's mistake.</summary>
public sealed class UnkeepableTextTests(SharedServer shared) : RawClientTests(shared)
{
    [Theory]
    [InlineData("/v1/payments", "/order_no", """{"order_no":"a\u0000","AMOUNT","agreement_id":"x"}""")]
    [InlineData("/v1/payments", "/agreement_id", """{"order_no":"a","AMOUNT","agreement_id":"\u0000"}""")]
    [InlineData(
        "/v1/payments",
        "/description",
        """{"order_no":"a","AMOUNT","agreement_id":"x","description":"\u0000"}"""
    )]
    [InlineData("/v1/refunds", "/payment_id", """{"payment_id":"\u0000"}""")]
    [InlineData("/v1/refunds", "/reason", """{"payment_id":"x","reason":"a\u0000b"}""")]
    [InlineData("/v1/webhook-endpoints", "/url", """{"url":"https://a.example/\u0000"}""")]
    [InlineData("/v1/webhook-endpoints", "/events", """{"url":"https://a.example/","events":["\u0000"]}""")]
    public async Task A_field_of_the_API(string path, string pointer, string body)
    {
        var answer = await Client.CallAsync(
            HttpMethod.Post,
            path,
            await Client.AppTokenAsync(),
            body.Replace("\"AMOUNT\"", "\"amount\":{\"currency\":\"CNY\",\"amount\":1}"),
            "key"
        );

        Assert.Equal((400, ProblemCodes.InvalidRequest), (answer.Status, answer.Code));
        Assert.Contains(
            answer.Json["errors"]!.AsArray(),
            error => error!["pointer"]!.GetValue<string>() == pointer
        );
    }

    [Theory]
    [InlineData("/v1/orders/a%00b")]
    [InlineData("/v1/payments/%00")]
    [InlineData("/v1/coupon-stocks?after=%00")]
    [InlineData("/v1/coupon-stocks?after=AA")]
    public async Task An_address_of_the_API(string address)
    {
        var answer = await Client.CallAsync(HttpMethod.Get, address, await Client.AppTokenAsync());

        Assert.Equal(400, answer.Status);
    }

    [Theory]
    [InlineData("nonce", "a\0b")]
    [InlineData("state", "\0")]
    [InlineData("dpop_jkt", "\0")]
    [InlineData("ui_locales", "\0")]
    [InlineData("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c\0")]
    [InlineData("client_id", "\0")]
    [InlineData("unknown", "\0")]
    public async Task A_parameter_of_a_pushed_request(string name, string value)
    {
        var answer = await Client.PushAsync((name, value));

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData("code")]
    [InlineData("redirect_uri")]
    [InlineData("code_verifier")]
    public async Task A_parameter_of_a_token_request(string name)
    {
        var answer = await Client.RedeemAsync("code", TestPartner.RedirectUri.ToString(), (name, "a\0b"));

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData("""{"client_name":"A\u0000","redirect_uris":["https://a.example/"],"jwks":JWKS}""")]
    [InlineData("""{"client_name":"A","redirect_uris":["https://a.example/\u0000"],"jwks":JWKS}""")]
    [InlineData("""{"client_name":"A","redirect_uris":["https://a.example/\u001f"],"jwks":JWKS}""")]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":JWKS,"scope":"accounts\u0000"}"""
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":JWKS,"scene":"\u0000"}"""
    )]
    public async Task Metadata_of_an_app(string body)
    {
        var jwks = new JsonObject { ["keys"] = new JsonArray(RawClient.PublicJwkOf(Client.DpopKey)) };
        using var request = Post("/oauth/register", body.Replace("JWKS", jwks.ToJsonString()));
        request.Headers.Authorization = new("Bearer", Client.Partner.InitialAccessToken);

        var answer = await Client.SendAsync(request);

        Assert.Equal(400, answer.Status);
        Assert.StartsWith("invalid_", answer.Code);
    }

    [Fact]
    public async Task The_name_of_a_partner()
    {
        using var request = Post("/sandbox/partners", """{"partner_name":"a\u0000b"}""");

        var answer = await Client.SendAsync(request);

        Assert.Equal((400, ProblemCodes.InvalidRequest), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData("messages.json?mobile=%00", 400)]
    [InlineData("messages?mobile=1%00", 303)]
    public async Task The_number_that_messages_are_looked_up_for(string address, int status)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(Client.Server, $"/sandbox/{Client.Partner.SandboxNumber}/{address}")
        );

        var answer = await Client.SendAsync(request);

        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 303 ? "/bank/error?code=bad_form" : null, answer.Headers.Location?.ToString());
    }

    [Fact]
    public async Task A_field_of_a_page()
    {
        using var browser = new Browser();
        var pushed = await Client.PushAsync();
        await browser.GoAsync(Client.AuthorizationUrl(pushed.Json["request_uri"]!.GetValue<string>()));

        using var answer = await browser.PostAsync(
            browser.Address,
            [.. browser.HiddenFields(), KeyValuePair.Create("Mobile", "1990000\u00000001")]
        );

        Assert.Equal("/bank/error?code=bad_form", answer.Headers.Location?.ToString());
    }

    private HttpRequestMessage Post(string path, string body) =>
        new(HttpMethod.Post, new Uri(Client.Server, path))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
}
