using System.Text.Json;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Authorization;

/// <summary>Checks the keys of a registration, in this order: by value; how many, and none only for who signs nothing; ids of a
/// sensible length, and each once (FAPI 2.0 SP §5.4); and of each key: public; for signatures; of the allowed kinds.</summary>
public static class ClientKeySets
{
    private const int MostKeys = 10;
    private const int LongestKeyId = 256;

    public static OAuthFailure? Check(ClientRegistrationRequest request)
    {
        if (request.JwksUri is not null)
        {
            return Refuse("Register keys by value, in jwks: jwks_uri is not taken.");
        }

        var keys = request.Jwks.Keys;
        var least = request.TokenEndpointAuthMethod == CertificateAuthentication.ByAuthority ? 0 : 1;
        if (keys.Count < least || keys.Count > MostKeys)
        {
            return Refuse($"jwks must hold {least} to {MostKeys} keys.");
        }

        var ids = keys.Select(key => key?.Kid).OfType<string>().ToList();
        return ids.Exists(id => id.Length is 0 or > LongestKeyId)
                ? Refuse($"The kid of a key must be 1 to {LongestKeyId} characters long, or left out.")
            : ids.Distinct().Count() != ids.Count ? Refuse("The keys in jwks must have different kid.")
            : keys.Select((key, i) => ExpectedOf(key) is { } expected ? $"/jwks/keys/{i}: {expected}" : null)
                .FirstOrDefault(wrong => wrong is not null)
                is { } reason
                ? Refuse(reason)
            : null;
    }

    private static string? ExpectedOf(JsonWebKeyDocument? document)
    {
        if (document is null)
        {
            return "An object is expected here.";
        }

        var key = JsonSerializer.SerializeToElement(document, ResponseJson.Default.JsonWebKeyDocument);
        return PublicKey.SecretMemberOf(key) is { } secret
                ? $"A public key is expected, without {secret}: the private one never leaves the app's server."
            : document.Use is not (null or "sig") ? "The use sig is expected, or none."
            : document.KeyOps is { } operations && !operations.Contains("verify")
                ? "The key_ops must hold verify, or be left out."
            : document is { Kty: "EC", Alg: not (null or PublicKey.Es256) }
                ? $"The alg {PublicKey.Es256} is expected for EC, or none."
            : document is { Kty: "RSA", Alg: not (null or PublicKey.Ps256) }
                ? $"The alg {PublicKey.Ps256} is expected for RSA, or none."
            : PublicKey.Read(key) is null ? $"A key is expected {PublicKey.Expected}."
            : null;
    }

    private static OAuthFailure Refuse(string description) =>
        new(400, "invalid_client_metadata", description);
}
