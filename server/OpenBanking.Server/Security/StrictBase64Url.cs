using System.Buffers;
using System.Buffers.Text;

namespace OpenBanking.Server.Security;

/// <summary>Base64url of others, without padding and white space (RFC 7515 §2), which the framework's decoder passes over.</summary>
public static class StrictBase64Url
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /// <summary>Of a SHA-256 digest.</summary>
    private const int DigestLength = 43;

    private static readonly SearchValues<char> alphabet = SearchValues.Create(Alphabet);
    private static readonly SearchValues<char> alphabetAndDot = SearchValues.Create(Alphabet + ".");

    /// <summary>Whether the text can be decoded.</summary>
    public static bool IsValid(ReadOnlySpan<char> text) =>
        !text.ContainsAnyExcept(alphabet) && Base64Url.IsValid(text);

    /// <summary>Whether the text is a SHA-256 digest (RFC 7636 §4.2, RFC 7638 §3).</summary>
    public static bool IsDigest(string? text) => text is { Length: DigestLength } && IsValid(text);

    /// <summary>Whether the parts of a compact JWS or JWE are of the alphabet alone: one look for all of them.</summary>
    public static bool IsCompact(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(alphabetAndDot);

    /// <exception cref="FormatException">It is not base64url, or has padding or white space.</exception>
    public static byte[] Decode(ReadOnlySpan<char> text) =>
        text.ContainsAnyExcept(alphabet)
            ? throw new FormatException("Base64url without padding and white space is expected.")
            : Base64Url.DecodeFromChars(text);
}
