using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http.Fapi;

/// <summary>Modules of the OpenID conformance plan for FAPI 2.0, each by its name: DPoP at PAR, token endpoint and
/// API. The sub-cases of dpop-negative-tests are in <see cref="DpopNegativeTests"/>.</summary>
public sealed class DpopModules(SharedServer shared) : RawClientTests(shared)
{
    [Fact]
    public Task Check_dpop_proof_nbf_exp() =>
        AssertAcceptedEverywhereAsync(
            (_, claims) =>
            {
                claims["nbf"] = Seconds(0);
                claims["exp"] = Seconds(60);
            }
        );

    [Fact]
    public Task Ensure_dpopproof_with_iat_10seconds_before_succeeds() =>
        AssertAcceptedEverywhereAsync((_, claims) => claims["iat"] = Seconds(-10));

    [Fact]
    public Task Ensure_dpopproof_with_iat_10seconds_after_succeeds() =>
        AssertAcceptedEverywhereAsync((_, claims) => claims["iat"] = Seconds(10));

    [Fact]
    public async Task Ensure_mismatched_dpop_jkt_fails()
    {
        var answer = await Client.PushAsync(("dpop_jkt", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"));
        Assert.Equal((400, "invalid_dpop_proof"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt()
    {
        var (code, redirect) = await Client.AuthorizeAsync();
        using var otherKey = new RawClient(Client.Partner, Client.Server);
        var answer = await otherKey.RedeemAsync(code, redirect);
        Assert.Equal((400, "invalid_dpop_proof"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Ensure_token_endpoint_fails_with_mismatched_dpop_jkt()
    {
        var pushed = await Client.PushProvenAsync(
            proof: null,
            withProof: false,
            ("dpop_jkt", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
        );
        var back = await Client.ComeBackAsync(pushed);
        var answer = await Client.RedeemAsync(back["code"].ToString(), TestPartner.RedirectUri.ToString());
        Assert.Equal((400, "invalid_dpop_proof"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Ensure_dpopproof_at_par_endpoint_binding_success() =>
        Assert.NotNull((await Client.TokensAsync())["access_token"]);

    [Fact]
    public async Task Ensure_dpop_auth_code_binding_success()
    {
        var thumbprint = Server
            .Authorization.PublicKey.Read(
                System.Text.Json.JsonSerializer.SerializeToElement(RawClient.PublicJwkOf(Client.DpopKey))
            )!
            .Thumbprint;
        Assert.NotNull((await Client.TokensAsync(("dpop_jkt", thumbprint)))["access_token"]);
    }

    /// <summary>What is wrong with a proof at the API is wrong at the authorization server, too.</summary>
    [Theory]
    [InlineData("/oauth/par")]
    [InlineData("/oauth/token")]
    public async Task A_wrong_proof_is_refused_at_the_authorization_server(string path)
    {
        foreach (
            var (what, change, _) in DpopNegativeTests.Refused.Where(test =>
                test.What is not ("no ath" or "another ath")
            )
        )
        {
            var answer = await Client.PostFormAsync(
                path,
                [.. AuthorizationFlow.Request, ("grant_type", "client_credentials"), ("scope", null)],
                proof: change
            );
            Assert.True(
                (answer.Status, answer.Code) == (400, "invalid_dpop_proof"),
                $"{what}: {answer.Text}"
            );
        }
    }

    private async Task AssertAcceptedEverywhereAsync(Action<JsonObject, JsonObject> change)
    {
        Assert.Equal(201, (await Client.PushProvenAsync(change)).Status);
        var token = await Client.PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials")],
            proof: change
        );
        Assert.Equal(200, token.Status);
        var call = await Client.CallAsync(
            HttpMethod.Get,
            "/v1/coupon-stocks",
            token.Json["access_token"]!.GetValue<string>(),
            proof: change
        );
        Assert.Equal(200, call.Status);
    }

    private static long Seconds(int fromNow) => DateTimeOffset.UtcNow.ToUnixTimeSeconds() + fromNow;
}

/// <summary>The module dpop-negative-tests: its sub-cases at the API, and the errors they must give.</summary>
public sealed class DpopNegativeTests(SharedServer shared) : RawClientTests(shared)
{
    private const string Route = "/v1/coupon-stocks";

    /// <summary>What is done to a proof's header and claims, and the code it is refused with.</summary>
    internal static IReadOnlyList<(
        string What,
        Action<JsonObject, JsonObject> Change,
        string Code
    )> Refused { get; } =
    [
        ("no typ", (header, _) => header.Remove("typ"), ProblemCodes.InvalidProof),
        ("no alg", (header, _) => header.Remove("alg"), ProblemCodes.InvalidProof),
        ("no jwk", (header, _) => header.Remove("jwk"), ProblemCodes.InvalidProof),
        ("no jti", (_, claims) => claims.Remove("jti"), ProblemCodes.InvalidProof),
        ("no htm", (_, claims) => claims.Remove("htm"), ProblemCodes.InvalidProof),
        ("no htu", (_, claims) => claims.Remove("htu"), ProblemCodes.InvalidProof),
        ("no iat", (_, claims) => claims.Remove("iat"), ProblemCodes.InvalidProof),
        ("no ath", (_, claims) => claims.Remove("ath"), ProblemCodes.InvalidProof),
        ("wrong typ", (header, _) => header["typ"] = "JWT", ProblemCodes.InvalidProof),
        ("RS256", (header, _) => header["alg"] = "RS256", ProblemCodes.InvalidProof),
        ("none", (header, _) => header["alg"] = "none", ProblemCodes.InvalidProof),
        ("a private key in jwk", (header, _) => header["jwk"]!["d"] = "AAAA", ProblemCodes.InvalidProof),
        ("wrong htm", (_, claims) => claims["htm"] = "DELETE", ProblemCodes.InvalidProof),
        (
            "htu of another URL",
            (_, claims) => claims["htu"] = "https://rs.example/v1",
            ProblemCodes.InvalidProof
        ),
        ("iat an hour past", (_, claims) => claims["iat"] = Seconds(-3600), ProblemCodes.InvalidProof),
        ("iat an hour ahead", (_, claims) => claims["iat"] = Seconds(3600), ProblemCodes.InvalidProof),
        ("another ath", (_, claims) => claims["ath"] = "AAAA", ProblemCodes.InvalidProof),
    ];

    /// <summary>What is done to a request, and the code it is refused with.</summary>
    private static readonly (string What, Action<HttpRequestMessage> Change, string Code)[] refusedRequests =
    [
        (
            "two headers",
            request => request.Headers.TryAddWithoutValidation("DPoP", ProofOf(request)),
            ProblemCodes.InvalidProof
        ),
        ("malformed", request => Replace(request, "DPoP", "a.b.c"), ProblemCodes.InvalidProof),
        (
            "broken signature",
            request => Replace(request, "DPoP", Broken(ProofOf(request))),
            ProblemCodes.InvalidProof
        ),
        ("no proof", request => request.Headers.Remove("DPoP"), ProblemCodes.InvalidProof),
        (
            "Bearer",
            request => Replace(request, "Authorization", $"Bearer {TokenOf(request)}"),
            ProblemCodes.InvalidToken
        ),
        (
            "token in the query",
            request => request.RequestUri = new(request.RequestUri + $"?access_token={TokenOf(request)}"),
            ProblemCodes.InvalidToken
        ),
    ];

    private static readonly (string What, Action<JsonObject, JsonObject> Change)[] accepted =
    [
        ("htu with query and fragment", (_, claims) => claims["htu"] += "?a=b#c"),
        ("htu scheme and host in capitals", (_, claims) => claims["htu"] = Capitals((string)claims["htu"]!)),
        ("unknown header members", (header, _) => header["surprise"] = new JsonArray(1)),
        ("unknown claims", (_, claims) => claims["surprise"] = new JsonObject { ["a"] = 1 }),
    ];

    [Fact]
    public async Task Dpop_negative_tests()
    {
        var token = await Client.AppTokenAsync();
        foreach (var (what, change, code) in Refused)
        {
            AssertRefused(what, code, await Client.CallAsync(HttpMethod.Get, Route, token, proof: change));
        }

        foreach (var (what, change, code) in refusedRequests)
        {
            AssertRefused(what, code, await Client.CallAsync(HttpMethod.Get, Route, token, change: change));
        }

        using var thief = new RawClient(Client.Partner, Client.Server);
        AssertRefused(
            "another key",
            ProblemCodes.InvalidToken,
            await thief.CallAsync(HttpMethod.Get, Route, token)
        );
        foreach (var (what, change) in accepted)
        {
            var answer = await Client.CallAsync(HttpMethod.Get, Route, token, proof: change);
            Assert.True(answer.Status == 200, $"{what}: {answer.Text}");
        }

        await AssertReplayIsRefusedAsync(token);
        Assert.Equal(200, (await Client.CallAsync(HttpMethod.Get, Route, token)).Status);
    }

    private async Task AssertReplayIsRefusedAsync(string token)
    {
        var proof = "";
        await Client.CallAsync(HttpMethod.Get, Route, token, change: request => proof = ProofOf(request));
        var again = await Client.CallAsync(
            HttpMethod.Get,
            Route,
            token,
            change: request => Replace(request, "DPoP", proof)
        );
        AssertRefused("replay", ProblemCodes.ProofReused, again, ProblemCodes.InvalidProof);
    }

    /// <param name="error">What the challenge says; the code where it is null.</param>
    private static void AssertRefused(string what, string code, RawAnswer answer, string? error = null)
    {
        Assert.True((answer.Status, answer.Code) == (401, code), $"{what}: {answer.Status} {answer.Text}");
        Assert.Contains($"DPoP error=\"{error ?? code}\"", answer.Headers.WwwAuthenticate.ToString());
        Assert.NotEmpty(answer.Headers.GetValues("DPoP-Nonce").Single());
    }

    private static string ProofOf(HttpRequestMessage request) => request.Headers.GetValues("DPoP").First();

    private static string TokenOf(HttpRequestMessage request) =>
        request.Headers.GetValues("Authorization").Single()["DPoP ".Length..];

    private static string Broken(string proof) =>
        proof[..^6] + (proof.EndsWith("AAAAAA", StringComparison.Ordinal) ? "BBBBBB" : "AAAAAA");

    private static string Capitals(string address)
    {
        var uri = new Uri(address);
        return $"HTTP://{uri.Authority.ToUpperInvariant()}{uri.AbsolutePath}";
    }

    private static void Replace(HttpRequestMessage request, string header, string value)
    {
        request.Headers.Remove(header);
        request.Headers.TryAddWithoutValidation(header, value);
    }

    private static long Seconds(int fromNow) => DateTimeOffset.UtcNow.ToUnixTimeSeconds() + fromNow;
}
