using System.Buffers.Text;
using System.Security.Cryptography;

namespace OpenBanking.Internal;

/// <summary>Unguessable text, from the operating system's generator.</summary>
internal static class Randomness
{
    private const int SecretBytes = 32;
    private const int IdBytes = 16;
    private const int BlockBytes = 64 * IdBytes;

    [ThreadStatic]
    private static byte[]? block;

    [ThreadStatic]
    private static int used;

    /// <summary>256 bits in 43 base64url characters: state, nonce, PKCE verifier.</summary>
    public static string Secret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>128 bits in 22 base64url characters: <c>jti</c>.</summary>
    public static string Id()
    {
        Span<byte> bytes = stackalloc byte[IdBytes];
        FillId(bytes);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>A random UUID (RFC 9562 §5.4): <c>x-fapi-interaction-id</c> asks for one.</summary>
    public static string Uuid()
    {
        Span<byte> bytes = stackalloc byte[IdBytes];
        FillId(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    // To ask the generator costs much more than to take the bytes: ids, which are no secrets, share what it gives at once.
    private static void FillId(Span<byte> bytes)
    {
        if (block is null || used == block.Length)
        {
            block ??= new byte[BlockBytes];
            RandomNumberGenerator.Fill(block);
            used = 0;
        }

        block.AsSpan(used, bytes.Length).CopyTo(bytes);
        used += bytes.Length;
    }
}
