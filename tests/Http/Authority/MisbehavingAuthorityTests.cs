using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace OpenBanking.Tests.Http.Authority;

/// <summary>A bank whose authority a test can break. Its data is written once.</summary>
public sealed class StubbedBank : IAsyncLifetime
{
    internal BankData Data { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Data = await BankData.WriteAsync();

    public ValueTask DisposeAsync()
    {
        Data.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>An authority that cannot be reached, or says what it must not: nobody gets in meanwhile, nothing breaks, and
/// what counts again counts again.</summary>
public sealed class MisbehavingAuthorityTests(StubbedBank bank) : IClassFixture<StubbedBank>, IAsyncLifetime
{
    private const string Stocks = "/v1/coupon-stocks";
    private const string Secret = "s:cret";

    private readonly RawIdentity app = new("video-app", ClientKey.CreateEs256());
    private readonly ShiftedClock clock = new();
    private StubAuthority authority = null!;
    private TestServer server = null!;
    private RawClient client = null!;

    public async ValueTask InitializeAsync()
    {
        authority = await StubAuthority.StartAsync();
        server = await bank.Data.StartAsync(
            authority.Issuer,
            app.ClientId,
            clock,
            "Authorization:ClientId=the-bank",
            $"Authorization:ClientSecret={Secret}"
        );
        client = new(app, server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await server.DisposeAsync();
        await authority.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_jwt_is_asked_about_with_the_banks_secret_and_the_answer_counts_for_thirty_seconds()
    {
        string? authorization = null;
        authority.Introspection = context =>
        {
            authorization = context.Request.Headers.Authorization;
            return Results.Json(new JsonObject { ["active"] = true });
        };
        var token = NewToken();
        Assert.All(
            await Task.WhenAll(StatusOf(token), StatusOf(token), StatusOf(token)),
            status => Assert.Equal(200, status)
        );
        Assert.Equal(1, authority.Asked["/introspect"]);
        Assert.Equal(
            "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("the-bank:s%3Acret")),
            authorization
        );

        authority.Introspection = _ => Results.Json(new JsonObject { ["active"] = false });
        clock.Ahead = TimeSpan.FromSeconds(29);
        Assert.Equal(200, await StatusOf(token));
        clock.Ahead = TimeSpan.FromSeconds(31);
        await AnsweredAsync(401, ProblemCodes.InvalidToken, token);
        Assert.Equal(2, authority.Asked["/introspect"]);
    }

    [Fact]
    public async Task What_the_authority_says_now_counts_for_more_than_what_it_wrote()
    {
        authority.Introspection = _ =>
            Results.Json(new JsonObject { ["active"] = true, ["scope"] = Scopes.Webhooks });

        await AnsweredAsync(403, ProblemCodes.InsufficientScope, NewToken());
    }

    public static TheoryData<string> BrokenAnswers =>
        [
            "status 500",
            "status 401",
            "status 403",
            "redirect",
            "not json",
            "an array",
            "no active",
            "active twice",
            "too long",
        ];

    [Theory]
    [MemberData(nameof(BrokenAnswers))]
    public async Task While_nobody_knows_whether_a_token_counts_it_does_not(string broken)
    {
        var right = authority.Introspection;
        authority.Introspection = _ => Broken(broken);
        var token = NewToken();

        await AnsweredAsync(503, ProblemCodes.AuthorizationServerUnavailable, token);
        // Nobody asks again at once.
        await AnsweredAsync(503, ProblemCodes.AuthorizationServerUnavailable, token);
        Assert.Equal(1, authority.Asked["/introspect"]);

        authority.Introspection = right;
        await WaitUntilServedAsync(token);
    }

    [Fact]
    public async Task An_authority_that_is_not_there_lets_nobody_in_and_is_found_when_it_comes()
    {
        var token = NewToken();
        await authority.DisposeAsync();

        var answer = await GetAsync(token);
        Assert.Equal((503, ProblemCodes.AuthorizationServerUnavailable), (answer.Status, answer.Code));
        Assert.True(answer.Json["retryable"]!.GetValue<bool>());
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta);

        authority = await StubAuthority.StartAsync(authority.Address);
        await WaitUntilServedAsync(NewToken());
    }

    [Theory]
    [InlineData("issuer", "https://other.example")]
    [InlineData("jwks_uri", "http://keys.example/keys")]
    [InlineData("introspection_endpoint", "http://introspection.example/")]
    public async Task What_an_authority_says_of_itself_must_be_right_and_safe(string member, string value)
    {
        authority.Metadata = _ =>
        {
            var document = authority.Describe();
            document[member] = value;
            return Results.Json(document);
        };

        await AnsweredAsync(503, ProblemCodes.AuthorizationServerUnavailable, NewToken());
    }

    [Fact]
    public async Task Made_up_names_of_keys_do_not_make_the_bank_ask_on_and_on()
    {
        Assert.Equal(200, await StatusOf(NewToken()));
        for (var i = 0; i < 20; i++)
        {
            var name = $"made-up-{i}";
            await AnsweredAsync(
                401,
                ProblemCodes.InvalidToken,
                NewToken((header, _) => header["kid"] = name)
            );
        }

        Assert.Equal(1, authority.Asked["/keys"]);
        clock.Ahead = TimeSpan.FromSeconds(11);
        await AnsweredAsync(401, ProblemCodes.InvalidToken, NewToken((header, _) => header["kid"] = "x"));
        await AnsweredAsync(401, ProblemCodes.InvalidToken, NewToken((header, _) => header["kid"] = "y"));
        Assert.Equal(2, authority.Asked["/keys"]);
    }

    [Fact]
    public async Task What_is_refused_by_itself_is_not_asked_about()
    {
        await AnsweredAsync(401, ProblemCodes.InvalidToken, NewToken((_, payload) => payload["aud"] = "x"));
        await AnsweredAsync(
            401,
            ProblemCodes.InvalidToken,
            NewToken((_, payload) => payload["client_id"] = "x")
        );

        Assert.False(authority.Asked.ContainsKey("/introspect"));
    }

    [Fact]
    public async Task Keys_that_are_not_for_signatures_count_for_nothing()
    {
        authority.Keys = _ =>
        {
            var keys = StubAuthority.KeySet(authority.Key);
            keys["keys"]![0]!["use"] = "enc";
            return Results.Json(keys);
        };

        await AnsweredAsync(401, ProblemCodes.InvalidToken, NewToken());
    }

    private static IResult Broken(string how) =>
        how switch
        {
            "status 500" => Results.StatusCode(500),
            "status 401" => Results.StatusCode(401),
            "status 403" => Results.StatusCode(403),
            "redirect" => Results.Redirect("/elsewhere"),
            "not json" => Results.Text("active"),
            "an array" => Results.Text("[true]"),
            "no active" => Results.Text("""{"active":"true"}"""),
            "active twice" => Results.Text("""{"active":false,"active":true}"""),
            _ => Results.Text($$"""{"active":true,"more":"{{new string('x', 300_000)}}"}"""),
        };

    private async Task WaitUntilServedAsync(string token)
    {
        for (var i = 0; await StatusOf(token) != 200; i++)
        {
            Assert.True(i < 100, "It was never served again.");
            await Task.Delay(100);
        }
    }

    private async Task<int> StatusOf(string token) => (await GetAsync(token)).Status;

    private async Task AnsweredAsync(int status, string code, string token)
    {
        var answer = await GetAsync(token);
        Assert.Equal((status, code), (answer.Status, answer.Code));
    }

    private Task<RawAnswer> GetAsync(string token) =>
        client.CallAsync(
            HttpMethod.Get,
            Stocks,
            token,
            proof: (_, payload) => payload["iat"] = (DateTimeOffset.UtcNow + clock.Ahead).ToUnixTimeSeconds()
        );

    private string NewToken(Action<JsonObject, JsonObject>? change = null) =>
        TokenMaker.New(
            authority.Issuer,
            app.ClientId,
            client.DpopKey,
            authority.Key,
            StubAuthority.KeyId,
            change
        );
}
