using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using OpenBanking.Server.Http;

namespace OpenBanking.Server;

/// <summary>Where the server listens.</summary>
internal static class ListeningAddresses
{
    private const string Localhost = "localhost";

    /// <summary>Where the settings say, or at the public address; plain http on loopback only. That another program listens there
    /// already is said before the host begins, which would log how it came to know.</summary>
    /// <exception cref="InvalidOperationException">Plain http would be served beyond this machine, or one has no Url.</exception>
    /// <exception cref="WrongSettingException">Nothing can listen there.</exception>
    public static void ListenOnlyWhereItIsSafe(this WebApplication app, ServerOptions options)
    {
        (string Url, string Setting)[] endpoints =
        [
            .. app
                .Configuration.GetSection("Kestrel:Endpoints")
                .GetChildren()
                .Select(endpoint =>
                    (
                        endpoint["Url"]
                            ?? throw new InvalidOperationException($"{endpoint.Path} has no Url."),
                        $"{endpoint.Path}:Url"
                    )
                ),
        ];
        string[] configured =
        [
            .. app.Configuration["urls"]?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [],
        ];
        string[] chosen = [.. app.Urls, .. configured, .. endpoints.Select(endpoint => endpoint.Url)];
        var open = chosen.FirstOrDefault(url =>
            url.StartsWith("http:", StringComparison.OrdinalIgnoreCase)
            && !BindingAddress.Parse(url).IsLoopback()
        );
        if (open is not null && !options.BehindTlsProxy)
        {
            throw new InvalidOperationException(
                $"{open} would serve plain http beyond this machine. Listen on loopback, use https, or set "
                    + "Server:BehindTlsProxy when a proxy in front ends TLS."
            );
        }

        var setting = nameof(app.Urls).ToLowerInvariant();
        if (chosen.Length == 0)
        {
            setting = $"{ServerOptions.Section}:{nameof(ServerOptions.PublicAddress)}";
            app.Urls.Add(options.PublicAddress.GetLeftPart(UriPartial.Authority));
        }

        // The first of them that there are is what the framework goes by.
        RequireFree(
            endpoints.Length > 0 ? endpoints
            : app.Urls.Count > 0 ? app.Urls.Select(url => (url, setting))
            : configured.Select(url => (url, setting))
        );
    }

    private static bool IsLoopback(this BindingAddress address) =>
        address.Host is Localhost or "127.0.0.1" or "[::1]";

    private static void RequireFree(IEnumerable<(string Url, string Setting)> addresses)
    {
        foreach (var (url, setting) in addresses)
        {
            var address = BindingAddress.Parse(url);
            foreach (var endPoint in EndPointsOf(address))
            {
                try
                {
                    using var tried = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
                }
                catch (SocketException failure)
                    when (failure.SocketErrorCode is SocketError.AddressAlreadyInUse)
                {
                    throw new WrongSettingException(
                        $"{url}, as {setting} has it, is in use: stop what listens there, or choose another port."
                    );
                }
                // Without one of the two protocols localhost is the other's.
                catch (SocketException failure)
                    when (failure.SocketErrorCode is SocketError.AccessDenied || address.Host != Localhost)
                {
                    throw new WrongSettingException(
                        $"The server cannot listen at {url}, as {setting} has it: {failure.Message}."
                    );
                }
                catch (SocketException)
                {
                    // One of localhost's two.
                }
            }
        }
    }

    /// <summary>As the framework takes them; none where it is no port, or any that is free.</summary>
    private static IEnumerable<IPEndPoint> EndPointsOf(BindingAddress address) =>
        address.IsUnixPipe || address.IsNamedPipe || address.Port == 0 ? []
        : address.Host == Localhost
            ? [new(IPAddress.Loopback, address.Port), new(IPAddress.IPv6Loopback, address.Port)]
        : IPAddress.TryParse(address.Host, out var ip) ? [new(ip, address.Port)]
        : [new(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, address.Port)];
}
