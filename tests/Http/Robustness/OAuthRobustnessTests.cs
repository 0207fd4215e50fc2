using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Xunit;

namespace OpenBanking.Tests.Http.Robustness;

/// <summary>Malformed requests to all OAuth endpoints: no server error, none that is slow, nothing secret in an answer or in
/// the log. <c>OAUTH_FUZZ_REQUESTS</c> makes it long, <c>OAUTH_FUZZ_SEED</c> plays a run again.</summary>
public sealed class OAuthRobustnessTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int ShortRun = 1_600;
    private const int Callers = 8;

    /// <summary>An access token lasts five minutes.</summary>
    private const int RequestsWithOneToken = 1_000;

    /// <summary>Far above what any takes on a busy machine, far below what a slow path would.</summary>
    private static readonly TimeSpan longest = TimeSpan.FromSeconds(10);

    private readonly ConcurrentQueue<string> logged = [];
    private readonly ConcurrentDictionary<int, int> statuses = [];
    private TestServer server = null!;
    private TestPartner partner = null!;
    private RawIdentity resourceServer = null!;
    private string[] endpoints = null!;

    public async ValueTask InitializeAsync()
    {
        // The framework as it is shipped; our own code as talkative as it can be made.
        server = await TestServer.StartAsync(
            builder => builder.Logging.AddProvider(new LogRecorder(logged)),
            settings:
            [
                "Logging:LogLevel:Default=Information",
                "Logging:LogLevel:Microsoft.AspNetCore=Warning",
                "Logging:LogLevel:OpenBanking=Trace",
            ]
        );
        partner = await TestPartner.NewAsync(server.Address);
        resourceServer = await partner.NewResourceServerAsync();
        endpoints = await FindEndpointsAsync();
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task No_malformed_request_is_a_server_error_or_slow_or_tells_a_secret()
    {
        var count = NumberOf("OAUTH_FUZZ_REQUESTS") ?? ShortRun;
        var seed = NumberOf("OAUTH_FUZZ_SEED") ?? Environment.TickCount;
        output.WriteLine($"OAUTH_FUZZ_SEED={seed}");
        var slowest = await Task.WhenAll(
            Enumerable
                .Range(0, Callers)
                .Select(caller => Task.Run(() => SendAllAsync(count / Callers, seed, caller)))
        );

        output.WriteLine(
            $"{count} requests, seed {seed}, endpoints {string.Join(' ', endpoints)}, slowest {slowest.Max()}, "
                + string.Join(
                    ", ",
                    statuses.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}: {pair.Value}")
                )
        );
        Assert.NotEmpty(logged);
        Assert.Empty(logged.Where(line => line.Contains(BrokenRequests.Marker, StringComparison.Ordinal)));
        Assert.Empty(logged.Where(line => line.StartsWith("Error", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("POST {0} HTTP/1.1\r\n\r\n")]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef")]
    [InlineData(
        "POST {0} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    )]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nDPoP: a\r\n b\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nDPoP : a\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nDPoP: a\0b\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("POST {0} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST http://evil.example{0} HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("POST /{0} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("POST {0}%00 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("post {0} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("POST {0} HTTP/1.0\r\n\r\n")]
    [InlineData("POST {0}\r\n\r\n")]
    [InlineData("\r\n\r\n\r\n")]
    public async Task A_trick_with_headers_is_refused_by_every_endpoint(string request)
    {
        foreach (var endpoint in endpoints)
        {
            var answer = await SendRawAsync(string.Format(CultureInfo.InvariantCulture, request, endpoint));
            Assert.True(
                answer.Length == 0
                    || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal)
                    || answer.StartsWith("HTTP/1.1 505", StringComparison.Ordinal)
                    // Where a browser goes, the bank's own page says what was wrong.
                    || answer.Contains("\r\nLocation: /bank/error?code=", StringComparison.Ordinal),
                $"{request} at {endpoint} gave {answer}"
            );
        }
    }

    private async Task<TimeSpan> SendAllAsync(int count, int seed, int caller)
    {
        var random = new Random(seed + caller);
        using var client = new RawClient(partner, server.Address);
        using var asking = new RawClient(resourceServer, server.Address);
        BrokenRequests requests = null!;
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < count; i++)
        {
            if (i % RequestsWithOneToken == 0)
            {
                var calls = new BrokenCalls(client, asking, await client.AppTokenAsync(), random);
                requests = new(client, endpoints, random, calls);
            }

            var broken = requests.Next();
            var started = Stopwatch.GetTimestamp();
            var answer = await SendAsync(client, broken);
            var took = Stopwatch.GetElapsedTime(started);
            slowest = took > slowest ? took : slowest;
            statuses.AddOrUpdate(answer.Status, 1, (_, seen) => seen + 1);
            var which =
                $"OAUTH_FUZZ_SEED={seed}, caller {caller}, request {i}: {broken.Method} {broken.Target} {broken.What}";
            Assert.True(
                answer.Status < 500 || answer.Status == 501,
                $"{which} gave {answer.Status} {answer.Text}"
            );
            Assert.True(took < longest, $"{which} took {took}");
            foreach (
                var secret in new[] { BrokenRequests.Marker, "   at ", "Exception", "OpenBanking.Server" }
            )
            {
                Assert.False(
                    answer.Text.Contains(secret, StringComparison.Ordinal),
                    $"{which} told {answer.Text}"
                );
            }
        }

        return slowest;
    }

    private static async Task<RawAnswer> SendAsync(RawClient client, BrokenRequest broken)
    {
        using var request = new HttpRequestMessage(
            broken.Method,
            new Uri(client.Server.GetLeftPart(UriPartial.Authority) + broken.Target)
        );
        foreach (var (name, value) in broken.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value.Length > 12_000 ? value[..12_000] : value);
        }

        if (broken.ContentType.Length > 0)
        {
            request.Content = new ByteArrayContent(broken.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", broken.ContentType);
        }

        return await client.SendAsync(request);
    }

    private async Task<string> SendRawAsync(string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Address.Host, server.Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        socket.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        try
        {
            return await reader.ReadToEndAsync();
        }
        catch (IOException)
        {
            // Cut off without an answer.
            return "";
        }
    }

    /// <summary>What discovery names, so that an endpoint that is added is tried as well.</summary>
    private async Task<string[]> FindEndpointsAsync()
    {
        using var client = new RawClient(partner, server.Address);
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(server.Address, "/.well-known/openid-configuration")
        );
        var metadata = (await client.SendAsync(request)).Json.AsObject();
        var named = metadata
            .Where(member =>
                member.Key.EndsWith("_endpoint", StringComparison.Ordinal) || member.Key == "jwks_uri"
            )
            .Select(member => new Uri(member.Value!.GetValue<string>()).AbsolutePath)
            .ToArray();
        Assert.Contains("/oauth/token", named);
        return [.. named, "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];
    }

    private static int? NumberOf(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out var number) ? number : null;
}
