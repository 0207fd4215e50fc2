using System.Text.Json.Nodes;
using OpenBanking.Server.Authorization.Authority;
using Xunit;

namespace OpenBanking.Tests.Http.Authority;

/// <summary>The bank with npm oidc-provider as its authority, which gives opaque tokens.</summary>
public sealed class OpaqueAuthority : IAsyncLifetime
{
    /// <summary>A customer by the authority's own name.</summary>
    public const string Customer = "user-1";

    /// <summary>Whose customer id is the one that partners see, which leads nowhere.</summary>
    public const string WrongCustomer = "user-2";

    private readonly RawIdentity app = new("video-app", ClientKey.CreateEs256());
    private readonly RawIdentity bank = new("the-bank", ClientKey.CreateEs256());
    private BankData data = null!;

    public RawIdentity App => app;

    public RawIdentity Stranger { get; } = new("stranger", ClientKey.CreateEs256());

    public OidcProvider Provider { get; private set; } = null!;

    public TestServer Server { get; private set; } = null!;

    internal BankData Data => data;

    internal ShiftedClock Clock { get; } = new();

    public async ValueTask InitializeAsync()
    {
        data = await BankData.WriteAsync();
        Provider = await OidcProvider.StartAsync(
            new(BankData.Audience, app, Stranger)
            {
                ResourceServer = bank,
                IsOpaque = true,
                Customers = new Dictionary<string, string>
                {
                    [Customer] = data.CustomerId,
                    [WrongCustomer] = data.ShownCustomerId,
                },
            }
        );
        var keyFile = Path.Combine(data.Folder, "authority.key");
        await File.WriteAllTextAsync(keyFile, bank.Key.ToPem());
        Server = await data.StartAsync(
            Provider.Issuer,
            app.ClientId,
            Clock,
            "Authorization:ClientId=the-bank",
            $"Authorization:ClientKeyFile={keyFile}"
        );
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Provider.Dispose();
        data.Dispose();
    }
}

/// <summary>npm oidc-provider as the authority, with opaque tokens: the bank asks it what each one is.</summary>
public sealed class OpaqueTokenTests(OpaqueAuthority authority) : IClassFixture<OpaqueAuthority>, IDisposable
{
    private const string AllActions = """[{"type":"account_information"}]""";

    private readonly PartnerElsewhere partner = new(
        authority.App,
        authority.Provider.Address,
        authority.Server.Address
    );

    public void Dispose()
    {
        authority.Clock.Ahead = TimeSpan.Zero;
        partner.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_app_and_a_customer_are_served_and_what_is_not_allowed_is_not()
    {
        var ofApp = await partner.AppTokenAsync();
        var ofCustomer = await partner.CustomerTokenAsync(OpaqueAuthority.Customer, AllActions);

        Assert.Equal(200, (await partner.GetAsync("/v1/coupon-stocks", ofApp)).Status);
        var accounts = await partner.GetAsync("/v1/accounts", ofCustomer);
        var account = Assert.Single(accounts.Json["data"]!.AsArray())!;
        Assert.Equal(authority.Data.ShownCustomerId, Text(account, "customer_id"));
        Assert.Equal(10_000, account["balance"]!["available"]!["amount"]!.GetValue<long>());
        var statement = await partner.GetAsync(
            $"/v1/accounts/{Text(account, "id")}/transactions",
            ofCustomer
        );
        Assert.Equal("top_up", Text(statement.Json["data"]![0]!, "kind"));

        await RefusedAsync(403, ProblemCodes.InsufficientScope, "/v1/accounts", ofApp);
        await RefusedAsync(403, ProblemCodes.InsufficientScope, "/v1/coupon-stocks", ofCustomer);
        await RefusedAsync(403, ProblemCodes.InsufficientScope, "/v1/coupons", ofCustomer);
    }

    [Fact]
    public async Task The_details_say_how_far_a_customers_token_goes()
    {
        var narrow = await partner.CustomerTokenAsync(
            OpaqueAuthority.Customer,
            """[{"type":"account_information","actions":["read_accounts"]}]"""
        );
        var elsewhere = await partner.CustomerTokenAsync(
            OpaqueAuthority.Customer,
            """[{"type":"account_information","locations":["https://other.example"]}]"""
        );
        var wallet = await partner.CustomerTokenAsync(
            OpaqueAuthority.Customer,
            """[{"type":"coupon_wallet"}]"""
        );

        var account = (await partner.GetAsync("/v1/accounts", narrow)).Json["data"]![0]!;
        Assert.Null(account["balance"]);
        var statement = $"/v1/accounts/{Text(account, "id")}/transactions";
        await RefusedAsync(403, ProblemCodes.InsufficientScope, statement, narrow);
        await RefusedAsync(403, ProblemCodes.InsufficientScope, "/v1/accounts", elsewhere);
        await RefusedAsync(403, ProblemCodes.InsufficientScope, "/v1/accounts", wallet);
        await RefusedAsync(403, ProblemCodes.InsufficientScope, "/v1/coupons", wallet);
    }

    [Fact]
    public async Task An_account_that_is_named_must_be_the_customers()
    {
        var named = await partner.CustomerTokenAsync(
            OpaqueAuthority.Customer,
            """[{"type":"account_information","identifier":"acct_00000000000000000000000000"}]"""
        );

        await RefusedAsync(401, ProblemCodes.InvalidToken, "/v1/accounts", named);
    }

    /// <summary>The id a partner sees is no id of the bank's: whoever learns it cannot be taken for the customer.</summary>
    [Theory]
    [InlineData(OpaqueAuthority.WrongCustomer)]
    [InlineData("user-3")]
    public async Task A_subject_that_is_no_customer_here_is_refused(string subject)
    {
        var token = await partner.CustomerTokenAsync(subject, AllActions);

        await RefusedAsync(401, ProblemCodes.InvalidToken, "/v1/accounts", token);
        // Nor is it taken for a token of the app itself.
        await RefusedAsync(401, ProblemCodes.InvalidToken, "/v1/coupon-stocks", token);
    }

    [Fact]
    public async Task A_token_that_was_taken_back_goes_on_for_thirty_seconds_at_the_most()
    {
        Assert.Equal(TimeSpan.FromSeconds(30), new AuthorityOptions().IntrospectionKept);
        var token = await partner.AppTokenAsync();
        Assert.Equal(200, (await partner.GetAsync("/v1/coupon-stocks", token)).Status);

        Assert.Equal(200, (await partner.RevokeAsync(token)).Status);
        authority.Clock.Ahead = TimeSpan.FromSeconds(30);

        await RefusedAsync(401, ProblemCodes.InvalidToken, "/v1/coupon-stocks", token);
        Assert.Equal(
            200,
            (await partner.GetAsync("/v1/coupon-stocks", await partner.AppTokenAsync())).Status
        );
    }

    [Fact]
    public async Task Another_audience_another_client_and_another_key_are_refused()
    {
        using var unknown = new PartnerElsewhere(
            authority.Stranger,
            authority.Provider.Address,
            authority.Server.Address
        );
        using var thief = new RawClient(authority.App, authority.Server.Address);
        var token = await partner.AppTokenAsync();

        await RefusedAsync(
            401,
            ProblemCodes.InvalidToken,
            "/v1/coupon-stocks",
            await partner.AppTokenAsync("https://other.example")
        );
        var ofStranger = await unknown.GetAsync("/v1/coupon-stocks", await unknown.AppTokenAsync());
        Assert.Equal((401, ProblemCodes.InvalidToken), (ofStranger.Status, ofStranger.Code));
        var ofThief = await thief.CallAsync(HttpMethod.Get, "/v1/coupon-stocks", token);
        Assert.Equal((401, ProblemCodes.InvalidToken), (ofThief.Status, ofThief.Code));
        Assert.Equal(200, (await partner.GetAsync("/v1/coupon-stocks", token)).Status);
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("a b")]
    [InlineData("a.b.c")]
    [InlineData("....")]
    [InlineData("%00")]
    public async Task What_is_no_token_of_the_authority_is_refused(string text) =>
        await RefusedAsync(401, ProblemCodes.InvalidToken, "/v1/coupon-stocks", text);

    [Fact]
    public async Task A_proof_is_needed_and_good_once()
    {
        var token = await partner.AppTokenAsync();
        var without = await partner.Bank.CallAsync(
            HttpMethod.Get,
            "/v1/coupon-stocks",
            token,
            change: request => request.Headers.Remove("DPoP")
        );
        Assert.Equal((401, ProblemCodes.InvalidProof), (without.Status, without.Code));

        string? proof = null;
        var first = await partner.Bank.CallAsync(
            HttpMethod.Get,
            "/v1/coupon-stocks",
            token,
            change: request => proof = request.Headers.GetValues("DPoP").Single()
        );
        var again = await partner.Bank.CallAsync(
            HttpMethod.Get,
            "/v1/coupon-stocks",
            token,
            change: request =>
            {
                request.Headers.Remove("DPoP");
                request.Headers.TryAddWithoutValidation("DPoP", proof);
            }
        );
        Assert.Equal(200, first.Status);
        Assert.Equal((401, ProblemCodes.ProofReused), (again.Status, again.Code));
    }

    [Fact]
    public async Task The_sdk_works_with_the_authority_and_the_bank_apart()
    {
        var client = new OpenBankingClient(
            new OpenBankingOptions
            {
                Authority = authority.Provider.Address,
                ApiAddress = authority.Server.Address,
                ClientId = authority.App.ClientId,
                Key = authority.App.Key,
            }
        );

        Assert.NotNull(await client.Coupons.ListStocksAsync(cancellationToken: default).FirstAsync());
    }

    [Theory]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/.well-known/oauth-authorization-server")]
    [InlineData("/oauth/jwks")]
    [InlineData("/oauth/authorize?client_id=a&request_uri=b")]
    [InlineData("/oauth/token")]
    [InlineData("/oauth/par")]
    [InlineData("/oauth/introspect")]
    [InlineData("/oauth/userinfo")]
    public async Task The_banks_own_authorization_server_is_gone_and_says_where_to_go(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(authority.Server.Address, path));
        var answer = await partner.Bank.SendAsync(request);

        Assert.Equal((404, ProblemCodes.NotFound), (answer.Status, answer.Code));
        Assert.Contains(authority.Provider.Issuer, Text(answer.Json, "detail"));
    }

    [Fact]
    public async Task The_resource_says_whose_tokens_it_takes()
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(authority.Server.Address, "/.well-known/oauth-protected-resource")
        );
        var answer = (await partner.Bank.SendAsync(request)).Json;

        Assert.Equal(BankData.Audience, Text(answer, "resource"));
        Assert.Equal(
            authority.Provider.Issuer,
            answer["authorization_servers"]!.AsArray().Single()!.GetValue<string>()
        );
        Assert.True(answer["dpop_bound_access_tokens_required"]!.GetValue<bool>());
    }

    private async Task RefusedAsync(int status, string code, string path, string token)
    {
        var answer = await partner.GetLaterAsync(path, token, authority.Clock.Ahead);
        Assert.Equal((status, code), (answer.Status, answer.Code));
    }

    private static string Text(JsonNode json, string member) => json[member]!.GetValue<string>();
}
