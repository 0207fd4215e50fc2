using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Bank;

/// <summary>Signs what the bank knows the app by: the client assertion (private_key_jwt) and the proof of each request
/// (DPoP, RFC 9449).</summary>
public sealed class ClientKeys(Uri server, string clientId, string keyId, ECDsa appKey)
{
    public const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private readonly ECDsa proofKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Good for one request and one minute.</summary>
    public string NewAssertion()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        return Sign(
            new() { ["alg"] = "ES256", ["kid"] = keyId },
            new()
            {
                ["iss"] = clientId,
                ["sub"] = clientId,
                ["aud"] = server.GetLeftPart(UriPartial.Authority),
                ["jti"] = Guid.NewGuid().ToString(),
                ["iat"] = now,
                ["exp"] = now + 60,
            },
            appKey
        );
    }

    /// <param name="nonce">Of the last DPoP-Nonce header; null before the first answer.</param>
    /// <param name="token">The access token that goes with the request, if one does.</param>
    public string NewProof(HttpMethod method, Uri address, string? nonce, string? token)
    {
        var point = proofKey.ExportParameters(includePrivateParameters: false).Q;
        var payload = new JsonObject
        {
            ["jti"] = Guid.NewGuid().ToString(),
            ["htm"] = method.Method,
            ["htu"] = address.GetLeftPart(UriPartial.Path),
            ["iat"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
        };
        if (nonce is not null)
        {
            payload["nonce"] = nonce;
        }

        if (token is not null)
        {
            payload["ath"] = Hash(token);
        }

        var jwk = new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["x"] = Base64Url.EncodeToString(point.X),
            ["y"] = Base64Url.EncodeToString(point.Y),
        };
        return Sign(
            new()
            {
                ["typ"] = "dpop+jwt",
                ["alg"] = "ES256",
                ["jwk"] = jwk,
            },
            payload,
            proofKey
        );
    }

    /// <summary>The SHA-256 of a text, as PKCE and DPoP write it.</summary>
    public static string Hash(string text) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(text)));

    private static string Sign(JsonObject header, JsonObject payload, ECDsa key)
    {
        var input = $"{Encode(header)}.{Encode(payload)}";
        var signature = key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256);
        return $"{input}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(JsonObject part) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));
}
