using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace OpenBanking.Tests.Http.Authority;

/// <summary>Makes access tokens as an authority does, with what a test wants changed.</summary>
internal static class TokenMaker
{
    public static string New(
        string issuer,
        string clientId,
        ECDsa dpopKey,
        ECDsa key,
        string keyId,
        Action<JsonObject, JsonObject>? change = null
    )
    {
        var header = new JsonObject
        {
            ["alg"] = "ES256",
            ["typ"] = "at+jwt",
            ["kid"] = keyId,
        };
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var payload = new JsonObject
        {
            ["iss"] = issuer,
            ["aud"] = BankData.Audience,
            ["sub"] = clientId,
            ["client_id"] = clientId,
            ["iat"] = now,
            ["exp"] = now + 300,
            ["jti"] = Guid.NewGuid().ToString(),
            ["scope"] = string.Join(' ', Scopes.OfApp),
            ["cnf"] = new JsonObject { ["jkt"] = ThumbprintOf(dpopKey) },
        };
        change?.Invoke(header, payload);
        return RawClient.Sign(header, payload, key);
    }

    /// <summary>RFC 7638.</summary>
    public static string ThumbprintOf(ECDsa key)
    {
        var jwk = RawClient.PublicJwkOf(key);
        var canonical = $$"""{"crv":"P-256","kty":"EC","x":"{{jwk["x"]}}","y":"{{jwk["y"]}}"}""";
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(canonical)));
    }
}
