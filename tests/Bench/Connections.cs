using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace OpenBanking.Tests.Bench;

/// <summary>What a round came to.</summary>
public sealed record RoundResult(
    double PerSecond,
    double MedianMilliseconds,
    double P99Milliseconds,
    int Failed
);

/// <summary>Sends requests that were made before over connections that stay open, one at a time on each, with TLS where the address
/// is of https: a load that costs little itself.</summary>
public static class Connections
{
    public static async Task<RoundResult> SendAsync(Uri address, IReadOnlyList<byte[]> requests, int callers)
    {
        var next = -1;
        var failed = 0;
        var latencies = new double[requests.Count];
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(CallAsync)));
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Array.Sort(latencies);
        return new(
            requests.Count / elapsed,
            latencies[latencies.Length / 2],
            latencies[(int)(latencies.Length * 0.99)],
            failed
        );

        async Task CallAsync()
        {
            await using var connection = await ConnectAsync(address);
            var buffer = new byte[16 * 1024];
            for (
                var i = Interlocked.Increment(ref next);
                i < requests.Count;
                i = Interlocked.Increment(ref next)
            )
            {
                var sent = Stopwatch.GetTimestamp();
                await connection.WriteAsync(requests[i]);
                var status = await ReadAnswerAsync(connection, buffer);
                latencies[i] = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
                if (status is < 200 or > 299)
                {
                    Interlocked.Increment(ref failed);
                }
            }
        }
    }

    private static async Task<Stream> ConnectAsync(Uri address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address.Host, address.Port);
        var plain = new NetworkStream(socket, ownsSocket: true);
        if (address.Scheme == Uri.UriSchemeHttp)
        {
            return plain;
        }

        // The server's certificate was made for this run, and nobody has signed it.
        var secure = new SslStream(
            plain,
            leaveInnerStreamOpen: false,
            (_, _, _, wrong) => wrong is SslPolicyErrors.RemoteCertificateChainErrors
        );
        await secure.AuthenticateAsClientAsync(address.Host);
        return secure;
    }

    /// <summary>Reads one answer to its end and gives its status.</summary>
    private static async Task<int> ReadAnswerAsync(Stream connection, byte[] buffer)
    {
        for (var length = 0; ; )
        {
            var read = await connection.ReadAsync(buffer.AsMemory(length));
            if (read == 0)
            {
                throw new InvalidOperationException("The server closed the connection.");
            }

            length += read;
            if (TryReadWhole(buffer.AsSpan(0, length)) is { } status)
            {
                return status;
            }
        }
    }

    private static int? TryReadWhole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return null;
        }

        var status = int.Parse(answer.Slice("HTTP/1.1 ".Length, 3));
        var lengthAt = answer[..head].IndexOf("Content-Length: "u8);
        if (lengthAt < 0)
        {
            // Chunked: it ends with an empty chunk.
            return answer.EndsWith("0\r\n\r\n"u8) ? status : null;
        }

        var value = answer[(lengthAt + "Content-Length: ".Length)..];
        var body = int.Parse(Encoding.ASCII.GetString(value[..value.IndexOf("\r\n"u8)]));
        return answer.Length >= head + 4 + body ? status : null;
    }
}
