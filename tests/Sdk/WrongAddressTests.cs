using System.Net;
using System.Net.Sockets;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

/// <summary>Where the client was sent to the wrong place, the message says where it went, what was found there, and which
/// option to set.</summary>
public sealed class WrongAddressTests
{
    private const string WellKnown = "GET /.well-known/openid-configuration";

    [Theory]
    [InlineData(404, "<html>not here</html>", "text/html")]
    [InlineData(404, "", "text/plain")]
    [InlineData(404, """{"message":"no route"}""", "application/json")]
    [InlineData(403, """{"message":"no"}""", "application/json")]
    [InlineData(200, """{"status":"up"}""", "application/json")]
    public async Task A_server_without_metadata_is_told_with_its_address_and_the_option(
        int status,
        string body,
        string mediaType
    )
    {
        await using var other = await StubBank.StartAsync();
        other.Script(WellKnown, Answers.Text(status, body, mediaType));

        var refusal = await RefusedAsync(other.Client());

        Assert.Equal((ClientErrorCodes.InvalidMetadata, false), (refusal.Code, refusal.Retryable));
        Assert.Equal(status, refusal.Status);
        Says(refusal, $"{Issuer(other)}/.well-known/openid-configuration", $"HTTP {status}", "Authority");
        Assert.Single(other.Requests);
    }

    [Theory]
    [InlineData(401, "<html>sign in</html>", "text/html")]
    [InlineData(403, "<html>keep out</html>", "text/html")]
    [InlineData(407, "<html>who are you</html>", "text/html")]
    [InlineData(407, """{"message":"who are you"}""", "application/json")]
    [InlineData(200, "<html>welcome</html>", "text/html")]
    [InlineData(200, "", "text/plain")]
    public async Task What_a_gateway_answers_for_the_metadata_is_told_as_the_gateways(
        int status,
        string body,
        string mediaType
    )
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script(WellKnown, Answers.Text(status, body, mediaType));

        // A payment, whose outcome is not unknown: nothing was sent.
        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
            bank.Client().Payments.CreateAsync(Samples.PaymentRequest, Samples.Key)
        );

        Assert.Equal((ClientErrorCodes.UnexpectedAnswer, false), (refusal.Code, refusal.Retryable));
        Assert.Equal(status, refusal.Status);
        Says(refusal, Issuer(bank), $"HTTP {status}", "proxy", "between", "Nothing was sent", "Authority");
        Assert.Equal(status == 407, refusal.Message.Contains("password", StringComparison.Ordinal));
        Assert.Single(bank.Requests);
    }

    [Fact]
    public async Task The_problem_of_a_bank_that_has_no_metadata_there_is_told_as_a_wrong_authority()
    {
        await using var bank = await StubBank.StartAsync();
        var client = bank.Client(options => options.Authority = new Uri(bank.Authority, "base"));

        var refusal = await RefusedAsync(client);

        Assert.Equal((404, ClientErrorCodes.InvalidMetadata), (refusal.Status, refusal.Code));
        Says(refusal, $"{Issuer(bank)}/base/.well-known/openid-configuration", "Authority");
    }

    [Fact]
    public async Task A_redirect_from_the_authority_is_told_as_one()
    {
        await using var other = await StubBank.StartAsync();
        other.Script(
            WellKnown,
            context =>
            {
                context.Response.Redirect("https://www.bank.example/");
                return Task.CompletedTask;
            }
        );

        var refusal = await RefusedAsync(other.Client());

        Assert.Equal(ClientErrorCodes.UnexpectedAnswer, refusal.Code);
        Says(refusal, "HTTP 302", "redirects are not followed", "between", "Authority");
    }

    [Fact]
    public async Task Another_issuer_is_told_with_both_names()
    {
        await using var other = await StubBank.StartAsync();
        other.Oauth.Issuer = "https://login.example";

        var refusal = await RefusedAsync(other.Client());

        Says(refusal, Issuer(other), "https://login.example", "Authority", "to the letter");
    }

    [Fact]
    public async Task An_authority_that_is_busy_stays_one_to_try_again()
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script(WellKnown, Answers.Text(503, "<html>busy</html>", "text/html"));

        var refusal = await RefusedAsync(bank.Client(options => options.MaxRetries = 0));

        Assert.Equal((503, true), (refusal.Status, refusal.Retryable));
        Says(refusal, Issuer(bank), "HTTP 503");
    }

    [Fact]
    public async Task Where_nobody_listens_the_message_names_the_address_and_what_to_look_for()
    {
        var address = NobodysAddress();

        var refusal = await RefusedAsync(At(address));

        Assert.Equal(ClientErrorCodes.ConnectionFailed, refusal.Code);
        Says(refusal, address.AbsoluteUri.TrimEnd('/'), "nobody", "Authority");
    }

    [Fact]
    public async Task A_name_that_is_unknown_is_told_as_such()
    {
        var refusal = await RefusedAsync(At(new Uri("https://open.bank.invalid")));

        Assert.Equal(ClientErrorCodes.ConnectionFailed, refusal.Code);
        Says(refusal, "https://open.bank.invalid", "name", "Authority");
    }

    [Fact]
    public async Task A_server_without_TLS_is_told_as_such()
    {
        await using var server = new TcpStub(TcpStub.Says("HTTP/1.1 400 Bad Request\r\n\r\n"));

        var refusal = await RefusedAsync(At(new Uri($"https://localhost:{server.Port}")));

        Assert.Equal(ClientErrorCodes.ConnectionFailed, refusal.Code);
        Says(refusal, $"https://localhost:{server.Port}", "TLS", "certificate");
    }

    [Fact]
    public async Task An_API_that_is_elsewhere_than_its_address_is_told_with_the_option()
    {
        await using var bank = await StubBank.StartAsync();
        await using var other = await StubBank.StartAsync();
        other.Script("GET /v1/payments/pay_1", Answers.Text(404, "<html>", "text/html"));

        var refusal = await RefusedAsync(bank.Client(options => options.ApiAddress = other.Authority));

        Assert.Equal((404, ClientErrorCodes.UnexpectedAnswer), (refusal.Status, refusal.Code));
        Says(refusal, "ApiAddress");
    }

    [Fact]
    public async Task A_page_in_the_place_of_an_object_is_told_with_the_option()
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script("GET /v1/payments/pay_1", Answers.Text(200, "<html>", "text/html"));

        var refusal = await RefusedAsync(bank.Client());

        Assert.Equal((200, ClientErrorCodes.UnexpectedAnswer), (refusal.Status, refusal.Code));
        Says(refusal, "GET /v1/payments/{id}", "ApiAddress");
    }

    private static OpenBankingClient At(Uri authority) =>
        new(
            new OpenBankingOptions
            {
                Authority = authority,
                ClientId = StubOauth.ClientId,
                Key = ClientKey.CreateEs256(),
                MaxRetries = 0,
            }
        );

    private static Task<OpenBankingException> RefusedAsync(OpenBankingClient client) =>
        Assert.ThrowsAsync<OpenBankingException>(() => client.Payments.GetAsync("pay_1"));

    private static void Says(OpenBankingException refusal, params string[] parts) =>
        Assert.All(parts, part => Assert.Contains(part, refusal.Message, StringComparison.Ordinal));

    private static string Issuer(StubBank bank) => bank.Authority.AbsoluteUri.TrimEnd('/');

    private static Uri NobodysAddress()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}");
    }
}
