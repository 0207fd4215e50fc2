using System.Security.Cryptography.X509Certificates;

namespace OpenBanking.Internal;

/// <summary>Sends over connections that are made with the certificate of now: none that was made with another is used any
/// more, since tokens may be bound to it.</summary>
internal sealed class CurrentCertificateHandler(
    Func<X509Certificate2> current,
    Action<SocketsHttpHandler>? configure
) : HttpMessageHandler
{
    private readonly object changes = new();
    private volatile Connections? connections;

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

    private Connections With(X509Certificate2 certificate)
    {
        if (connections is { } known && ReferenceEquals(known.Certificate, certificate))
        {
            return known;
        }

        lock (changes)
        {
            return ReferenceEquals(connections?.Certificate, certificate) ? connections : Change(certificate);
        }
    }

    /// <summary>Those of the certificate before are left to the requests that are on their way over them; idle ones are closed
    /// in a minute.</summary>
    private Connections Change(X509Certificate2 certificate)
    {
        var handler = OpenBankingOptions.CreateHttpHandler(certificate);
        configure?.Invoke(handler);
        return connections = new(certificate, new HttpMessageInvoker(handler));
    }

    private sealed record Connections(X509Certificate2 Certificate, HttpMessageInvoker Invoker);
}
