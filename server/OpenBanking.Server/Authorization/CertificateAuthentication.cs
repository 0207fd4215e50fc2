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
    private const string NotOwn =
        "The client certificate is none of those in the x5c of the client's registered keys.";
    private const int MostIssuedInGeneration = 1_000;

    /// <summary>Certificates that the authorities issued, by their digest: the API looks at one with every call.</summary>
    private readonly RecentlyUsed<Issued> issued = new(MostIssuedInGeneration);

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

    /// <summary>Why a token that is bound to a certificate counts no more, of an app as it is registered now; null while it
    /// does. An app that authenticates by certificates must still authenticate by this one; one that authenticates by keys has
    /// its tokens bound to whichever it presents, as long as it is registered for that.</summary>
    /// <param name="presented">The certificate; null where its digest alone is known. By that a self-signed one is found in
    /// the app's keys, and of others nothing can be said.</param>
    public string? WhyNotBound(AppRow app, TokenBinding binding, X509Certificate2? presented) =>
        !binding.IsCertificate ? null
        : app.AuthenticationMethod is null
            ? app.CertificateBoundTokens ? null
                : "The app's tokens are bound to no certificate any more."
        : presented is not null ? WhyNot(presented, app)
        : app.AuthenticationMethod == BySelf ? WhyNotOwn(binding, app)
        : null;

    private string? WhyNotOwn(TokenBinding binding, AppRow app)
    {
        if (CertificatesIn(app.Jwks).FirstOrDefault(own => TokenBinding.To(own) == binding) is not { } found)
        {
            return NotOwn;
        }

        using var certificate = X509CertificateLoader.LoadCertificate(found);
        return WhyNot(certificate, app);
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
            : NotOwn;
    }

    private string? WhyNotIssued(X509Certificate2 certificate, AppRow app, DateTime now) =>
        !MaySign(certificate)
            ? "The client certificate is not for signatures: its key usage lacks digitalSignature."
        : !IsIssuedByAuthority(certificate, now)
            ? "The client certificate is not issued for client authentication by an authority that this server knows."
        : !CertificateSubjects.Matches(certificate, app.CertificateSubjectKind!, app.CertificateSubject!)
            ? $"The client certificate does not have the registered {app.CertificateSubjectKind}."
        : null;

    /// <summary>Who presents it signs the handshake (RFC 8446 §4.4.2.2).</summary>
    private static bool MaySign(X509Certificate2 certificate) =>
        certificate
            .Extensions.OfType<X509KeyUsageExtension>()
            .All(usage => usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature));

    /// <summary>By the authorities of the settings alone: those the machine trusts for other things count for nothing.
    /// Whether a certificate was taken back is for the proxy, or for the registration.</summary>
    private bool IsIssuedByAuthority(X509Certificate2 certificate, DateTime now)
    {
        var digest = TokenBinding.To(certificate).Thumbprint;
        if (issued.Find(digest) is { } known && known.From <= now && now < known.Until)
        {
            return true;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = now;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new(ForClients));
        if (authorities.Count == 0 || !chain.Build(certificate))
        {
            return false;
        }

        // As long as everybody in the chain is good.
        issued.Keep(
            digest,
            new(
                chain.ChainElements.Max(element => element.Certificate.NotBefore.ToUniversalTime()),
                chain.ChainElements.Min(element => element.Certificate.NotAfter.ToUniversalTime())
            )
        );
        return true;
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

    private sealed record Issued(DateTime From, DateTime Until);
}
