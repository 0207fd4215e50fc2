using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Dynamic client registration (RFC 7591), without the SDK.</summary>
public sealed class RegistrationTests(SharedServer shared) : RawClientTests(shared)
{
    [Theory]
    [InlineData(
        """{"client_name":"A","redirect_uris":["http://attacker.example/"],"jwks":JWKS}""",
        "invalid_redirect_uri"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/#x"],"jwks":JWKS}""",
        "invalid_redirect_uri"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["javascript:alert(1)"],"jwks":JWKS}""",
        "invalid_redirect_uri"
    )]
    [InlineData("""{"client_name":"A","redirect_uris":[],"jwks":JWKS}""", "invalid_redirect_uri")]
    [InlineData(
        """{"client_name":"","redirect_uris":["https://a.example/"],"jwks":JWKS}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":{"keys":[]}}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":{"keys":[{"kty":"oct","k":"AA"}]}}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks_uri":"https://a.example/","jwks":JWKS}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":JWKS,"token_endpoint_auth_method":"client_secret_basic"}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":JWKS,"grant_types":["password"]}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":JWKS,"scope":"everything"}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":JWKS,"scene":"moon"}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://例え.jp/cb"],"jwks":JWKS}""",
        "invalid_redirect_uri"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/回调"],"jwks":JWKS}""",
        "invalid_redirect_uri"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/a b"],"jwks":JWKS}""",
        "invalid_redirect_uri"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/cb\nX: y"],"jwks":JWKS}""",
        "invalid_redirect_uri"
    )]
    [InlineData("""{"client_name":"A","redirect_uris":[null],"jwks":JWKS}""", "invalid_redirect_uri")]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":JWKS,"grant_types":[null]}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":JWKS,"authorization_details_types":[null]}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"\u202eknaB elpmaS","redirect_uris":["https://a.example/"],"jwks":JWKS}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"\u200b","redirect_uris":["https://a.example/"],"jwks":JWKS}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"  ","redirect_uris":["https://a.example/"],"jwks":JWKS}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"\u3164","redirect_uris":["https://a.example/"],"jwks":JWKS}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"\u2800","redirect_uris":["https://a.example/"],"jwks":JWKS}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"a\u2028b","redirect_uris":["https://a.example/"],"jwks":JWKS}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":JWKS,"id_token_signed_response_alg":"PS256"}""",
        "invalid_client_metadata"
    )]
    [InlineData(
        """{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":JWKS,"client_name":"B"}""",
        "invalid_client_metadata"
    )]
    [InlineData("""{"client_name":"A"}""", "invalid_redirect_uri")]
    [InlineData("""[]""", "invalid_client_metadata")]
    [InlineData("nonsense", "invalid_client_metadata")]
    public async Task A_wrong_registration_is_refused(string body, string error)
    {
        var jwks = new JsonObject
        {
            ["keys"] = new JsonArray(RawClient.PublicJwkOf(Client.DpopKey)),
        }.ToJsonString();
        var answer = await RegisterAsync(body.Replace("JWKS", jwks), Client.Partner.InitialAccessToken);
        Assert.Equal((400, error), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_private_key_in_a_registration_is_refused()
    {
        var jwk = RawClient.PublicJwkOf(Client.DpopKey);
        jwk["d"] = "AAAA";
        var jwks = new JsonObject { ["keys"] = new JsonArray(jwk) }.ToJsonString();
        var body = $$$"""{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":{{{jwks}}}}""";
        var answer = await RegisterAsync(body, Client.Partner.InitialAccessToken);
        Assert.Equal((400, "invalid_client_metadata"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Two_keys_of_one_name_are_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (first, second) = (RawClient.PublicJwkOf(Client.DpopKey), RawClient.PublicJwkOf(other));
        (first["kid"], second["kid"]) = ("one", "one");
        var refused = await RegisterAsync(first.DeepClone(), second.DeepClone());
        second["kid"] = "two";
        var registered = await RegisterAsync(first, second);

        Assert.Equal((400, "invalid_client_metadata"), (refused.Status, refused.Code));
        Assert.Equal(201, registered.Status);
    }

    [Theory]
    [InlineData(1024, 400)]
    [InlineData(2048, 201)]
    public async Task RSA_keys_are_long_enough_or_refused(int bits, int status)
    {
        using var key = RSA.Create(bits);
        var parameters = key.ExportParameters(includePrivateParameters: false);
        var answer = await RegisterAsync(
            new JsonObject
            {
                ["kty"] = "RSA",
                ["n"] = Base64Url.EncodeToString(parameters.Modulus),
                ["e"] = Base64Url.EncodeToString(parameters.Exponent),
            }
        );
        Assert.Equal(status, answer.Status);
    }

    [Theory]
    [InlineData("n", null)]
    [InlineData("n", "")]
    [InlineData("e", null)]
    [InlineData("e", "")]
    [InlineData("e", "AA")]
    public async Task RSA_keys_without_a_number_are_refused(string member, string? value)
    {
        using var key = RSA.Create(2048);
        var parameters = key.ExportParameters(includePrivateParameters: false);
        var jwk = new JsonObject
        {
            ["kty"] = "RSA",
            ["n"] = Base64Url.EncodeToString(parameters.Modulus),
            ["e"] = Base64Url.EncodeToString(parameters.Exponent),
        };
        jwk.Remove(member);
        if (value is not null)
        {
            jwk[member] = value;
        }

        var answer = await RegisterAsync(jwk);

        Assert.Equal((400, "invalid_client_metadata"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task An_app_asks_for_no_more_than_it_is_registered_for()
    {
        using var limited = await NewLimitedClientAsync();
        (string, string?)[] least =
        [
            ("scope", "openid accounts"),
            ("authorization_details", """[{"type":"account_information"}]"""),
        ];
        (string, string?) wallet = ("authorization_details", """[{"type":"coupon_wallet"}]""");
        // The server has checked this text before, for an app that may ask for it.
        var byAnother = await Client.PushAsync(("scope", "coupons"), wallet);
        var allowed = await limited.PushAsync(least);
        var scope = await limited.PushAsync([.. least, ("scope", "openid accounts coupons")]);
        var details = await limited.PushAsync([.. least, wallet]);
        var grant = await limited.PostFormAsync("/oauth/token", [("grant_type", "client_credentials")]);

        Assert.Equal((201, 201), (byAnother.Status, allowed.Status));
        Assert.Equal((400, "invalid_scope"), (scope.Status, scope.Code));
        Assert.Equal((400, "invalid_authorization_details"), (details.Status, details.Code));
        Assert.Equal((400, "unauthorized_client"), (grant.Status, grant.Code));
    }

    [Fact]
    public async Task A_registration_is_JSON()
    {
        var answer = await RegisterAsync("{}", Client.Partner.InitialAccessToken, "text/plain");
        Assert.Equal((400, "invalid_client_metadata"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Registration_needs_an_initial_access_token()
    {
        foreach (var token in new[] { null, "", "wrong" })
        {
            var answer = await RegisterAsync("{}", token);
            Assert.Equal((401, "invalid_token"), (answer.Status, answer.Code));
        }
    }

    /// <summary>An app that may have customers' accounts read, and nothing else.</summary>
    private async Task<RawClient> NewLimitedClientAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var registration = new JsonObject
        {
            ["client_name"] = "A",
            ["redirect_uris"] = new JsonArray(TestPartner.RedirectUri.ToString()),
            ["jwks"] = new JsonObject { ["keys"] = new JsonArray(RawClient.PublicJwkOf(key)) },
            ["grant_types"] = new JsonArray("authorization_code"),
            ["scope"] = "openid accounts payments",
            ["authorization_details_types"] = new JsonArray("account_information"),
        };
        var answer = await RegisterAsync(registration.ToJsonString(), Client.Partner.InitialAccessToken);
        return new(
            new RawIdentity(
                answer.Json["client_id"]!.GetValue<string>(),
                ClientKey.FromPem(key.ExportPkcs8PrivateKeyPem())
            ),
            Client.Server
        );
    }

    private Task<RawAnswer> RegisterAsync(params JsonNode[] keys)
    {
        var jwks = new JsonObject { ["keys"] = new JsonArray(keys) }.ToJsonString();
        return RegisterAsync(
            $$$"""{"client_name":"A","redirect_uris":["https://a.example/"],"jwks":{{{jwks}}}}""",
            Client.Partner.InitialAccessToken
        );
    }

    private async Task<RawAnswer> RegisterAsync(
        string body,
        string? token,
        string contentType = "application/json"
    )
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            new Uri(Client.Server, "/oauth/register")
        );
        request.Content = new StringContent(body, Encoding.UTF8, contentType);
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        return await Client.SendAsync(request);
    }
}
