using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Checks that a delivery comes from the bank, unchanged and just now (Standard Webhooks
/// 1.0).</summary>
/// <remarks>Give it every secret that may be in use: while one is rotated, two are. Safe to use from many
/// threads. A delivery may come twice: see <see cref="IWebhookInbox"/>.</remarks>
public class WebhookVerifier
{
    private const char SignatureSeparator = ' ';
    private const int MostSignatures = 16;
    private const string Version = "v1,";
    private static readonly TimeSpan tolerance = TimeSpan.FromSeconds(300);

    private readonly byte[][] keys;
    private readonly TimeProvider clock;

    /// <summary>A verifier on the system's clock.</summary>
    /// <param name="secrets">The endpoint's secrets, <c>whsec_…</c>; at least one.</param>
    /// <exception cref="ArgumentException">There is none, or one is not <c>whsec_</c> and base64 of 24–64
    /// bytes.</exception>
    public WebhookVerifier(params string[] secrets)
        : this(secrets, TimeProvider.System) { }

    /// <summary>A verifier on a clock of one's own.</summary>
    /// <param name="secrets">The endpoint's secrets, <c>whsec_…</c>; at least one.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <exception cref="ArgumentException">There is none, or one is not <c>whsec_</c> and base64 of 24–64
    /// bytes.</exception>
    public WebhookVerifier(IEnumerable<string> secrets, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        ArgumentNullException.ThrowIfNull(timeProvider);
        keys = [.. secrets.Select(WebhookSecrets.Decode)];
        clock = timeProvider;
        if (keys.Length == 0)
        {
            throw new ArgumentException("Give the endpoint's secret, whsec_….", nameof(secrets));
        }
    }

    /// <summary>The event, when the delivery is to be trusted.</summary>
    /// <example><code source="WebhookVerifier_Verify">
    /// var verifier = new WebhookVerifier(secret);
    /// try
    /// {
    ///     var happened = verifier.Verify(headers, rawBody);
    ///     Console.WriteLine($"{happened.Type}: {happened.Data.OrderNo}");
    /// }
    /// catch (WebhookVerificationException refused)
    /// {
    ///     // Answer 400, and log why.
    ///     Console.WriteLine(refused.Message);
    /// }
    /// </code></example>
    /// <param name="headers">The three headers.</param>
    /// <param name="rawBody">The body, byte for byte as it came: parsing and writing it again breaks the
    /// signature.</param>
    /// <returns>The event, signed by the bank and not older than 300 s. It may have come before.</returns>
    /// <exception cref="WebhookVerificationException">The delivery is not to be trusted; it says
    /// why.</exception>
    public virtual WebhookEvent Verify(WebhookHeaders headers, ReadOnlySpan<byte> rawBody)
    {
        if (headers is not { Id.Length: > 0, Timestamp.Length: > 0, Signature.Length: > 0 })
        {
            throw Refused(
                WebhookRefusal.MissingHeader,
                $"The delivery has not exactly one {MissingHeader(headers)} header: it is not of the bank, or something in between "
                    + "took it away or added another."
            );
        }

        CheckTime(headers.Timestamp);
        CheckSignature(headers, rawBody);
        return Parse(rawBody);
    }

    private static string MissingHeader(WebhookHeaders headers) =>
        string.IsNullOrEmpty(headers.Id) ? WebhookHeaders.IdName
        : string.IsNullOrEmpty(headers.Timestamp) ? WebhookHeaders.TimestampName
        : WebhookHeaders.SignatureName;

    private void CheckTime(string timestamp)
    {
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var sentAt))
        {
            throw Refused(
                WebhookRefusal.MalformedTimestamp,
                "The webhook's timestamp is not a number of seconds."
            );
        }

        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        if (sentAt < now - (long)tolerance.TotalSeconds)
        {
            throw Refused(
                WebhookRefusal.TooOld,
                $"The webhook was sent {now - sentAt} s ago; 300 s are allowed."
            );
        }

        if (sentAt > now + (long)tolerance.TotalSeconds)
        {
            throw Refused(
                WebhookRefusal.InTheFuture,
                $"The webhook is from {sentAt - now} s in the future: is this server's clock right?"
            );
        }
    }

    private void CheckSignature(WebhookHeaders headers, ReadOnlySpan<byte> rawBody)
    {
        var valid = false;
        Span<byte> given = stackalloc byte[WebhookSecrets.SignatureBytes];
        var signatures = headers.Signature!.Split(SignatureSeparator, MostSignatures + 1);
        foreach (var key in keys)
        {
            var expected = WebhookSecrets.Sign(key, headers.Id!, headers.Timestamp!, rawBody);
            foreach (var signature in signatures.Take(MostSignatures))
            {
                // Every pair is compared, so that the time taken does not tell which secret is in use.
                valid |=
                    signature.StartsWith(Version, StringComparison.Ordinal)
                    && Convert.TryFromBase64Chars(signature.AsSpan(Version.Length), given, out var length)
                    && length == WebhookSecrets.SignatureBytes
                    && CryptographicOperations.FixedTimeEquals(given, expected);
            }
        }

        if (!valid)
        {
            throw Refused(
                WebhookRefusal.WrongSignature,
                "No signature of the webhook is of a secret known here: it is for an endpoint with another secret, or its body "
                    + "was changed on the way, as by reading and writing it again."
            );
        }
    }

    private static WebhookEvent Parse(ReadOnlySpan<byte> rawBody)
    {
        try
        {
            return JsonSerializer.Deserialize(rawBody, ResponseJson.Default.WebhookEvent)
                ?? throw Refused(WebhookRefusal.MalformedBody, "The webhook's body is null.");
        }
        catch (JsonException malformed)
        {
            throw new WebhookVerificationException(
                WebhookRefusal.MalformedBody,
                $"The webhook's body is no event{Place(malformed)}.",
                malformed
            );
        }
    }

    /// <summary>Where it is wrong; nothing where all of it is, or it is no JSON.</summary>
    private static string Place(JsonException malformed) =>
        malformed.Path is { } path and not "$" ? $": it is wrong at {Redaction.Scrub(path)}" : "";

    private static WebhookVerificationException Refused(WebhookRefusal reason, string message) =>
        new(reason, message);
}
