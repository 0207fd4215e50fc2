using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Primitives;

namespace OpenBanking.Server.Http;

/// <summary>
/// The certificate that a client proved to hold the key of, in its TLS handshake with this server or with the proxy in
/// front. Nothing is said here of whose it is.
/// </summary>
/// <param name="Missing">When there is none: why, for a developer.</param>
public sealed record PresentedCertificate(X509Certificate2? Certificate, string? Missing)
{
    private static readonly PresentedCertificate none = new(
        Certificate: null,
        "No client certificate came with the request: connect to the address of mtls_endpoint_aliases, with it."
    );

    public static PresentedCertificate Of(HttpContext context) =>
        context.Features.Get<PresentedCertificate>() ?? none;
}

/// <summary>Finds the client's certificate, before anything else looks at the request. When a proxy in front ends TLS, it
/// passes the certificate in the header of <c>Server:ClientCertificateHeader</c>, which is taken off every request and
/// believed from a trusted proxy alone.</summary>
public static class ClientCertificates
{
    private const int LongestHeader = 12 * 1024;

    /// <summary>Has TLS connections take any certificate: whose it is, is for the authorization server to say, and
    /// self-signed ones are registered.</summary>
    public static void TakeAny(HttpsConnectionAdapterOptions https)
    {
        https.ClientCertificateValidation = (_, _, _) => true;
        https.OnAuthenticate = (_, tls) =>
        {
            if (tls.ClientCertificateRequired)
            {
                // A session that is taken up again would bring the certificate of the handshake before.
                tls.AllowTlsResume = false;
            }
        };
    }

    /// <summary>Stands in front of the forwarded headers, which change who seems to be at the other end.</summary>
    public static void UseClientCertificates(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<ServerOptions>();
        if (options.MutualTlsAddress is null)
        {
            return;
        }

        IPNetwork[] proxies = [.. options.TrustedProxies.Select(ServerOptions.NetworkOf)];
        app.Use(
            (context, next) =>
            {
                var presented = options.ClientCertificateHeader is { } header
                    ? TakeFromHeader(context, header, proxies)
                    : OfConnection(context);
                if (presented is not null)
                {
                    context.Features.Set(presented);
                }

                return next(context);
            }
        );
    }

    private static PresentedCertificate? OfConnection(HttpContext context) =>
        context.Connection.ClientCertificate is { } certificate ? new(certificate, Missing: null) : null;

    /// <summary>The certificate of the connection is the proxy's own here, and counts for nobody.</summary>
    private static PresentedCertificate? TakeFromHeader(
        HttpContext context,
        string header,
        IPNetwork[] proxies
    )
    {
        var values = context.Request.Headers[header];
        if (values.Count == 0)
        {
            return null;
        }

        context.Request.Headers.Remove(header);
        if (
            values is [null or ""]
            || context.Connection.RemoteIpAddress is not { } sender
            || !IsTrusted(sender, proxies)
        )
        {
            return null;
        }

        if (Read(values) is not { } certificate)
        {
            return new(
                Certificate: null,
                $"The proxy's header {header} holds no certificate that can be read."
            );
        }

        context.Response.RegisterForDispose(certificate);
        return new(certificate, Missing: null);
    }

    private static bool IsTrusted(IPAddress sender, IPNetwork[] proxies)
    {
        var address = sender.IsIPv4MappedToIPv6 ? sender.MapToIPv4() : sender;
        return Array.Exists(proxies, proxy => proxy.Contains(address));
    }

    /// <summary>One certificate and nothing beside it, as RFC 9440 §2.1 has it, or in PEM with or without the escapes of nginx's
    /// <c>$ssl_client_escaped_cert</c>.</summary>
    private static X509Certificate2? Read(StringValues values)
    {
        if (values is not [{ Length: > 0 and <= LongestHeader } value])
        {
            return null;
        }

        try
        {
            return value is [':', .. var encoded, ':']
                ? X509CertificateLoader.LoadCertificate(Convert.FromBase64String(encoded))
                : ReadPem(Uri.UnescapeDataString(value).AsSpan().Trim());
        }
        catch (Exception failure)
            when (failure is FormatException or CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    private static X509Certificate2? ReadPem(ReadOnlySpan<char> text) =>
        PemEncoding.TryFind(text, out var found)
        && found.Location.GetOffsetAndLength(text.Length) == (0, text.Length)
            ? X509Certificate2.CreateFromPem(text)
            : null;
}
