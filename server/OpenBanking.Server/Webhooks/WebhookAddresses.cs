using System.Net;
using System.Net.Sockets;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Webhooks;

/// <summary>
/// Which addresses events may be posted to. Receivers are chosen by partners, so a careless sender would let them
/// reach into the bank's own network: only public addresses are connected to, checked after the name was resolved and
/// pinned for the connection. The one exception is a sandbox server that is itself on loopback: it may post to
/// loopback.
/// </summary>
public sealed class WebhookAddresses(ServerAddress server)
{
    private static readonly IPNetwork[] notPublic =
    [
        IPNetwork.Parse("0.0.0.0/8"),
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"),
        IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"),
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.0.0.0/24"),
        IPNetwork.Parse("192.0.2.0/24"),
        IPNetwork.Parse("192.88.99.0/24"),
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"),
        IPNetwork.Parse("198.51.100.0/24"),
        IPNetwork.Parse("203.0.113.0/24"),
        IPNetwork.Parse("224.0.0.0/4"),
        IPNetwork.Parse("240.0.0.0/4"),
    ];

    /// <summary>IPv6 has one public block; inside it, what carries IPv4 addresses or is for examples is left out.</summary>
    private static readonly IPNetwork publicV6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] notPublicV6 =
    [
        IPNetwork.Parse("2001::/23"),
        IPNetwork.Parse("2001:db8::/32"),
        IPNetwork.Parse("2002::/16"),
        IPNetwork.Parse("3fff::/20"),
    ];

    /// <summary>Why an address may not be registered; null when it may. The name is resolved at each delivery.</summary>
    public string? WhyRefused(string text) =>
        !Uri.TryCreate(text, UriKind.Absolute, out var url)
        || url.UserInfo.Length > 0
        || url.Fragment.Length > 0
            ? "An absolute address without user and fragment is expected."
        : url.Port == 0 ? "Nobody can be reached at port 0."
        : server.IsLoopback && Loopback.Has(url) && url.Scheme is "http" or "https" ? null
        : url.Scheme != Uri.UriSchemeHttps ? "The address must be https."
        : IPAddress.TryParse(url.DnsSafeHost, out var literal) && !MayConnect(literal)
            ? "The address is not public."
        : null;

    public bool MayConnect(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return (server.IsLoopback && IPAddress.IsLoopback(plain))
            || (
                plain.AddressFamily == AddressFamily.InterNetwork
                    ? !notPublic.Any(network => network.Contains(plain))
                    : publicV6.Contains(plain) && !notPublicV6.Any(network => network.Contains(plain))
            );
    }

    /// <summary>Resolves a name and connects to an address that may be connected to.</summary>
    /// <exception cref="HttpRequestException">There is none.</exception>
    public async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context,
        CancellationToken cancellationToken
    )
    {
        var found = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        var allowed = found.Where(MayConnect).ToArray();
        if (allowed.Length == 0)
        {
            throw new HttpRequestException("The name leads to no public address.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
