using System.Buffers.Text;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What a request of the API must prove (FAPI 2.0 SP §5.3.4, RFC 9449 §4.3, §7).</summary>
public sealed class TokenTests(SharedServer shared) : RawClientTests(shared)
{
    private const string Route = "/v1/coupon-stocks";
    private string token = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        token = await Client.AppTokenAsync();
    }

    /// <summary>What is done to the proof's header and claims; the key they are signed with stays.</summary>
    public static TheoryData<string, Action<JsonObject, JsonObject>> WrongProofs =>
        new()
        {
            { "no typ", (header, _) => header.Remove("typ") },
            { "another typ", (header, _) => header["typ"] = "JWT" },
            { "no alg", (header, _) => header.Remove("alg") },
            { "alg none", (header, _) => header["alg"] = "none" },
            { "alg RS256", (header, _) => header["alg"] = "RS256" },
            { "alg of another key type", (header, _) => header["alg"] = "PS256" },
            { "no jwk", (header, _) => header.Remove("jwk") },
            { "a private jwk", (header, _) => header["jwk"]!["d"] = "AAAA" },
            {
                "a symmetric jwk",
                (header, _) => header["jwk"] = new JsonObject { ["kty"] = "oct", ["k"] = "AAAA" }
            },
            {
                "an RSA jwk without e",
                (header, _) =>
                {
                    header["alg"] = "PS256";
                    header["jwk"] = new JsonObject { ["kty"] = "RSA", ["n"] = new string('x', 341) + "Q" };
                }
            },
            {
                "a point off the curve",
                (header, _) => header["jwk"]!["y"] = header["jwk"]!["x"]!.DeepClone()
            },
            { "another key's jwk", (header, _) => header["jwk"] = OtherJwk() },
            { "critical extensions", (header, _) => header["crit"] = new JsonArray("b64") },
            { "keys elsewhere, x5u", (header, _) => header["x5u"] = "https://keys.example/" },
            { "keys elsewhere, jku", (header, _) => header["jku"] = "https://keys.example/" },
            { "no jti", (_, claims) => claims.Remove("jti") },
            { "an empty jti", (_, claims) => claims["jti"] = "" },
            { "a jti that is no text", (_, claims) => claims["jti"] = 7 },
            { "a huge jti", (_, claims) => claims["jti"] = new string('j', 300) },
            { "no htm", (_, claims) => claims.Remove("htm") },
            { "another htm", (_, claims) => claims["htm"] = "POST" },
            { "htm in another case", (_, claims) => claims["htm"] = "get" },
            { "no htu", (_, claims) => claims.Remove("htu") },
            { "htu of another path", (_, claims) => claims["htu"] = claims["htu"] + "/x" },
            { "htu of another host", (_, claims) => claims["htu"] = "https://bank.example" + Route },
            { "no iat", (_, claims) => claims.Remove("iat") },
            { "an iat that is no number", (_, claims) => claims["iat"] = "now" },
            { "iat an hour ago", (_, claims) => claims["iat"] = Seconds(-3600) },
            { "iat in an hour", (_, claims) => claims["iat"] = Seconds(3600) },
            { "no ath", (_, claims) => claims.Remove("ath") },
            { "another ath", (_, claims) => claims["ath"] = "AAAA" },
        };

    [Theory]
    [MemberData(nameof(WrongProofs), DisableDiscoveryEnumeration = true)]
    public async Task A_wrong_proof_is_refused(string what, Action<JsonObject, JsonObject> change)
    {
        var answer = await Client.CallAsync(HttpMethod.Get, Route, token, proof: change);
        Assert.True(answer.Status == 401, what);
        Assert.Equal(ProblemCodes.InvalidProof, answer.Code);
        Assert.Contains("error=\"invalid_dpop_proof\"", answer.Headers.WwwAuthenticate.ToString());
    }

    [Theory]
    [InlineData("""{"typ":"\ud800","alg":"ES256"}""", "{}")]
    [InlineData("""{"\ud800":1}""", """{"jti":"\ud800"}""")]
    [InlineData("""{"typ":"dpop+jwt","typ":"dpop+jwt"}""", "{}")]
    [InlineData("[]", "{}")]
    [InlineData("{}", "7")]
    public async Task A_proof_that_is_no_sound_json_is_refused(string header, string claims)
    {
        var answer = await Client.CallAsync(
            HttpMethod.Get,
            Route,
            token,
            change: request => Replace(request, RawClient.Sign(header, claims, Client.DpopKey))
        );
        Assert.Equal((401, ProblemCodes.InvalidProof), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_proof_with_a_member_twice_is_refused()
    {
        foreach (var twice in new[] { 0, 1 })
        {
            var answer = await Client.CallAsync(
                HttpMethod.Get,
                Route,
                token,
                change: request => Replace(request, WithMemberTwice(request, part: twice))
            );
            Assert.Equal((401, ProblemCodes.InvalidProof), (answer.Status, answer.Code));
        }
    }

    [Fact]
    public async Task A_proof_ten_seconds_off_is_accepted()
    {
        foreach (var seconds in new[] { -10, 10 })
        {
            var answer = await Client.CallAsync(
                HttpMethod.Get,
                Route,
                token,
                proof: (_, claims) => claims["iat"] = Seconds(seconds)
            );
            Assert.Equal(200, answer.Status);
        }
    }

    [Fact]
    public async Task Unknown_members_and_a_query_in_htu_do_no_harm()
    {
        var answer = await Client.CallAsync(
            HttpMethod.Get,
            Route + "?limit=5",
            token,
            proof: (header, claims) =>
            {
                header["surprise"] = 1;
                claims["surprise"] = new JsonObject { ["a"] = 1 };
                claims["nbf"] = Seconds(0);
                claims["exp"] = Seconds(60);
                claims["htu"] = claims["htu"] + "?limit=5#here";
            }
        );
        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task A_missing_or_foreign_nonce_asks_for_a_fresh_one()
    {
        foreach (var nonce in new string?[] { null, "", "AAAAAAAAAAAAAAAAAAAAAA" })
        {
            var answer = await Client.CallAsync(
                HttpMethod.Get,
                Route,
                token,
                proof: (_, claims) => claims["nonce"] = nonce
            );
            Assert.Equal((401, ProblemCodes.ProofNonceRequired), (answer.Status, answer.Code));
            Assert.Contains("error=\"use_dpop_nonce\"", answer.Headers.WwwAuthenticate.ToString());
            Assert.NotEmpty(answer.Headers.GetValues("DPoP-Nonce").Single());
        }
    }

    [Fact]
    public async Task A_proof_is_good_once()
    {
        var proof = "";
        var first = await Client.CallAsync(
            HttpMethod.Get,
            Route,
            token,
            change: request => proof = request.Headers.GetValues("DPoP").Single()
        );
        var second = await Client.CallAsync(
            HttpMethod.Get,
            Route,
            token,
            change: request => Replace(request, proof)
        );

        Assert.Equal(200, first.Status);
        Assert.Equal((401, ProblemCodes.ProofReused), (second.Status, second.Code));
        Assert.Contains("error=\"invalid_dpop_proof\"", second.Headers.WwwAuthenticate.ToString());
    }

    /// <summary>On the wire: the framework's client would make one line of two.</summary>
    [Fact]
    public async Task Two_lines_with_a_good_proof_each_are_refused()
    {
        Assert.Equal(200, (await Client.CallAsync(HttpMethod.Get, Route, token)).Status);
        Assert.StartsWith("HTTP/1.1 200 ", await SendLinesAsync(NewProof()));
        var two = await SendLinesAsync(NewProof(), NewProof());
        Assert.StartsWith("HTTP/1.1 401 ", two);
        Assert.Contains("error=\"invalid_dpop_proof\"", two);
    }

    [Fact]
    public async Task Two_proofs_no_proof_and_no_jws_are_refused()
    {
        var two = await Client.CallAsync(
            HttpMethod.Get,
            Route,
            token,
            change: request =>
                request.Headers.TryAddWithoutValidation(
                    "DPoP",
                    Client.NewProof(HttpMethod.Get, request.RequestUri!, token)
                )
        );
        var none = await Client.CallAsync(
            HttpMethod.Get,
            Route,
            token,
            change: request => request.Headers.Remove("DPoP")
        );
        var malformed = await Client.CallAsync(
            HttpMethod.Get,
            Route,
            token,
            change: request => Replace(request, "a.b")
        );
        var broken = await Client.CallAsync(
            HttpMethod.Get,
            Route,
            token,
            change: request =>
            {
                var proof = request.Headers.GetValues("DPoP").Single();
                Replace(
                    request,
                    proof[..^4] + (proof.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBB" : "AAAA")
                );
            }
        );

        Assert.All(
            new[] { two, none, malformed, broken },
            answer => Assert.Equal((401, ProblemCodes.InvalidProof), (answer.Status, answer.Code))
        );
    }

    [Theory]
    [InlineData("Bearer TOKEN")]
    [InlineData("TOKEN")]
    [InlineData("DPoP")]
    [InlineData("DPoP nonsense")]
    [InlineData("DPoP a.b.c")]
    [InlineData("Basic dGVzdA==")]
    public async Task Any_other_authorization_is_refused(string header)
    {
        var answer = await Client.CallAsync(
            HttpMethod.Get,
            Route,
            token,
            change: request =>
            {
                request.Headers.Remove("Authorization");
                request.Headers.TryAddWithoutValidation("Authorization", header.Replace("TOKEN", token));
            }
        );
        Assert.Equal((401, ProblemCodes.InvalidToken), (answer.Status, answer.Code));
        Assert.StartsWith("DPoP", answer.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task The_scheme_is_read_in_any_case()
    {
        foreach (var scheme in new[] { "dpop", "DPOP", "dPoP" })
        {
            var answer = await Client.CallAsync(
                HttpMethod.Get,
                Route,
                token,
                change: request =>
                {
                    request.Headers.Remove("Authorization");
                    request.Headers.TryAddWithoutValidation("Authorization", $"{scheme} {token}");
                }
            );
            Assert.Equal(200, answer.Status);
        }
    }

    [Fact]
    public async Task A_token_in_the_address_is_refused()
    {
        var answer = await Client.CallAsync(HttpMethod.Get, $"{Route}?access_token={token}", token);
        Assert.Equal((401, ProblemCodes.InvalidToken), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_token_bound_to_another_key_is_refused()
    {
        using var thief = new RawClient(Client.Partner, Client.Server);
        var answer = await thief.CallAsync(HttpMethod.Get, Route, token);
        Assert.Equal((401, ProblemCodes.InvalidToken), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_changed_token_is_refused()
    {
        var parts = token.Split('.');
        var payload = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
        payload["scope"] = "payments";
        var changed = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload.ToJsonString()));
        var forged = $"{parts[0]}.{changed}.{parts[2]}";
        var answer = await Client.CallAsync(HttpMethod.Get, Route, forged);
        Assert.Equal((401, ProblemCodes.InvalidToken), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_token_without_the_scope_is_refused()
    {
        var narrow = await Client.AppTokenAsync("webhooks");
        var answer = await Client.CallAsync(HttpMethod.Get, Route, narrow);
        Assert.Equal((403, ProblemCodes.InsufficientScope), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_token_of_the_app_opens_no_customers_route()
    {
        var answer = await Client.CallAsync(HttpMethod.Get, "/v1/accounts", token);
        Assert.Equal((403, ProblemCodes.InsufficientScope), (answer.Status, answer.Code));
    }

    /// <summary>The proof of a request, with a member of its header or claims once more, which says the same.</summary>
    private string WithMemberTwice(HttpRequestMessage request, int part)
    {
        var parts = request
            .Headers.GetValues("DPoP")
            .Single()
            .Split('.')[..2]
            .Select(encoded => Encoding.UTF8.GetString(Base64Url.DecodeFromChars(encoded)))
            .ToArray();
        var again = part == 0 ? "\"typ\":\"dpop+jwt\"" : "\"htm\":\"GET\"";
        parts[part] = $"{{{again},{parts[part][1..]}";
        return RawClient.Sign(parts[0], parts[1], Client.DpopKey);
    }

    private string NewProof() => Client.NewProof(HttpMethod.Get, new Uri(Client.Server, Route), token);

    private async Task<string> SendLinesAsync(params string[] proofs)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(Client.Server.Host, Client.Server.Port);
        await using var stream = connection.GetStream();
        var lines = string.Concat(proofs.Select(proof => $"DPoP: {proof}\r\n"));
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"GET {Route} HTTP/1.1\r\nHost: {Client.Server.Authority}\r\nConnection: close\r\n"
                    + $"Authorization: DPoP {token}\r\n{lines}\r\n"
            )
        );
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadToEndAsync();
    }

    private static JsonObject OtherJwk()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return RawClient.PublicJwkOf(other);
    }

    private static long Seconds(int fromNow) => DateTimeOffset.UtcNow.ToUnixTimeSeconds() + fromNow;

    private static void Replace(HttpRequestMessage request, string proof)
    {
        request.Headers.Remove("DPoP");
        request.Headers.TryAddWithoutValidation("DPoP", proof);
    }
}
