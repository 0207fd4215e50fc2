using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http.Authority;

/// <summary>The bank with npm oidc-provider as its authority, which gives JWTs that nobody is asked about. What it signs
/// with is known, so that a test can sign what it never would.</summary>
public sealed class JwtAuthority : IAsyncLifetime
{
    private static readonly Uri address = new($"http://localhost:{Ports.Free()}");

    private BankData data = null!;

    public RawIdentity App { get; } = new("video-app", ClientKey.CreateEs256());

    public (ECDsa Key, string Id) Signing { get; private set; } = (NewKey(), "first");

    public OidcProvider Provider { get; private set; } = null!;

    public TestServer Server { get; private set; } = null!;

    internal BankData Data => data;

    internal ShiftedClock Clock { get; } = new();

    public async ValueTask InitializeAsync()
    {
        data = await BankData.WriteAsync();
        await StartProviderAsync();
        Server = await data.StartAsync(
            Provider.Issuer,
            App.ClientId,
            Clock,
            "Authorization:Introspection=false",
            $"Authorization:Clients:{data.AppId}:Subject=service-account"
        );
    }

    /// <summary>The authority goes, comes back, and signs with another key.</summary>
    public async Task ChangeKeyAsync()
    {
        Provider.Dispose();
        Signing = (NewKey(), "second");
        await StartProviderAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Provider.Dispose();
        data.Dispose();
    }

    private async Task StartProviderAsync() =>
        Provider = await OidcProvider.StartAsync(
            new(BankData.Audience, App)
            {
                Address = address,
                Signing = Signing,
                Customers = new Dictionary<string, string> { ["user-1"] = data.CustomerId },
            }
        );

    private static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);
}

/// <summary>npm oidc-provider as the authority, with JWTs (RFC 9068): the bank reads them by the keys it publishes.</summary>
public sealed class JwtTokenTests(JwtAuthority authority) : IClassFixture<JwtAuthority>, IDisposable
{
    private const string Stocks = "/v1/coupon-stocks";

    private readonly PartnerElsewhere partner = new(
        authority.App,
        authority.Provider.Address,
        authority.Server.Address
    );

    public void Dispose()
    {
        partner.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_app_and_a_customer_are_served()
    {
        var ofApp = await partner.AppTokenAsync();
        var ofCustomer = await partner.CustomerTokenAsync("user-1", """[{"type":"account_information"}]""");

        Assert.Equal(200, (await partner.GetAsync(Stocks, ofApp)).Status);
        Assert.Equal(200, (await partner.GetAsync(Stocks, ofApp)).Status);
        var accounts = (await partner.GetAsync("/v1/accounts", ofCustomer)).Json["data"]!.AsArray();
        Assert.Equal(
            authority.Data.ShownCustomerId,
            Assert.Single(accounts)!["customer_id"]!.GetValue<string>()
        );
    }

    [Fact]
    public async Task A_token_made_like_the_authoritys_is_as_good() =>
        Assert.Equal(200, (await partner.GetAsync(Stocks, NewToken())).Status);

    public static TheoryData<string, string> RightClaims =>
        new()
        {
            { "aud", """["https://other.example","https://open.bank.example"]""" },
            { "sub", "null" },
            { "sub", "\"service-account\"" },
            { "nbf", "0" },
        };

    [Theory]
    [MemberData(nameof(RightClaims))]
    public async Task What_the_standard_leaves_open_is_taken(string claim, string value)
    {
        var token = NewToken(change: (_, payload) => payload[claim] = JsonNode.Parse(value));

        Assert.Equal(200, (await partner.GetAsync(Stocks, token)).Status);
    }

    [Fact]
    public async Task A_client_may_be_named_by_azp()
    {
        var token = NewToken(
            change: (_, payload) =>
            {
                payload.Remove("client_id");
                payload["azp"] = authority.App.ClientId;
            }
        );

        Assert.Equal(200, (await partner.GetAsync(Stocks, token)).Status);
    }

    public static TheoryData<string, string?> WrongClaims =>
        new()
        {
            { "iss", "\"https://other.example\"" },
            { "iss", null },
            { "aud", "\"https://other.example\"" },
            { "aud", "[]" },
            { "aud", null },
            { "exp", "1000000000" },
            { "exp", "\"tomorrow\"" },
            { "exp", null },
            { "nbf", "9000000000" },
            { "cnf", "{}" },
            { "cnf", "{\"jkt\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}" },
            { "cnf", null },
            { "client_id", "\"stranger\"" },
            { "client_id", null },
            { "sub", "\"user-9\"" },
        };

    [Theory]
    [MemberData(nameof(WrongClaims))]
    public async Task A_wrong_claim_is_refused(string claim, string? value)
    {
        var token = NewToken(
            change: (_, payload) =>
            {
                payload.Remove(claim);
                if (value is not null)
                {
                    payload[claim] = JsonNode.Parse(value);
                }
            }
        );

        await RefusedAsync(token);
    }

    public static TheoryData<string, string?> WrongHeaders =>
        new()
        {
            { "typ", "JWT" },
            { "typ", null },
            { "alg", "RS256" },
            { "alg", "none" },
            { "alg", "HS256" },
            { "kid", "unknown" },
            { "kid", null },
            { "jku", "https://other.example/jwks" },
            { "crit", "exp" },
        };

    [Theory]
    [MemberData(nameof(WrongHeaders))]
    public async Task A_wrong_header_is_refused(string name, string? value)
    {
        var token = NewToken(
            change: (header, _) =>
            {
                header.Remove(name);
                if (value is not null)
                {
                    header[name] = value;
                }
            }
        );

        await RefusedAsync(token);
    }

    [Fact]
    public async Task A_token_that_somebody_else_signed_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await RefusedAsync(NewToken(key));
    }

    [Fact]
    public async Task An_opaque_token_cannot_be_read_where_nobody_is_asked() =>
        await RefusedAsync("b3BhcXVl");

    [Fact]
    public async Task A_new_key_is_taken_up_and_what_the_old_one_signed_goes_with_it()
    {
        var old = await partner.AppTokenAsync();
        Assert.Equal(200, (await partner.GetAsync(Stocks, old)).Status);

        await authority.ChangeKeyAsync();
        var token = await partner.AppTokenAsync();
        // Keys were fetched a moment ago: an unknown name does not bring the next fetch yet.
        await RefusedAsync(token);
        authority.Clock.Ahead += TimeSpan.FromSeconds(11);

        Assert.Equal(200, (await partner.GetLaterAsync(Stocks, token, authority.Clock.Ahead)).Status);
        await RefusedAsync(old);
        authority.Clock.Ahead = TimeSpan.Zero;
    }

    private async Task RefusedAsync(string token)
    {
        var answer = await partner.GetLaterAsync(Stocks, token, authority.Clock.Ahead);
        Assert.Equal((401, ProblemCodes.InvalidToken), (answer.Status, answer.Code));
    }

    private string NewToken(ECDsa? key = null, Action<JsonObject, JsonObject>? change = null) =>
        TokenMaker.New(
            authority.Provider.Issuer,
            authority.App.ClientId,
            partner.Bank.DpopKey,
            key ?? authority.Signing.Key,
            authority.Signing.Id,
            change
        );
}
