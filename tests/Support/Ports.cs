using System.Net;
using System.Net.Sockets;

namespace OpenBanking.Tests;

/// <summary>Ports for servers of tests.</summary>
public static class Ports
{
    /// <summary>A port nobody uses right now.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
