using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Authorization;

/// <summary>A public key that signatures are checked with: P-256 for ES256, RSA of 2048 to 4096 bits for PS256, and
/// nothing else (FAPI 2.0 SP §5.4).</summary>
public sealed class PublicKey
{
    public const string Es256 = "ES256";
    public const string Ps256 = "PS256";
    private const int LeastRsaBits = 2048;
    private const int MostRsaBits = 4096;
    private const int MostExponentBytes = 8;
    private const int CoordinateBytes = 32;

    /// <summary>What is read, for whoever sent another.</summary>
    public const string Expected =
        "of EC on P-256, or of RSA with 2048 to 4096 bits and an odd exponent of 3 or more and at most 64 bits, "
        + "in base64url without padding";

    private static readonly string[] privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    /// <summary>The framework promises nothing about two threads on one key object, so each takes its own.</summary>
    private readonly ConcurrentBag<AsymmetricAlgorithm> idle = [];

    private readonly Func<AsymmetricAlgorithm> import;

    private PublicKey(string algorithm, string? keyId, string thumbprint, Func<AsymmetricAlgorithm> import)
    {
        Algorithm = algorithm;
        KeyId = keyId;
        Thumbprint = thumbprint;
        this.import = import;
    }

    public string Algorithm { get; }

    public string? KeyId { get; }

    /// <summary>SHA-256 of the key's required members (RFC 7638), in base64url.</summary>
    public string Thumbprint { get; }

    /// <summary>Reads a JSON Web Key; null for any key this profile does not allow, and for a private one.</summary>
    public static PublicKey? Read(JsonElement jwk)
    {
        if (jwk.ValueKind != JsonValueKind.Object || SecretMemberOf(jwk) is not null)
        {
            return null;
        }

        try
        {
            return JsonText.Of(jwk, "kty") switch
            {
                "EC" when JsonText.Of(jwk, "crv") == "P-256" && JsonText.Of(jwk, "alg") is null or Es256 =>
                    ReadEc(jwk),
                "RSA" when JsonText.Of(jwk, "alg") is null or Ps256 => ReadRsa(jwk),
                _ => null,
            };
        }
        catch (Exception failure) when (failure is FormatException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Whether a key says of itself that signatures are checked with it, if it says what it is for (RFC 7517 §4.2 and
    /// 3).</summary>
    public static bool IsForSignatures(JsonElement jwk) =>
        (!jwk.TryGetProperty("use", out _) || JsonText.Of(jwk, "use") == "sig")
        && (
            !jwk.TryGetProperty("key_ops", out var operations)
            || (
                operations.ValueKind == JsonValueKind.Array
                && operations
                    .EnumerateArray()
                    .Any(operation =>
                        operation.ValueKind == JsonValueKind.String && operation.ValueEquals("verify"u8)
                    )
            )
        );

    /// <summary>A member of a key that only private and symmetric ones have; null when there is none.</summary>
    public static string? SecretMemberOf(JsonElement jwk) =>
        Array.Find(privateMembers, member => jwk.TryGetProperty(member, out _));

    /// <summary>Reads the keys of a stored set.</summary>
    public static IReadOnlyList<PublicKey> ReadSet(string jwks)
    {
        using var document = JsonDocument.Parse(jwks);
        return
        [
            .. document.RootElement.GetProperty("keys").EnumerateArray().Select(Read).OfType<PublicKey>(),
        ];
    }

    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        var key = idle.TryTake(out var taken) ? taken : import();
        try
        {
            return key switch
            {
                ECDsa ec => ec.VerifyData(
                    data,
                    signature,
                    HashAlgorithmName.SHA256,
                    DSASignatureFormat.IeeeP1363FixedFieldConcatenation
                ),
                RSA rsa => rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
                _ => false,
            };
        }
        finally
        {
            idle.Add(key);
        }
    }

    private static PublicKey? ReadEc(JsonElement jwk)
    {
        var parameters = new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new() { X = Bytes(jwk, "x"), Y = Bytes(jwk, "y") },
        };
        // RFC 7518 §6.2.1.2: coordinates are as long as the curve's.
        if (parameters.Q is not { X.Length: CoordinateBytes, Y.Length: CoordinateBytes })
        {
            return null;
        }

        var (x, y) = (Base64Url.EncodeToString(parameters.Q.X), Base64Url.EncodeToString(parameters.Q.Y));
        var thumbprint = ThumbprintOf($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""");
        return Checked(new(Es256, JsonText.Of(jwk, "kid"), thumbprint, () => ECDsa.Create(parameters)));
    }

    private static PublicKey? ReadRsa(JsonElement jwk)
    {
        var parameters = new RSAParameters { Modulus = Bytes(jwk, "n"), Exponent = Bytes(jwk, "e") };
        if (
            parameters.Modulus.Length * 8 is < LeastRsaBits or > MostRsaBits
            || parameters.Modulus[0] == 0
            || !IsOdd(parameters.Modulus)
            || !IsExponent(parameters.Exponent)
        )
        {
            return null;
        }

        var (n, e) = (
            Base64Url.EncodeToString(parameters.Modulus),
            Base64Url.EncodeToString(parameters.Exponent)
        );
        var thumbprint = ThumbprintOf($$"""{"e":"{{e}}","kty":"RSA","n":"{{n}}"}""");
        return Checked(new(Ps256, JsonText.Of(jwk, "kid"), thumbprint, () => RSA.Create(parameters)));
    }

    /// <summary>RFC 8017 §3.1, within what libraries take; in as few octets as it needs (RFC 7518 §2).</summary>
    private static bool IsExponent(ReadOnlySpan<byte> number) =>
        number is [not 0, ..] and { Length: <= MostExponentBytes } && IsOdd(number) && number is not [1];

    private static bool IsOdd(ReadOnlySpan<byte> number) => (number[^1] & 1) == 1;

    /// <exception cref="CryptographicException">The point is not on the curve, or the numbers are no key.</exception>
    private static PublicKey Checked(PublicKey key)
    {
        key.idle.Add(key.import());
        return key;
    }

    private static string ThumbprintOf(string canonical) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));

    private static byte[] Bytes(JsonElement jwk, string member) =>
        StrictBase64Url.Decode(JsonText.Of(jwk, member) ?? "");
}
