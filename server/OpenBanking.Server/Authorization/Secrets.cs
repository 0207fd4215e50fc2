using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace OpenBanking.Server.Authorization;

/// <summary>Secrets are made of 256 random bits and kept as digests only.</summary>
public static class Secrets
{
    private const int LongestOnStack = 2_048;

    public static string HashOf(string secret)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        if (secret.Length * 3 > LongestOnStack)
        {
            SHA256.HashData(Encoding.UTF8.GetBytes(secret), digest);
            return Base64Url.EncodeToString(digest);
        }

        Span<byte> bytes = stackalloc byte[LongestOnStack];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(secret, bytes)], digest);
        return Base64Url.EncodeToString(digest);
    }

    public static bool AreEqual(string? left, string? right) =>
        left is not null
        && right is not null
        && CryptographicOperations.FixedTimeEquals(
            MemoryMarshal.AsBytes(left.AsSpan()),
            MemoryMarshal.AsBytes(right.AsSpan())
        );
}
