using System.Globalization;
using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Signs deliveries as the bank does (Standard Webhooks 1.0): for the partner's own tests.</summary>
public sealed class WebhookSigner
{
    private readonly byte[] key;

    /// <summary>A signer with a secret.</summary>
    /// <param name="secret">The endpoint's secret, <c>whsec_…</c>, which the verifier of the app under test has, too.</param>
    /// <exception cref="ArgumentException">The secret is not <c>whsec_</c> and base64 of 24–64
    /// bytes.</exception>
    public WebhookSigner(string secret) => key = WebhookSecrets.Decode(secret);

    /// <summary>A new secret, <c>whsec_…</c>, of 256 bits.</summary>
    /// <returns>The secret, to be given to a signer and to a verifier.</returns>
    public static string CreateSecret() => WebhookSecrets.New();

    /// <summary>The headers to send a body with.</summary>
    /// <example><code source="WebhookSigner_Sign">
    /// // In a test of the webhook endpoint: sign as the bank would.
    /// var headers = new WebhookSigner(secret).Sign("evt_1", DateTimeOffset.UtcNow, rawBody);
    /// </code></example>
    /// <param name="id">The delivery's id: the event's.</param>
    /// <param name="sentAt">When it is sent; deliveries older than 300 s are refused.</param>
    /// <param name="rawBody">The body, byte for byte as it is sent.</param>
    /// <returns>The three headers; send them with the body.</returns>
    public WebhookHeaders Sign(string id, DateTimeOffset sentAt, ReadOnlySpan<byte> rawBody)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        if (!Texts.IsVisibleAscii(id))
        {
            throw new ArgumentException(
                "An id travels in a header: give visible ASCII characters.",
                nameof(id)
            );
        }

        var timestamp = sentAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToBase64String(WebhookSecrets.Sign(key, id, timestamp, rawBody));
        return new WebhookHeaders(id, timestamp, "v1," + signature);
    }
}
