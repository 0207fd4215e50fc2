using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

public sealed class MetadataTests
{
    private const string WellKnown = "GET /.well-known/openid-configuration";

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("{authority}/")]
    [InlineData("{authority}/other")]
    public async Task Metadata_of_another_issuer_is_refused(string issuer)
    {
        await using var bank = await StubBank.StartAsync();
        bank.Oauth.Issuer = issuer.Replace(
            "{authority}",
            bank.Authority.AbsoluteUri.TrimEnd('/'),
            StringComparison.Ordinal
        );

        await RefusedAsync(bank);

        Assert.Single(bank.Requests);
    }

    [Fact]
    public async Task Metadata_with_an_insecure_endpoint_is_refused()
    {
        await using var bank = await StubBank.StartAsync();
        var issuer = bank.Authority.AbsoluteUri.TrimEnd('/');
        bank.Script(
            WellKnown,
            Answers.Json(
                200,
                new
                {
                    issuer,
                    authorization_endpoint = issuer + "/authorize",
                    token_endpoint = "http://bank.example/token",
                    pushed_authorization_request_endpoint = issuer + "/par",
                    jwks_uri = issuer + "/jwks",
                    response_types_supported = new[] { "code" },
                }
            )
        );

        await RefusedAsync(bank);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    public async Task What_is_no_metadata_is_refused(string text)
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script(WellKnown, Answers.Text(200, text, "application/json"));

        await RefusedAsync(bank);
    }

    [Fact]
    public async Task A_failed_reading_is_not_kept()
    {
        await using var bank = await StubBank.StartAsync();
        var client = bank.Client();
        bank.Script("GET /v1/payments/pay_1", Answers.Payment(Samples.Payment));
        bank.Oauth.Issuer = "https://evil.example";
        await Assert.ThrowsAsync<OpenBankingException>(() => client.Payments.GetAsync("pay_1"));

        bank.Oauth.Issuer = null;

        await client.Payments.GetAsync("pay_1");
    }

    [Fact]
    public async Task The_API_may_be_elsewhere_than_the_authority()
    {
        await using var authority = await StubBank.StartAsync();
        await using var api = await StubBank.StartAsync();
        api.Script("GET /base/v1/payments/pay_1", Answers.Payment(Samples.Payment));
        var client = authority.Client(options => options.ApiAddress = new Uri(api.Authority, "base/"));

        await client.Payments.GetAsync("pay_1");

        Assert.Single(api.Requests);
        Assert.Empty(authority.Of("GET /v1/payments/pay_1"));
    }

    private static async Task RefusedAsync(StubBank bank)
    {
        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
            bank.Client().Payments.GetAsync("pay_1")
        );
        Assert.Equal(ClientErrorCodes.InvalidMetadata, refusal.Code);
    }
}
