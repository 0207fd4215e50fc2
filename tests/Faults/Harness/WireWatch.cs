using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace OpenBanking.Tests.Faults;

/// <summary>Sees every answer before the SDK does: whatever fails, the server says 503, when to come back, and a code that
/// stays.</summary>
internal sealed class WireWatch : DelegatingHandler
{
    private static readonly string[] allowedCodes = [ProblemCodes.Overloaded, ProblemCodes.OutcomeUnknown];
    private readonly ConcurrentBag<string> broken;

    /// <param name="node">The node that requests for the bank's address are sent to.</param>
    /// <param name="broken">Where answers go that should not have been given.</param>
    public WireWatch(Uri node, ConcurrentBag<string> broken)
    {
        this.broken = broken;
        var handler = OpenBankingOptions.CreateHttpHandler();
        handler.ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, node.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        };
        InnerHandler = handler;
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var response = await base.SendAsync(request, cancellationToken);
        if ((int)response.StatusCode >= 500)
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            if (
                response.StatusCode != HttpStatusCode.ServiceUnavailable
                || response.Headers.RetryAfter is null
                || !allowedCodes.Contains(CodeOf(body))
            )
            {
                broken.Add($"{request.Method} {request.RequestUri}: {(int)response.StatusCode} {body}");
            }
        }

        return response;
    }

    private static string? CodeOf(string body)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(body).GetProperty("code").GetString();
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException)
        {
            return null;
        }
    }
}
