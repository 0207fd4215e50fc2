using System.Net;

namespace OpenBanking.Server.Http;

/// <summary>Addresses of others that are on their own machine (RFC 8252 §7.3): <c>localhost</c>, 127.0.0.0/8 and [::1]. The
/// framework takes more, such as the name <c>loopback</c>, which it reads as <c>localhost</c> and nobody else does.</summary>
public static class Loopback
{
    private const string Name = "localhost";

    public static bool Has(Uri address) =>
        address.HostNameType switch
        {
            UriHostNameType.Dns => IsNamed(address),
            UriHostNameType.IPv4 => IPAddress.IsLoopback(IPAddress.Parse(address.Host)),
            UriHostNameType.IPv6 => IPAddress.IPv6Loopback.Equals(IPAddress.Parse(address.DnsSafeHost)),
            _ => false,
        };

    /// <summary>Of the name as it was written.</summary>
    private static bool IsNamed(Uri address)
    {
        var written = address.OriginalString.AsSpan();
        var start = $"{address.Scheme}{Uri.SchemeDelimiter}{Name}";
        return written.StartsWith(start, StringComparison.OrdinalIgnoreCase)
            && written[start.Length..] is [] or [':' or '/' or '?' or '#', ..];
    }
}
