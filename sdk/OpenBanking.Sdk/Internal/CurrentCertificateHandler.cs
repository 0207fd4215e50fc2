using System.Security.Cryptography.X509Certificates;

namespace OpenBanking.Internal;

/// <summary>Sends over connections that are made with the certificate of now: none that was made with another is used any
/// more, since tokens may be bound to it.</summary>
internal sealed class CurrentCertificateHandler(
    Func<X509Certificate2> current,
    Action<SocketsHttpHandler>? configure
) : HttpMessageHandler
{
    // What stands in the place of connections once there are to be no more.
    private static readonly object ended = new();

    private object? connections;

    /// <summary>What sends over the connections of the last certificate; null before the first.</summary>
    public SocketsHttpHandler? Latest => (connections as Connections)?.Handler;

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    ) => With(Ask()).Invoker.SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref connections, ended) is Connections last)
        {
            last.Invoker.Dispose();
        }

        base.Dispose(disposing);
    }

    private X509Certificate2 Ask()
    {
        try
        {
            return CertificateOption.Check(current());
        }
        catch (Exception failure)
        {
            throw new NoCertificateException(failure);
        }
    }

    /// <summary>Those of the certificate before are left to the requests that are on their way over them; idle ones are closed
    /// in a minute.</summary>
    private Connections With(X509Certificate2 certificate)
    {
        var known = connections;
        ObjectDisposedException.ThrowIf(known == ended, this);
        if (known is Connections made && ReferenceEquals(made.Certificate, certificate))
        {
            return made;
        }

        var handler = OpenBankingOptions.CreateHttpHandler(certificate);
        configure?.Invoke(handler);
        var next = new Connections(certificate, handler, new HttpMessageInvoker(handler));
        if (Interlocked.CompareExchange(ref connections, next, known) == known)
        {
            return next;
        }

        // Another request has changed them meanwhile: its connections are for all.
        next.Invoker.Dispose();
        return With(certificate);
    }

    private sealed record Connections(
        X509Certificate2 Certificate,
        SocketsHttpHandler Handler,
        HttpMessageInvoker Invoker
    );
}

/// <summary>There is no certificate to make a connection with, so that nothing was sent.</summary>
internal sealed class NoCertificateException(Exception reason) : Exception(reason.Message, reason);
