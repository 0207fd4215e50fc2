using System.Net;

namespace OpenBanking.Internal;

/// <summary>The proxy by which a handler sends to an address. Its user and password are left out.</summary>
/// <param name="Name">Its host and port.</param>
/// <param name="IsOfMachine">Whether the machine's settings name it, and not the handler.</param>
/// <param name="IsCertain">Whether the handler is known to go by it; one of the app's own making may go by another or none.</param>
internal sealed record ProxyInUse(string Name, bool IsOfMachine, bool IsCertain)
{
    /// <summary>The proxy; null where the request goes without, or nobody can tell.</summary>
    public static ProxyInUse? Find(HttpMessageHandler handler, Uri address)
    {
        try
        {
            return Innermost(handler) switch
            {
                SocketsHttpHandler { UseProxy: false } or HttpClientHandler { UseProxy: false } => null,
                SocketsHttpHandler { Proxy: { } own } => Of(own, address, isOfMachine: false),
                HttpClientHandler { Proxy: { } own } => Of(own, address, isOfMachine: false),
                var sender => Of(HttpClient.DefaultProxy, address, isOfMachine: true) is { } machines
                    ? machines with
                    {
                        IsCertain = sender is SocketsHttpHandler or HttpClientHandler,
                    }
                    : null,
            };
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // An app may have set a proxy of its own making; why no connection came about is not hidden by that.
            return null;
        }
    }

    /// <summary>What stands in a sentence. A proxy that the machine names takes every address, also of this machine, unless it is
    /// told otherwise.</summary>
    public override string ToString() =>
        $"the proxy {Name} "
        + (
            IsOfMachine
                ? "of this machine's settings (NO_PROXY names what goes without)"
                : "of the client's HttpHandler"
        );

    private static HttpMessageHandler? Innermost(HttpMessageHandler? handler) =>
        handler switch
        {
            DelegatingHandler outer => Innermost(outer.InnerHandler),
            CurrentCertificateHandler outer => outer.Latest,
            _ => handler,
        };

    private static ProxyInUse? Of(IWebProxy proxies, Uri address, bool isOfMachine) =>
        !proxies.IsBypassed(address) && proxies.GetProxy(address) is { } proxy && proxy != address
            ? new($"{proxy.Host}:{proxy.Port}", isOfMachine, IsCertain: true)
            : null;
}
