using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OpenBanking.Tests.Sdk.Stub;

/// <summary>The stub bank's authorization server, and everything secret it has ever given away.</summary>
internal sealed class StubOauth(StubBank bank, TimeProvider clock)
{
    public const string ClientId = "app_01hzy3v9k2m4n6p8q0r2s4t6v8";
    public const string KeyId = "bank-key-1";

    private readonly ConcurrentBag<string> secrets = [];
    private string? nonce;
    private readonly ECDsa signingKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public ClientKey ClientKey { get; } = ClientKey.CreateEs256();

    /// <summary>What the metadata says instead of the authority.</summary>
    public string? Issuer { get; set; }

    /// <summary>How long access tokens are good, in seconds.</summary>
    public int ExpiresIn { get; set; } = 300;

    public string TokenType { get; set; } = "DPoP";

    /// <summary>Changes the claims of the next id tokens.</summary>
    public Action<Dictionary<string, object?>>? IdTokenClaims { get; set; }

    /// <summary>Takes the place of the id token's signing: gets header and payload as JSON.</summary>
    public Func<string, string, string>? SignIdToken { get; set; }

    public Dictionary<string, object?> IdTokenHeader { get; } = new() { ["alg"] = "ES256", ["kid"] = KeyId };

    public IReadOnlyCollection<string> Secrets => secrets;

    private string Address => bank.Authority.AbsoluteUri.TrimEnd('/');

    public string NewSecret(string kind)
    {
        var secret = $"{kind}-{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";
        secrets.Add(secret);
        return secret;
    }

    /// <summary>The callback of a customer who agreed to the request pushed last.</summary>
    /// <summary>The way back to the app of the link with this state; of the last one when there is none.</summary>
    public Uri Callback(string? state = null, string? issuer = null, string? extra = null)
    {
        var all = bank.Of("POST /par").Select(request => request.Form);
        var pushed = all.LastOrDefault(form => form["state"] == state) ?? all.Last();
        nonce = pushed["nonce"];
        return new Uri(
            $"{pushed["redirect_uri"]}?code={NewSecret("code")}"
                + $"&state={state ?? pushed["state"]}&iss={Uri.EscapeDataString(issuer ?? Address)}{extra}"
        );
    }

    public RequestDelegate? Answer(Received request) =>
        request.Route switch
        {
            "GET /.well-known/openid-configuration" => Metadata,
            "GET /jwks" => Answers.Json(200, new { keys = new[] { PublicKey() } }),
            "POST /par" => Answers.Json(
                201,
                new { request_uri = "urn:example:" + NewSecret("par"), expires_in = 300 }
            ),
            "POST /token" => Token(request.Form),
            "POST /revoke" => context => Task.CompletedTask,
            _ => null,
        };

    /// <summary>An app token, perhaps with a nonce for the next proof.</summary>
    public RequestDelegate AppToken(string? nonce = null) =>
        context =>
        {
            var answer = Token(new Dictionary<string, string> { ["grant_type"] = "client_credentials" });
            return nonce is null ? answer(context) : Answers.WithNonce(nonce, answer)(context);
        };

    public Task Metadata(HttpContext context) => Answers.Json(200, MetadataMembers())(context);

    public string Sign(string header, string payload)
    {
        var signed = Encode(header) + "." + Encode(payload);
        var signature = signingKey.SignData(
            Encoding.ASCII.GetBytes(signed),
            HashAlgorithmName.SHA256,
            DSASignatureFormat.IeeeP1363FixedFieldConcatenation
        );
        return signed + "." + Base64Url.EncodeToString(signature);
    }

    public static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    public object PublicKey()
    {
        var point = signingKey.ExportParameters(false).Q;
        return new
        {
            kty = "EC",
            use = "sig",
            alg = "ES256",
            crv = "P-256",
            kid = KeyId,
            x = Base64Url.EncodeToString(point.X),
            y = Base64Url.EncodeToString(point.Y),
        };
    }

    private object MetadataMembers() =>
        new
        {
            issuer = Issuer ?? Address,
            authorization_endpoint = Address + "/authorize",
            token_endpoint = Address + "/token",
            pushed_authorization_request_endpoint = Address + "/par",
            jwks_uri = Address + "/jwks",
            registration_endpoint = Address + "/register",
            revocation_endpoint = Address + "/revoke",
            end_session_endpoint = Address + "/end-session",
            response_types_supported = new[] { "code" },
        };

    private RequestDelegate Token(IReadOnlyDictionary<string, string> form)
    {
        var answer = new Dictionary<string, object?>
        {
            ["access_token"] = NewSecret("access"),
            ["token_type"] = TokenType,
            ["expires_in"] = ExpiresIn,
        };
        if (form["grant_type"] == "authorization_code")
        {
            answer["refresh_token"] = NewSecret("refresh");
            answer["id_token"] = IdToken();
            answer["consent_id"] = Samples.ConsentId;
            answer["authorization_details"] = new object[]
            {
                new { type = "account_information", account_id = Samples.AccountId },
                new
                {
                    type = "payment_agreement",
                    account_id = Samples.AccountId,
                    agreement_id = Samples.AgreementId,
                },
            };
        }

        return Answers.Json(200, answer);
    }

    private string IdToken()
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new Dictionary<string, object?>
        {
            ["iss"] = Address,
            ["sub"] = Samples.Customer,
            ["aud"] = ClientId,
            ["iat"] = now,
            ["exp"] = now + 300,
            ["nonce"] = nonce,
        };
        IdTokenClaims?.Invoke(claims);
        var token = (SignIdToken ?? Sign)(
            JsonSerializer.Serialize(IdTokenHeader),
            JsonSerializer.Serialize(claims)
        );
        secrets.Add(token);
        return token;
    }
}
