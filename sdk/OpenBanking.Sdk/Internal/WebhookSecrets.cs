using System.Security.Cryptography;
using System.Text;

namespace OpenBanking.Internal;

/// <summary>Secrets and signatures of Standard Webhooks 1.0: <c>whsec_</c> and base64; HMAC-SHA-256 over
/// <c>id.timestamp.body</c>.</summary>
internal static class WebhookSecrets
{
    public const int SignatureBytes = HMACSHA256.HashSizeInBytes;
    public const string Prefix = "whsec_";
    private const int LeastBytes = 24;
    private const int MostBytes = 64;

    public static string New() =>
        Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SignatureBytes));

    /// <exception cref="ArgumentException">The text is no secret; the message does not repeat it.</exception>
    public static byte[] Decode(string secret)
    {
        var bytes = new byte[MostBytes];
        return
            secret is not null
            && secret.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64Chars(secret.AsSpan(Prefix.Length), bytes, out var length)
            && length >= LeastBytes
            ? bytes[..length]
            : throw new ArgumentException(
                "A webhook secret is whsec_ and base64 of 24–64 bytes, as creating the endpoint gave it.",
                nameof(secret)
            );
    }

    public static byte[] Sign(byte[] key, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        mac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        mac.AppendData(body);
        return mac.GetHashAndReset();
    }
}
