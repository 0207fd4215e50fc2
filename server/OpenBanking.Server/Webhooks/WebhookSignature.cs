using System.Security.Cryptography;
using System.Text;

namespace OpenBanking.Server.Webhooks;

/// <summary>Signs as Standard Webhooks 1.0 says: HMAC-SHA256 over id, timestamp and body.</summary>
public static class WebhookSignature
{
    private const string SecretPrefix = "whsec_";
    private const int SecretLength = 32;

    public static string NewSecret() =>
        SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretLength));

    /// <summary>The value of the <c>webhook-signature</c> header.</summary>
    public static string Sign(string secret, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        using var mac = IncrementalHash.CreateHMAC(
            HashAlgorithmName.SHA256,
            Convert.FromBase64String(secret[SecretPrefix.Length..])
        );
        mac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        mac.AppendData(body);
        return "v1," + Convert.ToBase64String(mac.GetHashAndReset());
    }
}
