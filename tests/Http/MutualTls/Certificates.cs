using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OpenBanking.Tests.Http.MutualTls;

/// <summary>A certificate authority of a test's own, and what it and one below it issue.</summary>
public sealed class Certificates : IDisposable
{
    /// <summary>The subject of what the server shows.</summary>
    public const string Localhost = "CN=localhost";

    private const string ForClients = "1.3.6.1.5.5.7.3.2";
    private const string ForServers = "1.3.6.1.5.5.7.3.1";
    private static readonly DateTimeOffset begin = DateTimeOffset.UtcNow.AddDays(-2);
    private static readonly DateTimeOffset end = DateTimeOffset.UtcNow.AddDays(2);

    private readonly X509Certificate2 root;
    private readonly X509Certificate2 below;

    public Certificates()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        root = NewAuthority("CN=Test Root", rootKey).CreateSelfSigned(begin, end);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issued = NewAuthority("CN=Test Issuer", key).Create(root, begin, end, NewSerial());
        below = issued.CopyWithPrivateKey(key);
    }

    /// <summary>Both authorities, as a server is told them.</summary>
    public string Pem => $"{root.ExportCertificatePem()}\n{below.ExportCertificatePem()}\n";

    public X509Certificate2 Issue(
        string subject,
        Action<SubjectAlternativeNameBuilder>? names = null,
        string purpose = ForClients
    ) => Issue(new X500DistinguishedName(subject), below, names, purpose, begin, end);

    public X509Certificate2 Issue(X500DistinguishedName subject) =>
        Issue(subject, below, names: null, ForClients, begin, end);

    /// <summary>By the first authority itself.</summary>
    public X509Certificate2 IssueByRoot(string subject) =>
        Issue(new X500DistinguishedName(subject), root, names: null, ForClients, begin, end);

    public X509Certificate2 IssueForServers(string subject) => Issue(subject, purpose: ForServers);

    public X509Certificate2 Issue(string subject, X509KeyUsageFlags usage) =>
        Issue(new X500DistinguishedName(subject), below, names: null, ForClients, begin, end, usage);

    /// <summary>One that was good until yesterday.</summary>
    public X509Certificate2 IssueExpired(string subject) =>
        Issue(
            new X500DistinguishedName(subject),
            below,
            names: null,
            ForClients,
            begin,
            DateTimeOffset.UtcNow.AddDays(-1)
        );

    public static X509Certificate2 SelfSigned(string subject, ECDsa key, DateTimeOffset? until = null)
    {
        var request = NewRequest(new X500DistinguishedName(subject), key, names: null, ForClients);
        using var certificate = request.CreateSelfSigned(begin, until ?? end);
        return Portable(certificate);
    }

    /// <summary>What the server itself shows on localhost.</summary>
    public static byte[] ForLocalhost(string password)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = NewRequest(
            new X500DistinguishedName(Localhost),
            key,
            names => names.AddDnsName("localhost"),
            ForServers
        );
        using var certificate = request.CreateSelfSigned(begin, end);
        return certificate.Export(X509ContentType.Pkcs12, password);
    }

    public void Dispose()
    {
        root.Dispose();
        below.Dispose();
    }

    private static X509Certificate2 Issue(
        X500DistinguishedName subject,
        X509Certificate2 issuer,
        Action<SubjectAlternativeNameBuilder>? names,
        string purpose,
        DateTimeOffset from,
        DateTimeOffset until,
        X509KeyUsageFlags? usage = null
    )
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = NewRequest(subject, key, names, purpose);
        if (usage is { } flags)
        {
            request.CertificateExtensions.Add(new X509KeyUsageExtension(flags, critical: true));
        }

        using var issued = request.Create(issuer, from, until, NewSerial());
        using var whole = issued.CopyWithPrivateKey(key);
        return Portable(whole);
    }

    private static CertificateRequest NewAuthority(string subject, ECDsa key)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(
                certificateAuthority: true,
                hasPathLengthConstraint: false,
                pathLengthConstraint: 0,
                critical: true
            )
        );
        return request;
    }

    private static CertificateRequest NewRequest(
        X500DistinguishedName subject,
        ECDsa key,
        Action<SubjectAlternativeNameBuilder>? names,
        string purpose
    )
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new(purpose)], critical: false));
        if (names is not null)
        {
            var builder = new SubjectAlternativeNameBuilder();
            names(builder);
            request.CertificateExtensions.Add(builder.Build());
        }

        return request;
    }

    private static byte[] NewSerial() => [1, .. RandomNumberGenerator.GetBytes(8)];

    /// <summary>With a key that TLS can use.</summary>
    private static X509Certificate2 Portable(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
}
