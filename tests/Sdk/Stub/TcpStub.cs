using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OpenBanking.Tests.Sdk.Stub;

/// <summary>Listens where the API should be, and speaks no HTTP, or not to its end.</summary>
internal sealed class TcpStub : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;

    /// <summary>Gives every connection to this; afterwards it is closed.</summary>
    public TcpStub(Func<Stream, CancellationToken, Task> speak)
    {
        listener.Start();
        accepting = AcceptAsync(speak);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Takes the request's head, and answers with this.</summary>
    public static Func<Stream, CancellationToken, Task> Says(string text) =>
        async (stream, stop) =>
        {
            _ = await stream.ReadAsync(new byte[16 * 1024], stop);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text), stop);
        };

    /// <summary>A server of TLS with a certificate of its own making.</summary>
    public static Func<Stream, CancellationToken, Task> Tls(DateTimeOffset goodUntil) =>
        async (stream, stop) =>
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
            using var certificate = request.CreateSelfSigned(goodUntil.AddDays(-30), goodUntil);
            await using var secure = new SslStream(stream);
            await secure.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificate = certificate },
                stop
            );
            await Says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")(secure, stop);
        };

    /// <summary>Listens, and says nothing for as long as the client waits.</summary>
    public static async Task Silent(Stream stream, CancellationToken stop)
    {
        while (await stream.ReadAsync(new byte[1024], stop) > 0)
        {
            // What comes is read and not answered.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await accepting;
        listener.Stop();
        stopping.Dispose();
    }

    private async Task AcceptAsync(Func<Stream, CancellationToken, Task> speak)
    {
        var talks = new List<Task>();
        try
        {
            while (true)
            {
                talks.Add(TalkAsync(await listener.AcceptTcpClientAsync(stopping.Token), speak));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(talks);
        }
    }

    private async Task TalkAsync(TcpClient client, Func<Stream, CancellationToken, Task> speak)
    {
        using var _ = client;
        try
        {
            await speak(client.GetStream(), stopping.Token);
        }
        catch (Exception gone)
            when (gone
                    is IOException
                        or OperationCanceledException
                        or System.Security.Authentication.AuthenticationException
            )
        {
            // The client has gone away, as it should.
        }
    }
}
