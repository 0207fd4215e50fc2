using System.Net.Sockets;

namespace OpenBanking.Internal;

/// <summary>Says why no connection came about, and what to look at.</summary>
internal static class NoConnection
{
    /// <summary>Whether nothing of the request can have been sent.</summary>
    public static bool Is(HttpRequestException failure) =>
        failure.HttpRequestError
            is HttpRequestError.NameResolutionError
                or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError
                or HttpRequestError.ProxyTunnelError;

    public static string Explain(HttpRequestException failure, Uri address) =>
        $"{address.Scheme}://{address.Authority} could not be reached: {Why(failure)} Nothing was sent."
        + ProxyOf(address);

    /// <summary>A proxy that the machine names takes every address, also of this machine, unless it is told otherwise. Its user and
    /// password are left out.</summary>
    private static string ProxyOf(Uri address)
    {
        try
        {
            return
                !HttpClient.DefaultProxy.IsBypassed(address)
                && HttpClient.DefaultProxy.GetProxy(address) is { } proxy
                && proxy != address
                ? $" Unless its handler has a proxy of its own or none, it goes by the proxy {proxy.Host}:{proxy.Port} of this "
                    + "machine's settings: NO_PROXY names what goes without."
                : "";
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // An app may have set a proxy of its own making; why no connection came about is not hidden by that.
            return "";
        }
    }

    private static string Why(HttpRequestException failure) =>
        failure.HttpRequestError switch
        {
            HttpRequestError.SecureConnectionError =>
                "TLS failed. Does it speak TLS, and does this machine trust its certificate? The inner exception says more.",
            HttpRequestError.ProxyTunnelError => "the proxy let no connection through.",
            _ => (failure.InnerException as SocketException)?.SocketErrorCode switch
            {
                SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData =>
                    "its name is not known. Look for a typing error in Authority or ApiAddress, and at this machine's DNS.",
                SocketError.ConnectionRefused =>
                    "nobody listens there. Is the server running, and are Authority and ApiAddress the right ones?",
                _ =>
                    "look at Authority, ApiAddress, the network and its firewalls. The inner exception says more.",
            },
        };
}
