using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OpenBanking.Tests.Bench;

/// <summary>An address of https beside the plain one, with a certificate of its own.</summary>
internal sealed class SecureAddress
{
    /// <param name="plain">The server's public address.</param>
    /// <param name="folder">Where certificate and key are written.</param>
    public SecureAddress(Uri plain, string folder)
    {
        var (certificate, key) = (Path.Combine(folder, "server.crt"), Path.Combine(folder, "server.key"));
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest(
            "CN=localhost",
            pair,
            HashAlgorithmName.SHA256
        ).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(certificate, made.ExportCertificatePem());
        File.WriteAllText(key, pair.ExportPkcs8PrivateKeyPem());
        Settings =
        [
            $"--Server:MutualTlsAddress={Address}",
            $"--Kestrel:Endpoints:Plain:Url={plain}",
            $"--Kestrel:Endpoints:Secure:Url={Address}",
            $"--Kestrel:Endpoints:Secure:Certificate:Path={certificate}",
            $"--Kestrel:Endpoints:Secure:Certificate:KeyPath={key}",
        ];
    }

    public Uri Address { get; } = new($"https://localhost:{Ports.Free()}");

    /// <summary>What tells the server to listen there. Proofs may name the address, as it is one of the bank's.</summary>
    public string[] Settings { get; }
}
