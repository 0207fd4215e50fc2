using System.Security.Cryptography.X509Certificates;

namespace OpenBanking.Internal;

/// <summary>Sends over connections that are made with the certificate of now: none that was made with another is used any
/// more, since tokens may be bound to it.</summary>
internal sealed class CurrentCertificateHandler(
    Func<X509Certificate2> current,
    Action<SocketsHttpHandler>? configure
) : HttpMessageHandler
{
    private Connections? connections;

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    ) => With(current()).Invoker.SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            connections?.Invoker.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Those of the certificate before are left to the requests that are on their way over them; idle ones are closed
    /// in a minute.</summary>
    private Connections With(X509Certificate2 certificate)
    {
        var known = connections;
        if (known is not null && ReferenceEquals(known.Certificate, certificate))
        {
            return known;
        }

        var handler = OpenBankingOptions.CreateHttpHandler(certificate);
        configure?.Invoke(handler);
        var made = new Connections(certificate, new HttpMessageInvoker(handler));
        if (Interlocked.CompareExchange(ref connections, made, known) == known)
        {
            return made;
        }

        // Another request has changed meanwhile: its connections are for all.
        made.Invoker.Dispose();
        return With(certificate);
    }

    private sealed record Connections(X509Certificate2 Certificate, HttpMessageInvoker Invoker);
}
