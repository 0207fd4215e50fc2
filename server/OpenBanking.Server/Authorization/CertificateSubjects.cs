using System.Formats.Asn1;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace OpenBanking.Server.Authorization;

/// <summary>The attributes by which a certificate is known to be an app's (RFC 8705 §2.1.2): exactly one is registered, and
/// compared in full.</summary>
public static class CertificateSubjects
{
    public const string Dn = "tls_client_auth_subject_dn";
    public const string SanDns = "tls_client_auth_san_dns";
    public const string SanUri = "tls_client_auth_san_uri";
    public const string SanIp = "tls_client_auth_san_ip";
    public const string SanEmail = "tls_client_auth_san_email";
    private const string AlternativeNames = "2.5.29.17";
    private const int LongestValue = 512;
    private const int LongestLabel = 63;
    private const int EmailTag = 1;
    private const int DnsTag = 2;
    private const int UriTag = 6;
    private const int IpTag = 7;

    public static bool Matches(X509Certificate2 certificate, string kind, string value) =>
        kind switch
        {
            Dn => DistinguishedNames.Parse(value) is { } name
                && DistinguishedNames.Of(certificate.SubjectName) is { } subject
                && subject.SequenceEqual(name),
            SanDns => NamesOf(certificate, DnsTag).Contains(value, StringComparer.OrdinalIgnoreCase),
            SanUri => NamesOf(certificate, UriTag).Contains(value, StringComparer.Ordinal),
            SanEmail => NamesOf(certificate, EmailTag).Contains(value, StringComparer.Ordinal),
            SanIp => IPAddress.TryParse(value, out var address)
                && NamesOf(certificate, IpTag).Contains(address.ToString(), StringComparer.Ordinal),
            _ => false,
        };

    /// <summary>Why the value can be none of its kind; null when it can.</summary>
    public static string? WhyNot(string kind, string value) =>
        value.Length is 0 or > LongestValue ? $"{kind} must be 1 to {LongestValue} characters long."
        : kind == Dn
            ? DistinguishedNames.Read(value).Wrong is { } wrong
                    ? $"{kind} must be a name as RFC 4514 writes it: {wrong}"
                : null
        : ExpectedOf(kind, value) is { } expected ? $"{kind} must be {expected}."
        : null;

    private static string? ExpectedOf(string kind, string value) =>
        kind switch
        {
            SanIp => IsAddress(value)
                ? null
                : "an IPv4 address of four parts without leading zeros, or an IPv6 address, without brackets, "
                    + "port, prefix or zone",
            SanEmail => IsEmailAddress(value) ? null : "an e-mail address alone, such as app@example.com",
            SanDns => IsHostName(value.StartsWith("*.", StringComparison.Ordinal) ? value[2..] : value)
                ? null
                : "a DNS name alone, such as app.example.com",
            _ => IsUri(value) ? null : "a URI with its scheme, of visible ASCII characters",
        };

    /// <summary>As texts of addresses are written (RFC 4291 §2.2, RFC 5952): the framework reads more than that.</summary>
    private static bool IsAddress(string value) =>
        IPAddress.TryParse(value, out var address)
        && (
            address.AddressFamily == AddressFamily.InterNetwork
                ? address.ToString() == value
                : value.All(letter => char.IsAsciiHexDigit(letter) || letter is ':' or '.')
                    && (!value.Contains('.') || IsAddress(value[(value.LastIndexOf(':') + 1)..]))
        );

    /// <summary>A dot-atom and a host (RFC 5321 §4.1.2); nobody quotes the name of an app.</summary>
    private static bool IsEmailAddress(string value) =>
        value.Split('@') is [var name, var host]
        && name.Split('.')
            .All(atom =>
                atom.Length > 0
                && atom.All(letter =>
                    char.IsAsciiLetterOrDigit(letter) || "!#$%&'*+-/=?^_`{|}~".Contains(letter)
                )
            )
        && IsHostName(host);

    private static bool IsHostName(string value) =>
        value
            .Split('.')
            .All(label =>
                label.Length is > 0 and <= LongestLabel
                && label.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
            );

    private static bool IsUri(string value) =>
        !value.AsSpan().ContainsAnyExceptInRange('!', '~')
        && value.IndexOf(':', StringComparison.Ordinal) is > 0 and var end
        && Uri.CheckSchemeName(value[..end])
        && Uri.TryCreate(value, UriKind.Absolute, out _);

    private static List<string> NamesOf(X509Certificate2 certificate, int tag)
    {
        var names = new List<string>();
        foreach (var extension in certificate.Extensions.Where(found => found.Oid?.Value == AlternativeNames))
        {
            try
            {
                Read(extension.RawData, tag, names);
            }
            catch (Exception failure) when (failure is AsnContentException or ArgumentException)
            {
                // Names that cannot be read are nobody's.
            }
        }

        return names;
    }

    private static void Read(byte[] encoded, int wanted, List<string> names)
    {
        var reader = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        while (reader.HasData)
        {
            var tag = reader.PeekTag();
            if (tag.TagClass != TagClass.ContextSpecific || tag.TagValue != wanted)
            {
                reader.ReadEncodedValue();
                continue;
            }

            names.Add(
                wanted == IpTag
                    ? new IPAddress(reader.ReadOctetString(tag)).ToString()
                    : reader.ReadCharacterString(UniversalTagNumber.IA5String, tag)
            );
        }
    }
}
