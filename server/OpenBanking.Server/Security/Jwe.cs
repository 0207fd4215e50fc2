using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OpenBanking.Server.Authorization;

namespace OpenBanking.Server.Security;

/// <summary>Why a JWE was not read: a stable code, and what is expected. Nothing of its content.</summary>
public sealed record JweFault(string Code, string Detail);

/// <summary>
/// Reads what was encrypted to a key of this server, as a compact JWE (RFC 7516 §5.2). Checks, in order: at most 8,192
/// characters in five parts; a header that is a JSON object without repeated members; <c>alg</c>, <c>enc</c>, no <c>zip</c>,
/// no <c>crit</c>, <c>cty</c>; a key that is in use; a sender's key on the curve; parts of their lengths; the wrapped key;
/// the tag. From the sender's key on there is one answer for all that is wrong.
/// </summary>
public static class Jwe
{
    public const string Algorithm = "ECDH-ES+A256KW";
    public const string Encryption = "A256CBC-HS512";
    private const string ContentType = "application/json";
    public const int LongestText = 8_192;
    private const int TagLength = 32;
    private const int IvLength = 16;
    private const int ContentKeyLength = 64;

    /// <summary>When the key it was encrypted to is not in use.</summary>
    public static readonly JweFault UnknownKey = new("unknown_key", "The key named by kid is not in use.");

    private static readonly JweFault unreadable = new(
        "not_decryptable",
        "It was not encrypted to the key that its kid names, or was changed on the way."
    );

    private static readonly JsonDocumentOptions strict = new()
    {
        MaxDepth = 4,
        AllowDuplicateProperties = false,
    };

    public static (byte[]? Content, JweFault? Fault) Open(string text, Func<string, EncryptionKey?> find)
    {
        if (text.Length > LongestText)
        {
            return (null, new("too_large", $"At most {LongestText} characters are expected."));
        }

        if (
            text.Split('.') is not [var header, .. { Length: 4 } rest]
            || !rest.All(part => StrictBase64Url.IsValid(part))
        )
        {
            return (null, Fault("wrong_form", "A compact JWE is expected: five parts in base64url."));
        }

        try
        {
            using var document = JsonDocument.Parse(StrictBase64Url.Decode(header), strict);
            var fields = document.RootElement;
            return fields.ValueKind != JsonValueKind.Object ? (null, WrongHeader)
                : CheckHeader(fields) is { } fault ? (null, fault)
                : JsonText.Of(fields, "kid") is not { } kid || find(kid) is not { } key ? (null, UnknownKey)
                : Decrypt(fields, key, header, [.. rest.Select(part => Base64Url.DecodeFromChars(part))]);
        }
        catch (Exception failure)
            when (failure is JsonException or FormatException or InvalidOperationException)
        {
            return (null, WrongHeader);
        }
    }

    private static JweFault WrongHeader => Fault("wrong_header", "The header must be a JSON object.");

    private static JweFault? CheckHeader(JsonElement header) =>
        JsonText.Of(header, "alg") != Algorithm ? Fault("wrong_alg", $"alg must be {Algorithm}.")
        : JsonText.Of(header, "enc") != Encryption ? Fault("wrong_enc", $"enc must be {Encryption}.")
        : header.TryGetProperty("zip", out _) ? Fault("unsupported_zip", "Do not compress it.")
        : header.TryGetProperty("crit", out _) ? Fault("unsupported_crit", "No extension is understood here.")
        : JsonText.Of(header, "cty") != ContentType ? Fault("wrong_cty", $"cty must be {ContentType}.")
        : null;

    private static (byte[]? Content, JweFault? Fault) Decrypt(
        JsonElement header,
        EncryptionKey key,
        string protectedHeader,
        byte[][] parts
    )
    {
        if (
            parts
            is not [
                { Length: ContentKeyLength + 8 } wrapped,
                { Length: IvLength } iv,
                var cipher,
                { Length: TagLength } tag,
            ]
        )
        {
            return (null, unreadable);
        }

        try
        {
            return
                SenderOf(header) is { } sender
                && Unwrap(key.Agree(sender, Bytes(header, "apu"), Bytes(header, "apv")), wrapped)
                    is { } contentKey
                && Decrypt(contentKey, Encoding.ASCII.GetBytes(protectedHeader), iv, cipher, tag)
                    is { } content
                ? (content, null)
                : (null, unreadable);
        }
        catch (Exception failure) when (failure is CryptographicException or FormatException)
        {
            return (null, unreadable);
        }
    }

    /// <summary>AES key unwrap (RFC 3394 §2.2.2); null when the check fails.</summary>
    internal static byte[]? Unwrap(byte[] wrapping, byte[] wrapped)
    {
        using var aes = Aes.Create();
        aes.Key = wrapping;
        var blocks = (wrapped.Length / 8) - 1;
        var key = wrapped[8..];
        Span<byte> block = stackalloc byte[16];
        wrapped.AsSpan(0, 8).CopyTo(block);
        for (var step = 6 * blocks; step > 0; step--)
        {
            var place = key.AsSpan((step - 1) % blocks * 8, 8);
            block[7] ^= (byte)step;
            place.CopyTo(block[8..]);
            aes.DecryptEcb(block, block, PaddingMode.None);
            block[8..].CopyTo(place);
        }

        ReadOnlySpan<byte> expected = [0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6];
        return CryptographicOperations.FixedTimeEquals(block[..8], expected) ? key : null;
    }

    /// <summary>AES-256-CBC with HMAC-SHA-512 (RFC 7518 §5.2.5): the tag first; null when it is wrong.</summary>
    internal static byte[]? Decrypt(byte[] key, byte[] header, byte[] iv, byte[] cipher, byte[] tag)
    {
        var bits = new byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bits, header.Length * 8L);
        var mac = HMACSHA512.HashData(key.AsSpan(0, 32), (byte[])[.. header, .. iv, .. cipher, .. bits]);
        if (!CryptographicOperations.FixedTimeEquals(mac.AsSpan(0, TagLength), tag))
        {
            return null;
        }

        using var aes = Aes.Create();
        aes.Key = key[32..];
        return aes.DecryptCbc(cipher, iv);
    }

    /// <summary>The sender's key, of this one message alone; null when it is no P-256 key.</summary>
    private static ECPoint? SenderOf(JsonElement header) =>
        header.TryGetProperty("epk", out var key)
        && key.ValueKind == JsonValueKind.Object
        && JsonText.Of(key, "kty") == "EC"
        && JsonText.Of(key, "crv") == "P-256"
            ? new ECPoint { X = Bytes(key, "x"), Y = Bytes(key, "y") }
            : null;

    private static byte[] Bytes(JsonElement parent, string name) =>
        JsonText.Of(parent, name) is { } text ? StrictBase64Url.Decode(text) : [];

    private static JweFault Fault(string code, string detail) => new(code, detail);
}
