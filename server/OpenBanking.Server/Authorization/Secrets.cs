using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OpenBanking.Server.Authorization;

/// <summary>Secrets are made of 256 random bits and kept as digests only.</summary>
public static class Secrets
{
    public static string HashOf(string secret) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    public static bool AreEqual(string? left, string? right) =>
        left is not null
        && right is not null
        && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(left),
            Encoding.UTF8.GetBytes(right)
        );
}
