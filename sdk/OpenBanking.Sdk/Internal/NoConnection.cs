using System.Net;
using System.Net.Sockets;

namespace OpenBanking.Internal;

/// <summary>Says why no connection came about, and what to look at.</summary>
internal static class NoConnection
{
    private const string TlsFailed =
        "TLS failed. Does it speak TLS, and does this machine trust its certificate? The inner exception says more.";

    /// <summary>Whether nothing of the request can have been sent.</summary>
    public static bool Is(HttpRequestException failure) =>
        failure.HttpRequestError
            is HttpRequestError.NameResolutionError
                or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError
                or HttpRequestError.ProxyTunnelError;

    /// <param name="failure">What the handler threw.</param>
    /// <param name="address">Where the request was to go.</param>
    /// <param name="handler">What was to send it.</param>
    public static string Explain(HttpRequestException failure, Uri address, HttpMessageHandler handler) =>
        $"{address.Scheme}://{address.Authority} could not be reached: "
        + (
            ProxyInUse.Find(handler, address) is not { } proxy ? Why(failure)
            : proxy.IsCertain ? WhyBy(proxy, failure)
            : $"{Why(failure)} Unless its handler has a proxy of its own or none, it goes by {proxy}."
        )
        + " Nothing was sent.";

    private static string Why(HttpRequestException failure) =>
        failure.HttpRequestError switch
        {
            HttpRequestError.SecureConnectionError => TlsFailed,
            HttpRequestError.ProxyTunnelError => $"the proxy {LetsNothingThrough(failure)}",
            _ => SocketErrorOf(failure) switch
            {
                SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData =>
                    "its name is not known. Look for a typing error in Authority or ApiAddress, and at this machine's DNS.",
                SocketError.ConnectionRefused =>
                    "nobody listens there. Is the server running, and are Authority and ApiAddress the right ones?",
                _ =>
                    "look at Authority, ApiAddress, the network and its firewalls. The inner exception says more.",
            },
        };

    /// <summary>Why, where the connection was to be one to a proxy: then it is the proxy that was not reached.</summary>
    private static string WhyBy(ProxyInUse proxy, HttpRequestException failure) =>
        "it goes by "
        + failure.HttpRequestError switch
        {
            HttpRequestError.SecureConnectionError => $"{proxy}, and {TlsFailed}",
            HttpRequestError.ProxyTunnelError => $"{proxy}, which {LetsNothingThrough(failure)}",
            _ => SocketErrorOf(failure) switch
            {
                SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData =>
                    $"{proxy}, and the proxy's name is not known. Look for a typing error in it, and at this machine's DNS.",
                SocketError.ConnectionRefused =>
                    $"{proxy}, where nobody listens. Is the proxy running, and is that its address?",
                _ =>
                    $"{proxy}, which was not reached. Look at the network and its firewalls. The inner exception says more.",
            },
        };

    private static string LetsNothingThrough(HttpRequestException failure) =>
        "let no connection through"
        + failure.StatusCode switch
        {
            null => ". The inner exception says more.",
            HttpStatusCode.ProxyAuthenticationRequired =>
                " (HTTP 407): it wants its user and password, from its address in HTTPS_PROXY or the Credentials of its WebProxy.",
            { } status => $" (HTTP {(int)status}). Does it allow this address?",
        };

    private static SocketError? SocketErrorOf(HttpRequestException failure) =>
        (failure.InnerException as SocketException)?.SocketErrorCode;
}
