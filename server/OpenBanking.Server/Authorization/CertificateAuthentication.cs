using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;

namespace OpenBanking.Server.Authorization;

/// <summary>
/// Authenticates clients by their certificate (RFC 8705 §2), in this order: <c>client_id</c> names a client that is
/// registered for it; nothing of another method; a certificate was presented; it is good now; for <c>tls_client_auth</c>:
/// issued, for client authentication, by an authority on the server's list, with the one registered attribute; for
/// <c>self_signed_tls_client_auth</c>: to the byte one of those in the client's JWKS (<c>x5c</c>).
/// </summary>
public sealed class CertificateAuthentication(AppDirectory apps, ServerOptions options, TimeProvider time)
{
    public const string ByAuthority = "tls_client_auth";
    public const string BySelf = "self_signed_tls_client_auth";
    private const string ForClients = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2Collection authorities = options.LoadAuthorities();

    public async ValueTask<(AuthenticatedClient? Client, OAuthFailure? Failure)> AuthenticateAsync(
        HttpContext context,
        OAuthForm form
    )
    {
        if (await apps.FindAsync(form["client_id"]) is not { Row.AuthenticationMethod: { } method } app)
        {
            return Refuse(
                "client_assertion is missing: authenticate with private_key_jwt, or with client_id and the certificate of a "
                    + "client that is registered with one."
            );
        }

        var presented = PresentedCertificate.Of(context);
        return ClientAuthentication.OtherMethodOf(context.Request, form) is { } other ? (null, other)
            : presented.Certificate is not { } certificate
                ? Refuse($"The client is registered for {method}. {presented.Missing}")
            : WhyNot(certificate, app.Row) is { } reason ? Refuse(reason)
            : (new(app, Assertion: null), null);
    }

    private string? WhyNot(X509Certificate2 certificate, AppRow app)
    {
        try
        {
            return WhyNotOf(certificate, app);
        }
        catch (CryptographicException)
        {
            // Of what a proxy passes nothing was read before: not its dates, and not its key.
            return "The client certificate cannot be read.";
        }
    }

    private string? WhyNotOf(X509Certificate2 certificate, AppRow app)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return now < certificate.NotBefore.ToUniversalTime() || now >= certificate.NotAfter.ToUniversalTime()
                ? "The client certificate has expired, or is not good yet."
            : app.AuthenticationMethod == ByAuthority ? WhyNotIssued(certificate, app, now)
            : CertificatesIn(app.Jwks).Any(own => certificate.RawDataMemory.Span.SequenceEqual(own)) ? null
            : "The client certificate is none of those in the x5c of the client's registered keys.";
    }

    private string? WhyNotIssued(X509Certificate2 certificate, AppRow app, DateTime now) =>
        !IsIssuedByAuthority(certificate, now)
            ? "The client certificate is not issued for client authentication by an authority that this server knows."
        : !CertificateSubjects.Matches(certificate, app.CertificateSubjectKind!, app.CertificateSubject!)
            ? $"The client certificate does not have the registered {app.CertificateSubjectKind}."
        : null;

    /// <summary>By the authorities of the settings alone: those the machine trusts for other things count for nothing.
    /// Whether a certificate was taken back is for the proxy, or for the registration.</summary>
    private bool IsIssuedByAuthority(X509Certificate2 certificate, DateTime now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = now;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new(ForClients));
        return authorities.Count > 0 && chain.Build(certificate);
    }

    /// <summary>The first certificate of each key's chain is the key's own (RFC 7517 §4.7).</summary>
    public static IEnumerable<byte[]> CertificatesIn(string jwks)
    {
        using var document = JsonDocument.Parse(jwks);
        foreach (var key in document.RootElement.GetProperty("keys").EnumerateArray())
        {
            if (
                key.TryGetProperty("x5c", out var chain)
                && chain is { ValueKind: JsonValueKind.Array }
                && chain.GetArrayLength() > 0
                && chain[0].ValueKind == JsonValueKind.String
                && chain[0].TryGetBytesFromBase64(out var certificate)
            )
            {
                yield return certificate;
            }
        }
    }

    private static (AuthenticatedClient?, OAuthFailure?) Refuse(string description) =>
        (null, OAuthFailure.InvalidClient(description));
}
