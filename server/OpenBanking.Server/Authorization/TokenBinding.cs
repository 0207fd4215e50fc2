using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace OpenBanking.Server.Authorization;

/// <summary>What a token is bound to: a DPoP key, by its thumbprint (RFC 9449 §6.1), or a client certificate, by the digest
/// of its bytes (RFC 8705 §3.1). The one is never the other, whatever the text.</summary>
public readonly record struct TokenBinding(bool IsCertificate, string Thumbprint)
{
    private const string KeyMember = "jkt";
    private const string CertificateMember = "x5t#S256";

    public static TokenBinding To(string keyThumbprint) => new(IsCertificate: false, keyThumbprint);

    public static TokenBinding To(X509Certificate2 certificate) => To(certificate.RawDataMemory.Span);

    /// <param name="certificate">Its bytes, in DER.</param>
    public static TokenBinding To(ReadOnlySpan<byte> certificate) =>
        new(IsCertificate: true, Base64Url.EncodeToString(SHA256.HashData(certificate)));

    /// <summary>How the token is sent, and what is said of it. A bearer token is good for the bearer of the
    /// certificate alone.</summary>
    public string TokenType => IsCertificate ? "Bearer" : "DPoP";

    /// <summary>The member of the claim <c>cnf</c> that holds the thumbprint: one of the two and never both.</summary>
    public string ConfirmationMember => IsCertificate ? CertificateMember : KeyMember;

    /// <summary>Null when the claims bind the token to nothing, or to both.</summary>
    public static TokenBinding? Read(JsonElement claims) =>
        !claims.TryGetProperty("cnf", out var confirmation)
            ? null
            : (JsonText.Of(confirmation, KeyMember), JsonText.Of(confirmation, CertificateMember)) switch
            {
                ({ Length: > 0 } key, null) => To(key),
                (null, { Length: > 0 } digest) => new(IsCertificate: true, digest),
                _ => null,
            };
}
