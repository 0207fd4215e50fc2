using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OpenBanking.Internal;

/// <summary>Encrypts to a key of the bank as a compact JWE (RFC 7516): <c>ECDH-ES+A256KW</c> with
/// <c>A256CBC-HS512</c>.</summary>
internal static class Jwe
{
    public const string Algorithm = "ECDH-ES+A256KW";
    private const string Encryption = "A256CBC-HS512";
    private const int KeyBits = 256;

    /// <exception cref="CryptographicException">The bank's key is no point of P-256.</exception>
    /// <exception cref="FormatException">The bank's key is not in base64url.</exception>
    public static string Encrypt(ReadOnlySpan<byte> content, JsonWebKeyDocument key)
    {
        using var sender = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var point = sender.ExportParameters(includePrivateParameters: false).Q;
        var header = Base64Url.EncodeToString(Header(key.Kid!, point));
        var contentKey = RandomNumberGenerator.GetBytes(64);
        var wrapped = Wrap(Agree(sender, key), contentKey);
        var iv = RandomNumberGenerator.GetBytes(16);
        var (cipher, tag) = Encrypt(contentKey, Encoding.ASCII.GetBytes(header), iv, content);
        CryptographicOperations.ZeroMemory(contentKey);
        return string.Join(
            '.',
            [header, .. new[] { wrapped, iv, cipher, tag }.Select(part => Base64Url.EncodeToString(part))]
        );
    }

    private static byte[] Header(string keyId, ECPoint sender)
    {
        using var header = new MemoryStream();
        using (var writer = new Utf8JsonWriter(header))
        {
            writer.WriteStartObject();
            writer.WriteString("alg", Algorithm);
            writer.WriteString("enc", Encryption);
            writer.WriteString("cty", "application/json");
            writer.WriteString("kid", keyId);
            writer.WriteStartObject("epk");
            writer.WriteString("kty", PublicKeys.Ec);
            writer.WriteString("crv", PublicKeys.P256);
            writer.WriteString("x", Base64Url.EncodeToString(sender.X));
            writer.WriteString("y", Base64Url.EncodeToString(sender.Y));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return header.ToArray();
    }

    /// <summary>AES key wrap (RFC 3394 §2.2.1).</summary>
    internal static byte[] Wrap(byte[] wrapping, byte[] key)
    {
        using var aes = Aes.Create();
        aes.Key = wrapping;
        var blocks = key.Length / 8;
        var wrapped = new byte[key.Length + 8];
        key.CopyTo(wrapped, 8);
        Span<byte> block = stackalloc byte[16];
        block[..8].Fill(0xA6);
        for (var step = 1; step <= 6 * blocks; step++)
        {
            var place = wrapped.AsSpan((((step - 1) % blocks) + 1) * 8, 8);
            place.CopyTo(block[8..]);
            aes.EncryptEcb(block, block, PaddingMode.None);
            block[8..].CopyTo(place);
            block[7] ^= (byte)step;
        }

        block[..8].CopyTo(wrapped);
        return wrapped;
    }

    /// <summary>Agrees on a key with the bank's, and derives it (RFC 7518 §4.6.2).</summary>
    private static byte[] Agree(ECDiffieHellman sender, JsonWebKeyDocument key)
    {
        using var bank = ECDiffieHellman.Create(
            new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint
                {
                    X = Base64Url.DecodeFromChars(key.X),
                    Y = Base64Url.DecodeFromChars(key.Y),
                },
            }
        );
        var algorithm = Encoding.ASCII.GetBytes(Algorithm);
        return SHA256.HashData(
            (byte[])
                [
                    .. Number(1),
                    .. sender.DeriveRawSecretAgreement(bank.PublicKey),
                    .. Number(algorithm.Length),
                    .. algorithm,
                    .. Number(0),
                    .. Number(0),
                    .. Number(KeyBits),
                ]
        );
    }

    /// <summary>RFC 7518 §5.2.5.</summary>
    private static (byte[] Cipher, byte[] Tag) Encrypt(
        byte[] key,
        byte[] header,
        byte[] iv,
        ReadOnlySpan<byte> content
    )
    {
        using var aes = Aes.Create();
        aes.Key = key[32..];
        var cipher = aes.EncryptCbc(content, iv);
        byte[] signed = [.. header, .. iv, .. cipher, .. Number(0), .. Number(header.Length * 8)];
        return (cipher, HMACSHA512.HashData(key.AsSpan(0, 32), signed)[..32]);
    }

    private static byte[] Number(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}
