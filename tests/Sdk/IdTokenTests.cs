using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

public sealed class IdTokenTests : IAsyncLifetime
{
    private readonly FakeClock clock = new();
    private readonly MemoryTokenStore store = new();
    private StubBank bank = null!;
    private OpenBankingClient client = null!;

    public async ValueTask InitializeAsync()
    {
        bank = await StubBank.StartAsync(clock);
        client = bank.Client(options =>
        {
            options.TimeProvider = clock;
            options.TokenStore = store;
        });
    }

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    [Theory]
    [InlineData("iss", "https://evil.example")]
    [InlineData("aud", "app_other")]
    [InlineData("nonce", "another-nonce")]
    [InlineData("nonce", null)]
    [InlineData("sub", "")]
    [InlineData("sub", null)]
    [InlineData("exp", "soon")]
    [InlineData("iat", null)]
    public async Task A_wrong_or_missing_claim_is_refused(string claim, string? value)
    {
        bank.Oauth.IdTokenClaims = claims => claims[claim] = value;

        await RefusedAsync();
    }

    [Fact]
    public async Task An_expired_token_is_refused()
    {
        bank.Oauth.IdTokenClaims = claims => claims["exp"] = clock.GetUtcNow().ToUnixTimeSeconds() - 31;

        await RefusedAsync();
    }

    [Fact]
    public async Task A_token_of_the_future_or_of_long_ago_is_refused()
    {
        bank.Oauth.IdTokenClaims = claims => claims["iat"] = clock.GetUtcNow().ToUnixTimeSeconds() + 31;
        await RefusedAsync();

        bank.Oauth.IdTokenClaims = claims => claims["iat"] = clock.GetUtcNow().ToUnixTimeSeconds() - 601;
        await RefusedAsync();
    }

    [Fact]
    public async Task An_audience_of_several_is_refused_and_of_one_accepted()
    {
        bank.Oauth.IdTokenClaims = claims => claims["aud"] = new[] { StubOauth.ClientId, "app_other" };
        await RefusedAsync();

        bank.Oauth.IdTokenClaims = claims => claims["aud"] = new[] { StubOauth.ClientId };
        await LinkAsync();
    }

    [Theory]
    [InlineData("none")]
    [InlineData("HS256")]
    [InlineData("RS256")]
    [InlineData("es256")]
    [InlineData("ES384")]
    public async Task An_algorithm_that_is_not_allowed_is_refused_before_any_key_is_read(string algorithm)
    {
        bank.Oauth.IdTokenHeader["alg"] = algorithm;

        await RefusedAsync();

        Assert.Empty(bank.Of("GET /jwks"));
    }

    [Fact]
    public async Task A_token_without_a_signature_is_refused()
    {
        bank.Oauth.SignIdToken = (header, payload) =>
            StubOauth.Encode(header) + "." + StubOauth.Encode(payload) + ".";

        await RefusedAsync();
    }

    [Fact]
    public async Task A_token_signed_with_another_key_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        bank.Oauth.SignIdToken = (header, payload) =>
        {
            var signed = StubOauth.Encode(header) + "." + StubOauth.Encode(payload);
            var signature = other.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256);
            return signed + "." + System.Buffers.Text.Base64Url.EncodeToString(signature);
        };

        await RefusedAsync();
    }

    [Fact]
    public async Task A_token_changed_after_signing_is_refused()
    {
        bank.Oauth.SignIdToken = (header, payload) =>
        {
            var parts = bank.Oauth.Sign(header, payload).Split('.');
            var changed = payload.Replace(
                Samples.Customer,
                "cus_00000000000000000000000000",
                StringComparison.Ordinal
            );
            return $"{parts[0]}.{StubOauth.Encode(changed)}.{parts[2]}";
        };

        await RefusedAsync();
    }

    [Fact]
    public async Task A_token_with_a_claim_twice_is_refused()
    {
        bank.Oauth.SignIdToken = (header, payload) =>
            bank.Oauth.Sign(
                header,
                payload.Replace("{", """{"sub":"cus_other",""", StringComparison.Ordinal)
            );

        await RefusedAsync();
    }

    [Fact]
    public async Task A_key_named_in_the_token_itself_is_not_used()
    {
        bank.Oauth.IdTokenHeader["jku"] = "https://evil.example/jwks";
        bank.Oauth.IdTokenHeader["kid"] = "attacker";

        await RefusedAsync();
    }

    [Fact]
    public async Task A_token_of_another_kind_or_for_another_party_is_refused()
    {
        bank.Oauth.IdTokenClaims = claims => claims["azp"] = "app_other";
        await RefusedAsync();

        bank.Oauth.IdTokenClaims = null;
        bank.Oauth.IdTokenHeader["typ"] = "at+jwt";
        await RefusedAsync();

        bank.Oauth.IdTokenHeader["typ"] = "JWT";
        await LinkAsync();
    }

    [Fact]
    public async Task A_critical_header_is_refused()
    {
        bank.Oauth.IdTokenHeader["crit"] = new[] { "b64" };

        await RefusedAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("one.two")]
    [InlineData("a.b.c")]
    [InlineData("e30.e30.")]
    [InlineData("bnVsbA.bnVsbA.bnVsbA")]
    public async Task What_is_no_token_is_refused(string text)
    {
        bank.Oauth.SignIdToken = (_, _) => text;

        await RefusedAsync();
    }

    [Fact]
    public async Task Keys_are_read_again_for_a_new_kid_but_not_for_every_guess()
    {
        await LinkAsync();
        await store.RemoveAsync(Samples.Customer);
        Assert.Single(bank.Of("GET /jwks"));

        bank.Oauth.IdTokenHeader["kid"] = "unknown";
        await RefusedAsync();
        Assert.Single(bank.Of("GET /jwks"));

        clock.Advance(TimeSpan.FromMinutes(2));
        await RefusedAsync();
        await RefusedAsync();
        Assert.Equal(2, bank.Of("GET /jwks").Count);
    }

    [Fact]
    public async Task Of_two_keys_with_one_kid_the_fitting_one_counts()
    {
        var rsa = new
        {
            kty = "RSA",
            kid = StubOauth.KeyId,
            alg = "PS256",
            n = "AQAB",
            e = "AQAB",
        };
        var broken = new
        {
            kty = "EC",
            crv = "P-256",
            kid = StubOauth.KeyId,
            x = "AAAA",
            y = "!",
        };
        bank.Script(
            "GET /jwks",
            Answers.Json(200, new { keys = new[] { rsa, broken, bank.Oauth.PublicKey() } })
        );

        await LinkAsync();
    }

    [Fact]
    public async Task PS256_is_accepted_as_well()
    {
        using var rsa = RSA.Create(2048);
        var jwk = ClientKey.FromPem(rsa.ExportPkcs8PrivateKeyPem()).PublicJwk;
        bank.Script(
            "GET /jwks",
            Answers.Json(
                200,
                new
                {
                    // What is no key makes no signature, and stands in nobody's way.
                    keys = new object[]
                    {
                        new
                        {
                            kty = "RSA",
                            kid = jwk.Kid,
                            n = jwk.N,
                        },
                        new
                        {
                            kty = "RSA",
                            kid = jwk.Kid,
                            e = jwk.E,
                        },
                        new
                        {
                            kty = "RSA",
                            kid = jwk.Kid,
                            n = jwk.N,
                            e = jwk.E,
                        },
                    },
                }
            )
        );
        bank.Oauth.IdTokenHeader["alg"] = "PS256";
        bank.Oauth.IdTokenHeader["kid"] = jwk.Kid;
        bank.Oauth.SignIdToken = (header, payload) =>
        {
            var signed = StubOauth.Encode(header) + "." + StubOauth.Encode(payload);
            var signature = rsa.SignData(
                Encoding.ASCII.GetBytes(signed),
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pss
            );
            return signed + "." + System.Buffers.Text.Base64Url.EncodeToString(signature);
        };

        await LinkAsync();
    }

    private async Task<LinkedCustomer> LinkAsync()
    {
        var link = await client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = new Uri("https://partner.example/callback"),
                AuthorizationDetails = [new AccountInformation()],
            }
        );
        return await client.AccountLinks.CompleteAsync(link.Session, bank.Oauth.Callback());
    }

    private async Task RefusedAsync()
    {
        var refusal = await Assert.ThrowsAsync<AccountLinkException>(LinkAsync);
        Assert.Equal(ClientErrorCodes.InvalidIdToken, refusal.Code);
        Assert.Null(await store.GetAsync(Samples.Customer));
    }
}
