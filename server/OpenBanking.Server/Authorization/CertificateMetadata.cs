using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;

namespace OpenBanking.Server.Authorization;

/// <summary>
/// Checks how an app wants to authenticate, and to use certificates (RFC 8705 §2.1.2, §2.2.2, §3.4), in this order: the
/// method; that the server takes certificates, to bind tokens to them; for <c>tls_client_auth</c> exactly one attribute,
/// well-formed, and none otherwise; for <c>self_signed_tls_client_auth</c> a certificate in <c>x5c</c>, of the key it is at.
/// </summary>
public sealed class CertificateMetadata(ServerOptions options)
{
    /// <summary>The methods the server offers: only what can be used.</summary>
    public IReadOnlyList<string> Methods { get; } =
        options.MutualTlsAddress is null ? [ClientMetadata.AuthenticationMethod]
        : options.ClientCertificateAuthorities is null
            ? [ClientMetadata.AuthenticationMethod, CertificateAuthentication.BySelf]
        :
        [
            ClientMetadata.AuthenticationMethod,
            CertificateAuthentication.ByAuthority,
            CertificateAuthentication.BySelf,
        ];

    public OAuthFailure? Check(ClientRegistrationRequest request)
    {
        var method = MethodOf(request);
        var subjects = SubjectsOf(request);
        return !Methods.Contains(method)
                ? Refuse($"token_endpoint_auth_method must be one of {string.Join(", ", Methods)}.")
            : BindsTokens(request) && options.MutualTlsAddress is null
                ? Refuse(
                    "tls_client_certificate_bound_access_tokens: this server takes no client certificates."
                )
            : method != CertificateAuthentication.ByAuthority && subjects.Count > 0
                ? Refuse($"{subjects[0].Kind} is for {CertificateAuthentication.ByAuthority} only.")
            : method == CertificateAuthentication.ByAuthority && subjects.Count != 1
                ? Refuse(
                    $"{method} needs exactly one of {CertificateSubjects.Dn} (RFC 4514), {CertificateSubjects.SanDns}, "
                        + $"{CertificateSubjects.SanUri}, {CertificateSubjects.SanIp}, {CertificateSubjects.SanEmail}."
                )
            : subjects is [var (kind, value)] && CertificateSubjects.WhyNot(kind, value) is { } reason
                ? Refuse(reason)
            : method == CertificateAuthentication.BySelf && !HasOwnCertificates(request)
                ? Refuse($"{method} needs a key with its certificate in x5c, and no x5c of another key.")
            : null;
    }

    /// <summary>The app with what a checked registration says of certificates.</summary>
    public static AppRow Apply(AppRow app, ClientRegistrationRequest request)
    {
        var (kind, subject) = SubjectsOf(request).FirstOrDefault();
        return app with
        {
            AuthenticationMethod =
                MethodOf(request) is var method && method != ClientMetadata.AuthenticationMethod
                    ? method
                    : null,
            CertificateSubjectKind = kind,
            CertificateSubject = subject,
            CertificateBoundTokens = BindsTokens(request),
        };
    }

    private static string MethodOf(ClientRegistrationRequest request) =>
        request.TokenEndpointAuthMethod ?? ClientMetadata.AuthenticationMethod;

    private static bool BindsTokens(ClientRegistrationRequest request) =>
        request.TlsClientCertificateBoundAccessTokens is true;

    private static List<(string Kind, string Value)> SubjectsOf(ClientRegistrationRequest request) =>
        [
            .. new (string Kind, string? Value)[]
            {
                (CertificateSubjects.Dn, request.TlsClientAuthSubjectDn),
                (CertificateSubjects.SanDns, request.TlsClientAuthSanDns),
                (CertificateSubjects.SanUri, request.TlsClientAuthSanUri),
                (CertificateSubjects.SanIp, request.TlsClientAuthSanIp),
                (CertificateSubjects.SanEmail, request.TlsClientAuthSanEmail),
            }
                .Where(subject => subject.Value is not null)
                .Select(subject => (subject.Kind, subject.Value!)),
        ];

    /// <summary>At least one, each good to read and of its own key.</summary>
    private static bool HasOwnCertificates(ClientRegistrationRequest request)
    {
        var set = JsonSerializer.SerializeToElement(request.Jwks, ResponseJson.Default.JsonWebKeySetDocument);
        var found = set.GetProperty("keys")
            .EnumerateArray()
            .Where(key => key.TryGetProperty("x5c", out _))
            .ToList();
        return found.Count > 0 && found.TrueForAll(HasOwnCertificate);
    }

    private static bool HasOwnCertificate(JsonElement key)
    {
        try
        {
            var own = CertificateAuthentication
                .CertificatesIn($$"""{"keys":[{{key.GetRawText()}}]}""")
                .Single();
            using var certificate = X509CertificateLoader.LoadCertificate(own);
            using var ec = certificate.GetECDsaPublicKey();
            using var rsa = certificate.GetRSAPublicKey();
            return certificate.RawDataMemory.Span.SequenceEqual(own)
                && PublicKey.Read(key) is { } named
                && ((AsymmetricAlgorithm?)ec ?? rsa) is { } certified
                && SigningKey.PublicOf(certified)?.Thumbprint == named.Thumbprint;
        }
        catch (Exception failure) when (failure is CryptographicException or InvalidOperationException)
        {
            return false;
        }
    }

    private static OAuthFailure Refuse(string description) =>
        new(400, "invalid_client_metadata", description);
}
