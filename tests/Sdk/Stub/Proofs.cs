using System.Buffers.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OpenBanking.Tests.Sdk.Stub;

/// <summary>Checks what the SDK signs with another implementation than its own.</summary>
internal static class Proofs
{
    /// <summary>The signature is of the key in the proof's own header.</summary>
    public static Task VerifyAsync(JsonWebToken proof) =>
        VerifyAsync(proof, new JsonWebKey(Key(proof).GetRawText()));

    public static Task VerifyAsync(JsonWebToken token, JsonWebKeyDocument key) =>
        VerifyAsync(
            token,
            new JsonWebKey
            {
                Kty = key.Kty,
                Crv = key.Crv,
                X = key.X,
                Y = key.Y,
                N = key.N,
                E = key.E,
            }
        );

    public static IReadOnlyList<string> KeyMembers(JsonWebToken proof) =>
        [.. Key(proof).EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal)];

    public static string Thumbprint(JsonWebToken proof) =>
        Base64Url.EncodeToString(new JsonWebKey(Key(proof).GetRawText()).ComputeJwkThumbprint());

    public static string RawClaim(JsonWebToken token, string name)
    {
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(token.EncodedPayload));
        return payload.RootElement.GetProperty(name).GetRawText();
    }

    private static async Task VerifyAsync(JsonWebToken token, JsonWebKey key)
    {
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(
            token,
            new TokenValidationParameters
            {
                IssuerSigningKey = key,
                TryAllIssuerSigningKeys = true,
                ValidateAudience = false,
                ValidateIssuer = false,
                ValidateLifetime = false,
            }
        );
        Assert.True(result.IsValid, result.Exception?.Message);
    }

    private static JsonElement Key(JsonWebToken proof)
    {
        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(proof.EncodedHeader));
        return header.RootElement.GetProperty("jwk").Clone();
    }
}
