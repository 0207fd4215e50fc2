using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace OpenBanking.Internal;

/// <summary>Sends one request, which it disposes, and reads its answer to the end, within a size. Its failures are
/// values.</summary>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "The handler is the caller's, or lives as long as the client, which nobody disposes."
)]
internal sealed class Transport(HttpMessageHandler handler, TimeProvider clock)
{
    private const int LargestAnswerBytes = 1024 * 1024;
    private const int UsualAnswerBytes = 2 * 1024;
    private const int LongestHeader = 512;
    private static readonly TimeSpan dateStep = TimeSpan.FromSeconds(1);
    private static readonly string userAgent = "OpenBanking.Sdk/" + Version();

    private readonly HttpMessageInvoker invoker = new(handler, disposeHandler: false);

    // Others may have sent the request before they met a handler that has been disposed.
    private readonly bool isOfFramework =
        handler is SocketsHttpHandler or CurrentCertificateHandler
        || handler.GetType() == typeof(HttpClientHandler);

    /// <summary>Ends when the token is canceled, also where a handler takes no notice of it: what it goes on with is left to it, and
    /// whatever comes of that is cleared away.</summary>
    public ValueTask<Attempt> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var exchange = ExchangeAsync(request, cancellationToken);
        return isOfFramework || exchange.IsCompleted
            ? exchange
            : WithinAsync(exchange.AsTask(), cancellationToken);
    }

    /// <summary>An exchange that is given up fails with nothing, and disposes its request and its answer by itself.</summary>
    private static async ValueTask<Attempt> WithinAsync(
        Task<Attempt> exchange,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await exchange.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Attempt.TimedOut();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Attempt> ExchangeAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        using var own = request;
        request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        request.Headers.TryAddWithoutValidation("Accept", "application/json, application/problem+json");
        var sentAt = clock.GetUtcNow();
        try
        {
            using var response = await invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var attempt = await ReadAsync(response, sentAt, cancellationToken).ConfigureAwait(false);
            return attempt.Answer is { Succeeded: false }
                ? attempt.Counting(RequestBody.Count(request, response.RequestMessage))
                : attempt;
        }
        catch (HttpRequestException failure)
        {
            return NoConnection.Is(failure) && !RequestBody.MayHaveLeft(request)
                ? Attempt.NotConnected(failure, request.RequestUri!, handler)
                : Attempt.Lost(failure);
        }
        catch (NoCertificateException failure)
        {
            ExceptionDispatchInfo.Throw(failure.InnerException!);
            throw;
        }
        catch (ObjectDisposedException failure) when (IsOfHandler(failure))
        {
            return Attempt.HandlerDisposed(failure, sent: !isOfFramework);
        }
        catch (OperationCanceledException)
        {
            return Attempt.TimedOut();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The stream breaks with an IOException, and a connection that is gone as soon as it is made with a SocketException; a
            // handler of the partner's own may throw anything.
            return failure is IOException or SocketException
                ? Attempt.Lost(failure)
                : Attempt.Thrown(failure);
        }
    }

    private async ValueTask<Attempt> ReadAsync(
        HttpResponseMessage response,
        DateTimeOffset sentAt,
        CancellationToken cancellationToken
    )
    {
        var refusal = response.IsSuccessStatusCode ? null : response.Headers;
        var clockAhead = refusal?.Date is { } date
            ? ClockAhead(date, sentAt, clock.GetUtcNow())
            : TimeSpan.Zero;
        // A gateway may tell the length that the body would have had (RFC 9110 §8.6).
        var body =
            response.StatusCode == HttpStatusCode.NotModified
                ? ReadOnlyMemory<byte>.Empty
                : await ReadBodyAsync(response.Content, cancellationToken).ConfigureAwait(false);
        return body is null
            ? Attempt.Unreadable($"The answer is larger than {LargestAnswerBytes} bytes.", reason: null)
            : Attempt.Answered(
                new Answer
                {
                    Status = (int)response.StatusCode,
                    RequestId = Header(response, "X-Request-Id"),
                    IdempotencyReplayed = Header(response, "Idempotency-Replayed") == "true",
                    Body = body.Value,
                    MediaType = refusal is null ? null : response.Content.Headers.ContentType?.MediaType,
                    RetryAfter = RetryAfter(refusal?.RetryAfter),
                    ChallengeError = refusal is null ? null : Challenge.Error(refusal.WwwAuthenticate),
                    DpopNonce = Header(response, "DPoP-Nonce"),
                    ETag = Header(response, "ETag"),
                    ClockAhead = clockAhead,
                }
            );
    }

    /// <summary>The body; null when it is too large.</summary>
    private static async ValueTask<ReadOnlyMemory<byte>?> ReadBodyAsync(
        HttpContent content,
        CancellationToken cancellationToken
    )
    {
        var told = content.Headers.ContentLength;
        if (told > LargestAnswerBytes)
        {
            return null;
        }

        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        return told is { } length
            ? await ReadToldAsync(stream, (int)length, cancellationToken).ConfigureAwait(false)
            : await ReadUntoldAsync(stream, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadToldAsync(
        Stream stream,
        int length,
        CancellationToken cancellationToken
    )
    {
        var body = new byte[length];
        await stream.ReadExactlyAsync(body, cancellationToken).ConfigureAwait(false);
        return body;
    }

    private static async ValueTask<ReadOnlyMemory<byte>?> ReadUntoldAsync(
        Stream stream,
        CancellationToken cancellationToken
    )
    {
        var body = new byte[UsualAnswerBytes];
        var length = 0;
        for (
            int read;
            (read = await stream.ReadAsync(body.AsMemory(length), cancellationToken).ConfigureAwait(false))
                > 0;

        )
        {
            length += read;
            if (length > LargestAnswerBytes)
            {
                return null;
            }

            if (length == body.Length)
            {
                Array.Resize(ref body, 2 * length);
            }
        }

        return body.AsMemory(0, length);
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date ? Positive(date - clock.GetUtcNow()) : null);

    /// <summary>The answer was dated between its request and its arrival, to the second; whatever is beyond that is the
    /// clocks'.</summary>
    private static TimeSpan ClockAhead(
        DateTimeOffset date,
        DateTimeOffset sentAt,
        DateTimeOffset receivedAt
    ) =>
        sentAt > date + dateStep ? sentAt - date - dateStep
        : receivedAt < date ? receivedAt - date
        : TimeSpan.Zero;

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;

    private static bool IsOfHandler(ObjectDisposedException failure) =>
        failure.ObjectName.EndsWith("Handler", StringComparison.Ordinal);

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values)
        && values.Count == 1
        && values.ToString() is { Length: <= LongestHeader } value
            ? value
            : null;

    private static string Version() =>
        typeof(Transport)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];
}
