using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OpenBanking.Tests;

/// <summary>A network between a server and its database that fails as networks do: connections are cut, go silent without
/// being closed, or are slow.</summary>
public sealed class TcpProxy : IDisposable
{
    private const int ChunkBytes = 4_096;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Connection, byte> connections = [];
    private readonly int target;
    private volatile bool refusing;
    private volatile bool losesNextAnswer;
    private long bytesLeft = long.MaxValue;

    public TcpProxy(int target)
    {
        this.target = target;
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>How long each piece takes on its way.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Ends every connection, in both directions.</summary>
    public void Cut()
    {
        foreach (var connection in connections.Keys)
        {
            connection.Dispose();
        }
    }

    /// <summary>Cuts, and lets nobody through any more.</summary>
    public void Close()
    {
        refusing = true;
        Cut();
    }

    /// <summary>Nothing gets through the connections there are, and nobody is told; new ones are as good as ever.</summary>
    public void FallSilent()
    {
        foreach (var connection in connections.Keys)
        {
            connection.FallSilent();
        }
    }

    /// <summary>The connection that brings so many bytes more to the target falls silent.</summary>
    public void FallSilentAfter(long bytes) => Interlocked.Exchange(ref bytesLeft, bytes);

    /// <summary>The next answer of the target is lost, and its connection with it.</summary>
    public void LoseNextAnswer() => losesNextAnswer = true;

    /// <summary>Everything gets through again. Connections that were silent are gone.</summary>
    public void Heal()
    {
        refusing = false;
        Delay = TimeSpan.Zero;
        Interlocked.Exchange(ref bytesLeft, long.MaxValue);
        Cut();
    }

    /// <summary>What waited goes on its way, as after a pause of the sender.</summary>
    public void Resume()
    {
        Interlocked.Exchange(ref bytesLeft, long.MaxValue);
        foreach (var connection in connections.Keys)
        {
            connection.Resume();
        }
    }

    public void Dispose()
    {
        refusing = true;
        listener.Dispose();
        Cut();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await listener.AcceptTcpClientAsync();
                _ = ServeAsync(near);
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient near)
    {
        using var connection = new Connection(near, new TcpClient());
        connections.TryAdd(connection, 0);
        try
        {
            if (!refusing)
            {
                await connection.Far.ConnectAsync(IPAddress.Loopback, target);
                await Task.WhenAny(SendAsync(connection), AnswerAsync(connection));
            }
        }
        catch (Exception broken) when (broken is SocketException or IOException or ObjectDisposedException)
        {
            // The target is not there.
        }
        finally
        {
            connections.TryRemove(connection, out _);
        }
    }

    private async Task SendAsync(Connection connection)
    {
        var (from, to) = (connection.Near.GetStream(), connection.Far.GetStream());
        var chunk = new byte[ChunkBytes];
        for (int read; (read = await from.ReadAsync(chunk)) > 0; )
        {
            if (Interlocked.Add(ref bytesLeft, -read) < 0)
            {
                connection.FallSilent();
                Interlocked.Exchange(ref bytesLeft, long.MaxValue);
            }

            await connection.Flowing;
            await Task.Delay(Delay);
            await to.WriteAsync(chunk.AsMemory(0, read));
        }
    }

    private async Task AnswerAsync(Connection connection)
    {
        var (from, to) = (connection.Far.GetStream(), connection.Near.GetStream());
        var chunk = new byte[ChunkBytes];
        for (int read; (read = await from.ReadAsync(chunk)) > 0; )
        {
            if (losesNextAnswer)
            {
                losesNextAnswer = false;
                return;
            }

            await connection.Flowing;
            await Task.Delay(Delay);
            await to.WriteAsync(chunk.AsMemory(0, read));
        }
    }

    private sealed class Connection(TcpClient near, TcpClient far) : IDisposable
    {
        private volatile TaskCompletionSource? silence;

        public TcpClient Near => near;

        public TcpClient Far => far;

        public Task Flowing => silence?.Task ?? Task.CompletedTask;

        public void FallSilent() =>
            silence ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Resume() => silence?.TrySetResult();

        public void Dispose()
        {
            Resume();
            Near.Dispose();
            Far.Dispose();
        }
    }
}
