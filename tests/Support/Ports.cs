using System.Net;
using System.Net.Sockets;

namespace OpenBanking.Tests;

/// <summary>Ports for servers of tests.</summary>
public static class Ports
{
    /// <summary>Below the ports that outgoing connections take: a server that is started again finds its port free.</summary>
    private const int First = 12_000;
    private const int AfterLast = 32_000;

    /// <summary>A port nobody uses right now.</summary>
    public static int Free()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(First, AfterLast));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                // Taken: the next.
            }
        }
    }
}
