using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Authorization;

/// <summary>A signed JSON document in compact form (RFC 7515 §7.1), parsed strictly: three parts of base64url, two
/// JSON objects without repeated members. Nothing in it is to be believed before <see cref="IsSignedBy"/>.</summary>
public sealed class Jws
{
    private const int LongestToken = 16 * 1024;
    private const int Depth = 8;
    private const int LongestOnStack = 1_024;

    /// <summary>What a text must be, for whoever sent another.</summary>
    public const string Expected = "a compact JWS of two JSON objects without repeated members";

    /// <summary>What a claim that names an instant must be, for whoever sent another.</summary>
    public const string InstantExpected = "must be a number of seconds since 1970, not of milliseconds.";

    private static readonly JsonDocumentOptions strict = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = Depth,
    };

    private static readonly string[] untaken = ["crit", "x5u", "jku"];
    private static readonly string[] texts = ["kid", "typ"];

    private readonly byte[] signedBytes;
    private readonly byte[] signature;

    private Jws(JsonElement header, JsonElement payload, byte[] signedBytes, byte[] signature)
    {
        Header = header;
        Payload = payload;
        this.signedBytes = signedBytes;
        this.signature = signature;
    }

    public JsonElement Header { get; }

    public JsonElement Payload { get; }

    public string? Algorithm => JsonText.Of(Header, "alg");

    public string? KeyId => JsonText.Of(Header, "kid");

    public string? Type => JsonText.Of(Header, "typ");

    /// <summary>Null for text that is not such a document.</summary>
    public static Jws? TryParse(string? text)
    {
        if (text is null or { Length: > LongestToken } || !StrictBase64Url.IsCompact(text))
        {
            return null;
        }

        var headerEnd = text.IndexOf('.', StringComparison.Ordinal);
        var payloadEnd = text.LastIndexOf('.');
        if (headerEnd < 0 || headerEnd == payloadEnd || text.IndexOf('.', headerEnd + 1) != payloadEnd)
        {
            return null;
        }

        try
        {
            return
                TryParseObject(text.AsSpan(0, headerEnd)) is { } header
                && TryParseObject(text.AsSpan(headerEnd + 1, payloadEnd - headerEnd - 1)) is { } payload
                ? new(
                    header,
                    payload,
                    Encoding.ASCII.GetBytes(text, 0, payloadEnd),
                    Base64Url.DecodeFromChars(text.AsSpan(payloadEnd + 1))
                )
                : null;
        }
        catch (Exception failure)
            when (failure is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The header's <c>alg</c> must be the key's own: the document does not choose how it is checked
    /// (RFC 8725 §3.1). Headers that name keys or critical extensions are refused.</summary>
    public bool IsSignedBy(PublicKey key) =>
        Algorithm == key.Algorithm
        && !Header.TryGetProperty("crit", out _)
        && !Header.TryGetProperty("x5u", out _)
        && !Header.TryGetProperty("jku", out _)
        && Misread is null
        && key.Verify(signedBytes, signature);

    /// <summary>The header that has it refused, if it holds one.</summary>
    public string? Untaken => Array.Find(untaken, name => Header.TryGetProperty(name, out _));

    /// <summary>The header that is there and should be a string, and is none (RFC 7515 §4.1.4 and 9).</summary>
    public string? Misread =>
        Array.Find(
            texts,
            name => Header.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.String
        );

    /// <summary>The first of some claims that is there, and no instant.</summary>
    public string? Unreadable(params ReadOnlySpan<string> instants)
    {
        foreach (var claim in instants)
        {
            if (Payload.TryGetProperty(claim, out _) && Instant(claim) is null)
            {
                return claim;
            }
        }

        return null;
    }

    public string? Text(string claim) => JsonText.Of(Payload, claim);

    /// <summary>An instant in seconds since 1970; null when it is absent or no number.</summary>
    public DateTimeOffset? Instant(string claim) => InstantOf(Payload, claim);

    /// <summary>An instant in seconds since 1970; null when it is absent or no number.</summary>
    public static DateTimeOffset? InstantOf(JsonElement claims, string claim) =>
        claims.TryGetProperty(claim, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var seconds)
            ? InstantOf(seconds)
            : null;

    /// <summary>Null for what is out of every sensible range.</summary>
    public static DateTimeOffset? InstantOf(double seconds) =>
        seconds is >= 0 and < 100_000_000_000 ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;

    private static JsonElement? TryParseObject(ReadOnlySpan<char> part)
    {
        Span<byte> json =
            part.Length <= LongestOnStack ? stackalloc byte[LongestOnStack] : new byte[part.Length];
        var root = JsonElement.Parse(json[..Base64Url.DecodeFromChars(part, json)], strict);
        return root.ValueKind == JsonValueKind.Object ? root : null;
    }
}
