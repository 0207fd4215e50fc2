using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace OpenBanking.Tests;

/// <summary>Speaks the wire itself, without the SDK, so that a test can send what no honest client would: every header
/// and claim of proofs and assertions can be changed before it is signed.</summary>
public sealed class RawClient : IDisposable
{
    public const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private readonly HttpClient http = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }
    );
    private readonly ConcurrentDictionary<string, string> nonces = [];

    private readonly TestPartner? partner;

    public RawClient(TestPartner partner, Uri server)
        : this(new RawIdentity(partner.ClientId, partner.Key), server) => this.partner = partner;

    public RawClient(RawIdentity identity, Uri server)
    {
        Identity = identity;
        Server = server;
    }

    /// <summary>Who the client is at the server.</summary>
    public RawIdentity Identity { get; }

    /// <summary>The partner whose app this is.</summary>
    public TestPartner Partner =>
        partner ?? throw new InvalidOperationException("This client has no sandbox of its own.");

    public Uri Server { get; }

    /// <summary>The issuer: the server's address without a slash.</summary>
    public string Issuer => Server.GetLeftPart(UriPartial.Authority);

    /// <summary>The key access tokens are bound to.</summary>
    public ECDsa DpopKey { get; init; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Sends a request as it is.</summary>
    public async Task<RawAnswer> SendAsync(HttpRequestMessage request)
    {
        using var response = await http.SendAsync(request);
        if (response.Headers.TryGetValues("DPoP-Nonce", out var nonce))
        {
            nonces[RoleOf(request.RequestUri!)] = nonce.Single();
        }

        return new(
            (int)response.StatusCode,
            response.Headers,
            response.Content.Headers,
            await response.Content.ReadAsByteArrayAsync()
        );
    }

    /// <summary>Sends a well-made request of the API; a test changes what it wants to be wrong.</summary>
    public async Task<RawAnswer> CallAsync(
        HttpMethod method,
        string path,
        string token,
        string? body = null,
        string? idempotencyKey = null,
        Action<JsonObject, JsonObject>? proof = null,
        Action<HttpRequestMessage>? change = null
    )
    {
        await EnsureNonceAsync("/v1/accounts");
        using var request = new HttpRequestMessage(method, new Uri(Server, path));
        request.Headers.TryAddWithoutValidation("Authorization", $"DPoP {token}");
        request.Headers.TryAddWithoutValidation("DPoP", NewProof(method, request.RequestUri!, token, proof));
        if (idempotencyKey is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        change?.Invoke(request);
        return await SendAsync(request);
    }

    /// <summary>Posts a form to an OAuth endpoint, with a client assertion and a proof; a test changes what it wants to
    /// be wrong, and a null value leaves a parameter out.</summary>
    public async Task<RawAnswer> PostFormAsync(
        string path,
        IEnumerable<(string Name, string? Value)> parameters,
        Action<JsonObject, JsonObject>? assertion = null,
        Action<JsonObject, JsonObject>? proof = null,
        bool withProof = true
    )
    {
        await EnsureNonceAsync("/oauth/token");
        var form = new Dictionary<string, string?>
        {
            ["client_assertion_type"] = AssertionType,
            ["client_assertion"] = NewAssertion(assertion),
        };
        foreach (var (name, value) in parameters)
        {
            form[name] = value;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Server, path));
        request.Content = new FormUrlEncodedContent(form.Where(field => field.Value is not null)!);
        if (withProof)
        {
            request.Headers.TryAddWithoutValidation(
                "DPoP",
                NewProof(HttpMethod.Post, request.RequestUri!, token: null, proof)
            );
        }

        return await SendAsync(request);
    }

    /// <summary>A token of the app itself.</summary>
    public async Task<string> AppTokenAsync(string? scope = null)
    {
        var answer = await PostFormAsync(
            "/oauth/token",
            [("grant_type", "client_credentials"), ("scope", scope)]
        );
        return answer.Json["access_token"]!.GetValue<string>();
    }

    /// <summary>A client assertion, signed with the app's key.</summary>
    public string NewAssertion(Action<JsonObject, JsonObject>? change = null)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var header = new JsonObject { ["alg"] = "ES256", ["kid"] = Identity.Key.PublicJwk.Kid };
        var payload = new JsonObject
        {
            ["iss"] = Identity.ClientId,
            ["sub"] = Identity.ClientId,
            ["aud"] = Issuer,
            ["iat"] = now,
            ["exp"] = now + 60,
            ["jti"] = Guid.NewGuid().ToString(),
        };
        change?.Invoke(header, payload);
        using var key = ECDsa.Create();
        key.ImportFromPem(Identity.Key.ToPem());
        return Sign(header, payload, key);
    }

    /// <summary>A DPoP proof, signed with <see cref="DpopKey"/>.</summary>
    public string NewProof(
        HttpMethod method,
        Uri address,
        string? token,
        Action<JsonObject, JsonObject>? change = null
    )
    {
        var header = new JsonObject
        {
            ["typ"] = "dpop+jwt",
            ["alg"] = "ES256",
            ["jwk"] = PublicJwkOf(DpopKey),
        };
        var payload = new JsonObject
        {
            ["jti"] = Guid.NewGuid().ToString(),
            ["htm"] = method.Method,
            ["htu"] = address.GetLeftPart(UriPartial.Path),
            ["iat"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
        };
        if (nonces.TryGetValue(RoleOf(address), out var nonce))
        {
            payload["nonce"] = nonce;
        }

        if (token is not null)
        {
            payload["ath"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token)));
        }

        change?.Invoke(header, payload);
        return Sign(header, payload, DpopKey);
    }

    public static JsonObject PublicJwkOf(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new()
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["x"] = Base64Url.EncodeToString(point.X),
            ["y"] = Base64Url.EncodeToString(point.Y),
        };
    }

    /// <summary>Signs a compact JWS; <c>alg</c> is whatever the header says, the signature is ES256.</summary>
    public static string Sign(JsonObject header, JsonObject payload, ECDsa key) =>
        Sign(header.ToJsonString(), payload.ToJsonString(), key);

    /// <summary>Signs any text as if it were a JWS.</summary>
    public static string Sign(string header, string payload, ECDsa key)
    {
        var input =
            Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))
            + "."
            + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload));
        var signature = key.SignData(
            Encoding.ASCII.GetBytes(input),
            HashAlgorithmName.SHA256,
            DSASignatureFormat.IeeeP1363FixedFieldConcatenation
        );
        return $"{input}.{Base64Url.EncodeToString(signature)}";
    }

    public void Dispose()
    {
        http.Dispose();
        DpopKey.Dispose();
    }

    private async Task EnsureNonceAsync(string path)
    {
        if (nonces.ContainsKey(RoleOf(new Uri(Server, path))))
        {
            return;
        }

        // Any answer of the role brings a nonce.
        using var request = new HttpRequestMessage(
            path.StartsWith("/v1", StringComparison.Ordinal) ? HttpMethod.Get : HttpMethod.Post,
            new Uri(Server, path)
        );
        await SendAsync(request);
    }

    private static string RoleOf(Uri address) =>
        address.AbsolutePath.StartsWith("/oauth", StringComparison.Ordinal)
        && address.AbsolutePath != "/oauth/userinfo"
            ? "authorization"
            : "resource";
}

/// <summary>An answer as it came.</summary>
public sealed record RawAnswer(
    int Status,
    HttpResponseHeaders Headers,
    HttpContentHeaders ContentHeaders,
    byte[] Bytes
)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public JsonNode Json => JsonNode.Parse(Bytes)!;

    /// <summary>The code of a problem, or the error of an OAuth answer.</summary>
    public string? Code => (Json["code"] ?? Json["error"])?.GetValue<string>();
}

/// <summary>A registered app and its key.</summary>
public sealed record RawIdentity(string ClientId, ClientKey Key);
