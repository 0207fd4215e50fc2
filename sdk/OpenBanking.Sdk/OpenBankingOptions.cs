using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>How a client reaches the bank and who it is. Read once, when the client is made.</summary>
public sealed class OpenBankingOptions
{
    private const int MostConnections = 256;
    private static readonly TimeSpan connectionLifetime = TimeSpan.FromMinutes(2);

    /// <summary>The bank's authorization server, such as <c>https://open.bank.example</c>: its issuer.
    /// Required; plain http only on loopback.</summary>
    public Uri? Authority { get; set; }

    /// <summary>Where the API is, when it is not at the authority: what stands before <c>/v1</c>, which the client adds. Plain http only
    /// on loopback.</summary>
    public Uri? ApiAddress { get; set; }

    /// <summary>The app's id, <c>app_…</c>. Required.</summary>
    public string? ClientId { get; set; }

    /// <summary>The app's registered key; it signs client assertions (RFC 7523). Required, unless there is
    /// <see cref="CurrentKey"/>, or the app is registered with a <see cref="ClientCertificate"/>, which
    /// <see cref="CurrentClientCertificate"/> may give.</summary>
    public ClientKey? Key { get; set; }

    /// <summary>In the place of <see cref="Key"/>, for keys that are replaced while the app runs: gives the key of now, whenever
    /// a token is asked for.</summary>
    /// <remarks>Register the new key at the bank beside the old one, have this give the new one, and take the old one back.
    /// Called from many threads; keep the key that it gives, since reading it anew from its PEM costs time.</remarks>
    public Func<ClientKey>? CurrentKey { get; set; }

    /// <summary>The key access tokens are bound to (RFC 9449), other than <see cref="Key"/>; a new one for
    /// every client by default.</summary>
    /// <remarks>Processes that share a token store, or that may complete each other's account links, need one
    /// and the same key here.</remarks>
    public ClientKey? DpopKey { get; set; }

    /// <summary>The certificate that the app is registered with, and its private key, in the place of <see cref="Key"/>: the
    /// methods <c>tls_client_auth</c> and <c>self_signed_tls_client_auth</c> (RFC 8705 §2).</summary>
    /// <remarks>Requests for tokens go to the server's addresses for certificates. A <see cref="HttpHandler"/> of one's own
    /// presents the certificate by itself, as one of <c>CreateHttpHandler</c> does that was given it.</remarks>
    public X509Certificate2? ClientCertificate { get; set; }

    /// <summary>In the place of <see cref="ClientCertificate"/>, for certificates that are replaced while the app runs: gives the
    /// one of now, with its private key, whenever a request is made.</summary>
    /// <remarks>Have the bank know the new one beside the old one (another of the same subject it knows already), have this give
    /// the new one, and take the old one back a day later. From then on connections are new ones, and so are tokens that are
    /// bound to certificates. Called from many threads; keep the certificate that it gives, since another instance counts as
    /// another certificate.</remarks>
    public Func<X509Certificate2>? CurrentClientCertificate { get; set; }

    /// <summary>Whether access tokens are bound to <see cref="ClientCertificate"/> (RFC 8705 §3) and not to a DPoP key: for an
    /// app that is registered with <c>tls_client_certificate_bound_access_tokens</c>; <c>false</c> by default. Needs an
    /// <see cref="ApiAddress"/> where certificates are presented.</summary>
    public bool BindTokensToCertificate { get; set; }

    /// <summary>Where customers' tokens are kept; this process's memory by default.</summary>
    public ITokenStore? TokenStore { get; set; }

    /// <summary>What sends the requests; one of <c>CreateHttpHandler</c> by default. The client does
    /// not dispose it. It follows no redirects, which would carry proofs to other servers, and sends no request again: a
    /// proof is good for one sending, and the client tries again by itself.</summary>
    /// <remarks>Where one of the app's own sends a request with a key again all the same, or reads or copies its body, so that nobody
    /// sees how often it leaves, what says nothing of that key, such as a proof that was used, is never told as a refusal: the call
    /// is tried again, and its outcome is unknown in the end.</remarks>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>Whether requests go by the proxy that the machine's settings name, such as <c>HTTPS_PROXY</c>; <c>true</c> by default.
    /// <c>false</c> for a bank on this machine or in its network.</summary>
    /// <remarks>Of no account for a <see cref="HttpHandler"/> of one's own, nor for a primary handler that an app gives the HTTP client
    /// of its container.</remarks>
    public bool UseProxy { get; set; } = true;

    /// <summary>The clock; the system's by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where the client logs, under the category <c>OpenBanking.Sdk</c>; nowhere by
    /// default.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>How long one attempt may take, more than zero; 15 s by default.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a call may take with all its attempts and waits, at least <see cref="AttemptTimeout"/> and at most 10
    /// minutes; 45 s by default.</summary>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>How often a call is tried again, 0–10; 2 by default.</summary>
    public int MaxRetries { get; set; } = 2;

    /// <summary>A new handler as clients use it by default, to give it a proxy or a certificate: it follows
    /// no redirects, keeps no cookies, opens at most 256 connections and renews each after two minutes, so
    /// that changes of DNS are followed.</summary>
    /// <param name="clientCertificate">What the app presents, with its private key; nothing by default.</param>
    /// <returns>A handler that may be configured until its first request. It is the caller's: dispose it after the last client.</returns>
    public static SocketsHttpHandler CreateHttpHandler(X509Certificate2? clientCertificate = null)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            MaxConnectionsPerServer = MostConnections,
            PooledConnectionLifetime = connectionLifetime,
        };
        if (clientCertificate is not null)
        {
            // Whatever authorities the server names: whose certificate it is, is decided behind the handshake.
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(
                clientCertificate,
                additionalCertificates: null,
                offline: true
            );
        }

        return handler;
    }

    /// <summary>A new handler as clients use it with <see cref="CurrentClientCertificate"/>: as the other one's, with connections
    /// of their own for each certificate.</summary>
    /// <param name="currentClientCertificate">Gives what the app presents now, with its private key.</param>
    /// <param name="configure">Changes what the connections of a certificate are made with, such as its proxy; nothing by
    /// default.</param>
    /// <returns>A handler that asks for the certificate with every request. It is the caller's: dispose it after the last
    /// client.</returns>
    public static HttpMessageHandler CreateHttpHandler(
        Func<X509Certificate2> currentClientCertificate,
        Action<SocketsHttpHandler>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(currentClientCertificate);
        return new CurrentCertificateHandler(currentClientCertificate, configure);
    }

    /// <summary>Checks the options, as making a client does.</summary>
    /// <exception cref="ArgumentException">An option is missing or wrong; the message says what to
    /// set.</exception>
    public void Validate() => _ = ClientSettings.From(this);
}
