using System.Buffers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Authorization;

/// <summary>The names of pushed requests (RFC 9126 §2.2), and what they are kept under: digests, so that whoever reads the store
/// can take up none.</summary>
public sealed class RequestUris(Store store)
{
    public const string Prefix = "urn:ietf:params:oauth:request_uri:";

    /// <summary>Milliseconds since 1970 in eleven hexadecimal digits, and a dot, which no secret has.</summary>
    private const int TimeLength = 12;

    private static readonly SearchValues<char> digits = SearchValues.Create("0123456789abcdef");

    /// <summary>A new name. Where there is one writer it begins with the time, and so does what it is kept under: requests stand
    /// side by side as they came, and many share a page. Elsewhere a server of an earlier version has to find it, which knows
    /// digests alone.</summary>
    public string New(DateTimeOffset now) =>
        Prefix + (store.HasOneWriter ? $"{now.ToUnixTimeMilliseconds():x11}." : "") + Ids.NewSecret();

    /// <summary>What a request with this name is kept under.</summary>
    public static string KeyOf(string requestUri) => TimeOf(requestUri) + Secrets.HashOf(requestUri);

    private static string? TimeOf(string requestUri) =>
        requestUri.StartsWith(Prefix, StringComparison.Ordinal)
        && requestUri.Length > Prefix.Length + TimeLength
        && requestUri.AsSpan(Prefix.Length, TimeLength) is [.. var time, '.']
        && !time.ContainsAnyExcept(digits)
            ? requestUri.Substring(Prefix.Length, TimeLength)
            : null;
}
