using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace OpenBanking.Internal;

/// <summary>Public keys as JSON Web Keys (RFC 7517) and their thumbprints (RFC 7638).</summary>
internal static class PublicKeys
{
    public const string Ec = "EC";
    public const string Rsa = "RSA";
    public const string Es256 = "ES256";
    public const string Ps256 = "PS256";
    public const string P256 = "P-256";
    private const string P256Oid = "1.2.840.10045.3.1.7";

    public static JsonWebKeyDocument Describe(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var jwk = new JsonWebKeyDocument
        {
            Kty = Ec,
            Use = "sig",
            Alg = Es256,
            Crv = P256,
            X = Base64Url.EncodeToString(point.X),
            Y = Base64Url.EncodeToString(point.Y),
        };
        return jwk with { Kid = Thumbprint(jwk) };
    }

    public static JsonWebKeyDocument Describe(RSA key)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        var jwk = new JsonWebKeyDocument
        {
            Kty = Rsa,
            Use = "sig",
            Alg = Ps256,
            N = Base64Url.EncodeToString(parameters.Modulus),
            E = Base64Url.EncodeToString(parameters.Exponent),
        };
        return jwk with { Kid = Thumbprint(jwk) };
    }

    public static bool IsP256(ECDsa key)
    {
        var curve = key.ExportParameters(includePrivateParameters: false).Curve;
        return curve.IsNamed
            && (curve.Oid.Value == P256Oid || curve.Oid.FriendlyName is "nistP256" or "ECDSA_P256");
    }

    /// <summary>Writes the members that make the key, in the order RFC 7638 §3.2 hashes them in.</summary>
    public static void WriteRequiredMembers(Utf8JsonWriter writer, JsonWebKeyDocument jwk)
    {
        writer.WriteStartObject();
        if (jwk.Kty == Ec)
        {
            writer.WriteString("crv", jwk.Crv);
            writer.WriteString("kty", jwk.Kty);
            writer.WriteString("x", jwk.X);
            writer.WriteString("y", jwk.Y);
        }
        else
        {
            writer.WriteString("e", jwk.E);
            writer.WriteString("kty", jwk.Kty);
            writer.WriteString("n", jwk.N);
        }

        writer.WriteEndObject();
    }

    private static string Thumbprint(JsonWebKeyDocument jwk)
    {
        var canonical = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(canonical))
        {
            WriteRequiredMembers(writer, jwk);
        }

        return Base64Url.EncodeToString(SHA256.HashData(canonical.WrittenSpan));
    }
}
