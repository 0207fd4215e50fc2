using System.Security.Cryptography.X509Certificates;

namespace OpenBanking.Internal;

/// <summary>What the options say of the certificate, for the handler that is made after them.</summary>
internal sealed class ConnectionCertificate
{
    public X509Certificate2? Value { get; set; }
}
