using System.Text.Json;

namespace OpenBanking.Server.Authorization.Authority;

/// <summary>Speaks with the authority: with limits of time and size, following nobody elsewhere. When it could not be
/// reached, it is left alone for a second.</summary>
public sealed class AuthorityConnection(TimeProvider time, ILogger<AuthorityConnection> log) : IDisposable
{
    /// <summary>How long it has to answer.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan pause = TimeSpan.FromSeconds(1);
    private const int LongestAnswer = 256 * 1024;
    private const int MostConnections = 32;
    private const int Depth = 16;

    private readonly HttpClient http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            MaxConnectionsPerServer = MostConnections,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        }
    )
    {
        Timeout = Timeout,
        MaxResponseContentBufferSize = LongestAnswer,
    };

    private long failedAt = long.MinValue;

    public void Dispose() => http.Dispose();

    public async Task<JsonElement> GetAsync(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        return await SendAsync(request) ?? throw Failed($"{address} refused the request.", inner: null);
    }

    /// <summary>Its answer, a JSON object; null when it calls the request wrong (400).</summary>
    /// <exception cref="AuthorityUnavailableException">There is no sound answer.</exception>
    public async Task<JsonElement?> SendAsync(HttpRequestMessage request)
    {
        if (
            time.GetElapsedTime(Volatile.Read(ref failedAt)) is var since
            && since >= TimeSpan.Zero
            && since < pause
        )
        {
            throw new AuthorityUnavailableException("The authority failed a moment ago.");
        }

        try
        {
            using var response = await http.SendAsync(request);
            var body = await response.Content.ReadAsByteArrayAsync();
            return (int)response.StatusCode switch
            {
                StatusCodes.Status200OK => Parse(body),
                StatusCodes.Status400BadRequest => null,
                var status => throw Failed($"{request.RequestUri} answered {status}.", inner: null),
            };
        }
        catch (Exception failure)
            when (failure is HttpRequestException or OperationCanceledException or JsonException)
        {
            throw Failed($"{request.RequestUri}: {failure.Message}", failure);
        }
    }

    /// <exception cref="JsonException">It is no JSON object, or repeats a member.</exception>
    private static JsonElement Parse(byte[] body)
    {
        using var document = JsonDocument.Parse(
            body,
            new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = Depth }
        );
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? document.RootElement.Clone()
            : throw new JsonException("A JSON object is expected.");
    }

    /// <summary>Notes that it failed, for the operator to read and for the next second.</summary>
    public AuthorityUnavailableException Failed(string why, Exception? inner)
    {
        Volatile.Write(ref failedAt, time.GetTimestamp());
        log.LogWarning("The authority cannot be relied on: {Why}", why);
        return new(why, inner);
    }
}
