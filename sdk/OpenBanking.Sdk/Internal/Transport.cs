using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Reflection;

namespace OpenBanking.Internal;

/// <summary>Sends one request and reads its answer to the end, within a size. Its failures are
/// values.</summary>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "The handler is the caller's, or lives as long as the client, which nobody disposes."
)]
internal sealed class Transport(HttpMessageHandler? handler, TimeProvider clock)
{
    private const int LargestAnswerBytes = 1024 * 1024;
    private const int LongestHeader = 512;
    private static readonly TimeSpan dateStep = TimeSpan.FromSeconds(1);
    private static readonly string userAgent = "OpenBanking.Sdk/" + Version();

    private readonly HttpMessageInvoker invoker = new(
        handler ?? OpenBankingOptions.CreateHttpHandler(),
        disposeHandler: false
    );

    public async Task<Attempt> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        request.Headers.TryAddWithoutValidation("Accept", "application/json, application/problem+json");
        var sentAt = clock.GetUtcNow();
        try
        {
            using var response = await invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return await ReadAsync(response, sentAt, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException failure)
        {
            return NeverConnected(failure) ? Attempt.NotConnected(failure) : Attempt.Lost(failure);
        }
        catch (OperationCanceledException)
        {
            return Attempt.TimedOut(sent: true);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The stream breaks with an IOException; a handler of the partner's own may throw anything.
            return Attempt.Lost(failure);
        }
    }

    private async Task<Attempt> ReadAsync(
        HttpResponseMessage response,
        DateTimeOffset sentAt,
        CancellationToken cancellationToken
    )
    {
        var clockAhead = ClockAhead(response.Headers.Date, sentAt, clock.GetUtcNow());
        var body = await ReadBodyAsync(response.Content, cancellationToken).ConfigureAwait(false);
        return body is null
            ? Attempt.Unreadable($"The answer is larger than {LargestAnswerBytes} bytes.", reason: null)
            : Attempt.Answered(
                new Answer
                {
                    Status = (int)response.StatusCode,
                    RequestId = Header(response, "X-Request-Id"),
                    IdempotencyReplayed = Header(response, "Idempotency-Replayed") == "true",
                    Body = body,
                    MediaType = response.Content.Headers.ContentType?.MediaType,
                    RetryAfter = RetryAfter(response.Headers.RetryAfter),
                    ChallengeError = Challenge.Error(response.Headers.WwwAuthenticate),
                    DpopNonce = Header(response, "DPoP-Nonce"),
                    ClockAhead = clockAhead,
                }
            );
    }

    /// <summary>The body; null when it is too large.</summary>
    private static async Task<byte[]?> ReadBodyAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > LargestAnswerBytes)
        {
            return null;
        }

        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        using var body = new MemoryStream();
        var chunk = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0; )
        {
            body.Write(chunk, 0, read);
            if (body.Length > LargestAnswerBytes)
            {
                return null;
            }
        }

        return body.ToArray();
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date ? Positive(date - clock.GetUtcNow()) : null);

    /// <summary>The answer was dated between its request and its arrival, to the second; whatever is beyond that is the
    /// clocks'.</summary>
    private static TimeSpan ClockAhead(
        DateTimeOffset? date,
        DateTimeOffset sentAt,
        DateTimeOffset receivedAt
    ) =>
        date is not { } dated ? TimeSpan.Zero
        : sentAt > dated + dateStep ? sentAt - dated - dateStep
        : receivedAt < dated ? receivedAt - dated
        : TimeSpan.Zero;

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;

    private static bool NeverConnected(HttpRequestException failure) =>
        failure.HttpRequestError
            is HttpRequestError.NameResolutionError
                or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError
                or HttpRequestError.ProxyTunnelError;

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values)
        && values.ToArray() is [{ Length: <= LongestHeader } value]
            ? value
            : null;

    private static string Version() =>
        typeof(Transport)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];
}
