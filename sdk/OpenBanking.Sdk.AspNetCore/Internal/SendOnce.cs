using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;

namespace OpenBanking.Internal;

/// <summary>Lets each request of the client out once, whatever handlers the app has between it and the network.</summary>
/// <remarks>A handler that an app has for all its clients, such as one of resilience, may send a request, or a copy of it, again. Its
/// proof is good for one sending, so the bank refuses the second, which would read as if the first had not been carried out. Who
/// sends again here is the client, with a proof of its own for each attempt. One of these stands before the app's handlers
/// and begins a sending, the other behind them and knows whether it left: a copy, from wherever it is sent, has the proof of the
/// request in common with it, or, where tokens are bound to a certificate, the id of the call.</remarks>
internal sealed class SendOnce(bool outermost, ConcurrentDictionary<string, SendOnce.Sending> underWay)
    : DelegatingHandler
{
    /// <summary>The most of an answer that is kept; the client reads no more either, and the bank's are far smaller.</summary>
    private const int LargestAnswerBytes = (1024 * 1024) + 1;

    /// <summary>What a request is known by: the first of these that it has. Attempts of one call have its id in common.</summary>
    private static readonly string[] names = ["DPoP", "x-fapi-interaction-id"];

    /// <summary>For requests without a name, such as those for the bank's metadata: of these, copies are no harm.</summary>
    private static readonly HttpRequestOptionsKey<Sending> option = new("OpenBanking.Sending");

    /// <summary>Puts both of them in their places, and once, however often the client was added.</summary>
    public static void AddTo(IList<DelegatingHandler> handlers)
    {
        if (!handlers.OfType<SendOnce>().Any())
        {
            var underWay = new ConcurrentDictionary<string, Sending>(StringComparer.Ordinal);
            handlers.Insert(0, new SendOnce(outermost: true, underWay));
            handlers.Add(new SendOnce(outermost: false, underWay));
        }
    }

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    ) => outermost ? BeginAsync(request, cancellationToken) : LetOutAsync(request, cancellationToken);

    private async Task<HttpResponseMessage> BeginAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var sending = new Sending();
        request.Options.Set(option, sending);
        string[] known = [.. names.Select(name => NameOf(request, name)).OfType<string>()];
        foreach (var name in known)
        {
            underWay[name] = sending;
        }

        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var name in known)
            {
                underWay.TryRemove(KeyValuePair.Create(name, sending));
            }
        }
    }

    private async Task<HttpResponseMessage> LetOutAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var name = names.Select(header => NameOf(request, header)).FirstOrDefault(known => known is not null);
        if (SendingOf(request, name) is not { } sending)
        {
            return name is null
                ? await base.SendAsync(request, cancellationToken).ConfigureAwait(false)
                // Its sending has ended: this copy comes late.
                : throw SentAgain(failure: null);
        }

        if (!await sending.BeginAsync(cancellationToken).ConfigureAwait(false))
        {
            return sending.Refusal?.AnswerTo(request) ?? throw SentAgain(sending.Failure);
        }

        try
        {
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (IsRepeatedByOthers(response))
            {
                var body = await ReadAsync(response.Content, cancellationToken).ConfigureAwait(false);
                sending.Refusal = new(response, body);
                response = sending.Refusal.AnswerTo(request);
            }

            sending.End(failure: null);
            return response;
        }
        catch (Exception failure)
        {
            sending.End(failure);
            throw;
        }
    }

    private Sending? SendingOf(HttpRequestMessage request, string? name) =>
        name is not null ? underWay.GetValueOrDefault(name)
        : request.Options.TryGetValue(option, out var own) ? own
        : null;

    private static string? NameOf(HttpRequestMessage request, string header) =>
        request.Headers.NonValidated.TryGetValues(header, out var values) ? values.ToString() : null;

    /// <summary>Whether a handler may throw the answer away and send again: what the bank said then is what it is told
    /// again.</summary>
    private static bool IsRepeatedByOthers(HttpResponseMessage response) =>
        response.StatusCode
            is HttpStatusCode.RequestTimeout
                or HttpStatusCode.TooManyRequests
                or >= HttpStatusCode.InternalServerError;

    private static async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        using var body = new MemoryStream();
        var chunk = new byte[8 * 1024];
        int read;
        while (
            body.Length < LargestAnswerBytes
            && (read = await stream.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0
        )
        {
            body.Write(chunk, 0, read);
        }

        return body.ToArray();
    }

    private static InvalidOperationException SentAgain(Exception? failure) =>
        new(
            "A handler of this HTTP client would have sent a request a second time: take handlers that try again off it. The "
                + "OpenBanking client tries again by itself, with a new proof each time.",
            failure
        );

    /// <summary>A request on its way, or how it ended.</summary>
    internal sealed class Sending
    {
        private static readonly TaskCompletionSource gone = new();

        /// <summary>Null while it may be sent, <see cref="gone"/> once it has left, and between them whoever sends it.</summary>
        private TaskCompletionSource? turn;

        public Refusal? Refusal { get; set; }

        public Exception? Failure { get; private set; }

        /// <summary>Waits until nobody sends it; gives whether it may be sent now, as it has not left before.</summary>
        public async Task<bool> BeginAsync(CancellationToken cancellationToken)
        {
            var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            while (Interlocked.CompareExchange(ref turn, mine, null) is { } other)
            {
                if (other == gone)
                {
                    return false;
                }

                await other.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            return true;
        }

        public void End(Exception? failure)
        {
            Failure = failure;
            Interlocked.Exchange(ref turn, NeverLeft(failure) ? null : gone)!.SetResult();
        }

        /// <summary>Whether no connection came about, so that the proof is as good as new.</summary>
        private static bool NeverLeft(Exception? failure) =>
            failure
                is HttpRequestException
                {
                    HttpRequestError: HttpRequestError.NameResolutionError
                        or HttpRequestError.ConnectionError
                        or HttpRequestError.SecureConnectionError
                        or HttpRequestError.ProxyTunnelError
                };
    }

    /// <summary>What the bank answered, to be told as often as it is asked for.</summary>
    internal sealed record Refusal(HttpResponseMessage Head, byte[] Body)
    {
        public HttpResponseMessage AnswerTo(HttpRequestMessage request)
        {
            var answer = new HttpResponseMessage(Head.StatusCode)
            {
                Version = Head.Version,
                ReasonPhrase = Head.ReasonPhrase,
                RequestMessage = request,
                Content = new ByteArrayContent(Body),
            };
            Copy(Head.Headers, answer.Headers);
            Copy(Head.Content.Headers, answer.Content.Headers);
            return answer;
        }

        /// <summary>But for the length: there may be less of the body.</summary>
        private static void Copy(HttpHeaders from, HttpHeaders to)
        {
            foreach (var (name, values) in from.NonValidated)
            {
                if (name != "Content-Length")
                {
                    to.TryAddWithoutValidation(name, values);
                }
            }
        }
    }
}
