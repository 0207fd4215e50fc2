using System.Formats.Asn1;
using System.Net;
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

    /// <summary>Whether the value can be one of its kind.</summary>
    public static bool IsWellFormed(string kind, string value) =>
        value.Length is > 0 and <= LongestValue
        && kind switch
        {
            Dn => DistinguishedNames.Parse(value) is not null,
            SanIp => IPAddress.TryParse(value, out _),
            _ => !value.AsSpan().ContainsAnyExceptInRange('!', '~'),
        };

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
