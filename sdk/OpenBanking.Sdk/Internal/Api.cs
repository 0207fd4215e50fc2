using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace OpenBanking.Internal;

/// <summary>Makes calls of the API: token, proof, one more try after a missing nonce and after a refused
/// token, and the answer as an object.</summary>
internal sealed class Api(
    string address,
    string issuer,
    AppTokens appTokens,
    CustomerTokenSource customerTokens,
    SenderBinding binding,
    Caller caller
)
{
    private const int NoContent = 204;
    private const int Unauthorized = 401;

    /// <summary>What mocks have in its place: its clock and its waits are real, and whatever would be sent is refused.</summary>
    public static Api OfMock { get; } =
        new("", "", null!, null!, null!, new Caller(CallSettings.From(new OpenBankingOptions())));

    private readonly Readings readings = new();
    private readonly ConcurrentDictionary<string, Uri> addresses = [];

    public CustomerTokenSource CustomerTokens => customerTokens;

    public CallSettings Settings => caller.Settings;

    /// <summary>Makes the call and reads its answer.</summary>
    public Task<T> SendAsync<T>(ApiCall call, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : ResponseObject => SendAsync(call, type, new CallProgress(), cancellationToken);

    /// <summary>Makes the call, reads its answer, and says in the progress what may have been carried
    /// out.</summary>
    public async Task<T> SendAsync<T>(
        ApiCall call,
        JsonTypeInfo<T> type,
        CallProgress progress,
        CancellationToken cancellationToken
    )
        where T : ResponseObject
    {
        var answer = await CallAsync(call, progress, cancellationToken).ConfigureAwait(false);
        return Read(call, type, answer, progress);
    }

    /// <summary>Reads the answer of a success.</summary>
    public T Read<T>(ApiCall call, JsonTypeInfo<T> type, Answer answer, CallProgress progress)
        where T : ResponseObject
    {
        if (answer.TryParse(type) is { } value)
        {
            value.Response = answer.Info;
            readings.Keep(value, call, type, answer.ETag);
            return value;
        }

        progress.NoteUnknown();
        throw Unreadable(call, answer);
    }

    /// <summary>Makes a call whose success has no body.</summary>
    public async Task SendAsync(ApiCall call, CallProgress progress, CancellationToken cancellationToken)
    {
        var answer = await CallAsync(call, progress, cancellationToken).ConfigureAwait(false);
        if (answer.Status != NoContent)
        {
            throw Unreadable(call, answer);
        }
    }

    /// <summary>Makes a call that is answered with a picture, which is text.</summary>
    public async Task<string> SendForSvgAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var answer = await CallAsync(call, new CallProgress(), cancellationToken).ConfigureAwait(false);
        var picture = Encoding.UTF8.GetString(answer.Body.Span);
        return picture.StartsWith("<svg", StringComparison.Ordinal)
            ? picture
            : throw Unreadable(call, answer);
    }

    private static OpenBankingException Unreadable(ApiCall call, Answer answer) =>
        new(
            $"The answer of {call.Name} cannot be read: a gateway in between gave it, or another server is at ApiAddress (at "
                + "Authority, where that is not set)."
        )
        {
            Status = answer.Status,
            RequestId = answer.RequestId,
        };

    /// <summary>Reads an object once more, if it has changed.</summary>
    public async Task<T> ReadAgainAsync<T>(T known, CancellationToken cancellationToken)
        where T : ResponseObject
    {
        if (ReferenceEquals(this, OfMock))
        {
            throw Mocks.NotOverridden();
        }

        var (call, type) = readings.Find(known);
        var progress = new CallProgress();
        var answer = await CallAsync(call, progress, cancellationToken).ConfigureAwait(false);
        return answer.Status == Answer.NotModified ? known : Read(call, type, answer, progress);
    }

    /// <summary>Makes the call and reads a page; each item carries the answer it came in.</summary>
    public async Task<Page<T>> SendAsync<T>(
        ApiCall call,
        JsonTypeInfo<Page<T>> type,
        CancellationToken cancellationToken
    )
        where T : ResponseObject
    {
        var answer = await CallAsync(call, new CallProgress(), cancellationToken).ConfigureAwait(false);
        var page = Read(call, type, answer, new CallProgress());
        if (page.Data.Contains(null!))
        {
            throw Unreadable(call, answer);
        }

        foreach (var item in page.Data)
        {
            item.Response = page.Response;
        }

        return page;
    }

    /// <summary>Makes the call; the answer is a success.</summary>
    public ValueTask<Answer> CallAsync(
        ApiCall call,
        CallProgress progress,
        CancellationToken cancellationToken
    )
    {
        if (ReferenceEquals(this, OfMock))
        {
            throw Mocks.NotOverridden(call.Name);
        }

        var interactionId = Randomness.Uuid();
        return caller.CallAsync(
            call,
            progress,
            token => AttemptAsync(call, progress, interactionId, token),
            cancellationToken
        );
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Attempt> AttemptAsync(
        ApiCall call,
        CallProgress progress,
        string interactionId,
        CancellationToken cancellationToken
    )
    {
        var token = await TokenAsync(call, refused: null, cancellationToken).ConfigureAwait(false);
        var attempt = await SendOnceAsync(call, token, interactionId, cancellationToken)
            .ConfigureAwait(false);
        binding.Note(ServerRole.Api, attempt);
        var nonces = default(AskedNonces);
        while (nonces.TryTake(NonceAsked(attempt)))
        {
            attempt = (
                await SendOnceAsync(call, token, interactionId, cancellationToken).ConfigureAwait(false)
            ).After(attempt);
            binding.Note(ServerRole.Api, attempt);
        }

        if (attempt.Answer is { Status: Unauthorized, ChallengeError: Challenge.InvalidToken })
        {
            // Should no new token come, this attempt was the last.
            progress.Note(attempt);
            token = await TokenAsync(call, refused: token, cancellationToken).ConfigureAwait(false);
            attempt = (
                await SendOnceAsync(call, token, interactionId, cancellationToken).ConfigureAwait(false)
            ).After(attempt);
            binding.Note(ServerRole.Api, attempt);
            attempt = WithAdvice(attempt);
        }

        return attempt;
    }

    private static string? NonceAsked(Attempt attempt) =>
        attempt.Answer is { Status: Unauthorized, ChallengeError: Challenge.UseNonce } refusal
            ? refusal.DpopNonce
            : null;

    /// <summary>A token that was given just now and is refused all the same is one of another environment.</summary>
    private Attempt WithAdvice(Attempt attempt) =>
        address != issuer
        && attempt.Answer is { Status: Unauthorized, ChallengeError: Challenge.InvalidToken } refusal
            ? Attempt
                .Answered(
                    refusal with
                    {
                        Advice =
                            $" The token is new, of {issuer}, and the API is at {address}: are Authority and ApiAddress of one "
                            + $"environment?{refusal.Advice}",
                    }
                )
                .After(attempt)
            : attempt;

    /// <summary>Addresses without an id are few, and keep what is worked out of them for sending.</summary>
    private Uri AddressOf(ApiCall call) =>
        ReferenceEquals(call.Path, call.Route)
            ? addresses.GetOrAdd(call.Route, static (route, start) => new Uri(start + route), address)
            : new Uri(address + call.Path);

    private ValueTask<string> TokenAsync(
        ApiCall call,
        string? refused,
        CancellationToken cancellationToken
    ) =>
        call.CustomerId is { } customerId
            ? customerTokens.GetAsync(customerId, refused, cancellationToken)
            : appTokens.GetAsync(refused, cancellationToken);

    private ValueTask<Attempt> SendOnceAsync(
        ApiCall call,
        string token,
        string interactionId,
        CancellationToken cancellationToken
    )
    {
        var request = new HttpRequestMessage(call.Method, AddressOf(call));
        var headers = request.Headers;
        headers.TryAddWithoutValidation("Authorization", binding.Present(token).Authorization);
        binding.Prove(request, ServerRole.Api, token);
        headers.TryAddWithoutValidation("x-fapi-interaction-id", interactionId);
        if (call.Key is { } key)
        {
            headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        if (call.KnownVersion is { } version)
        {
            headers.TryAddWithoutValidation("If-None-Match", version);
        }

        if (call.Body is { } body)
        {
            request.Content = new RequestBody(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }
        else if (call.Method == HttpMethod.Post)
        {
            request.Content = new RequestBody([]);
        }

        return caller.Transport.SendAsync(request, cancellationToken);
    }
}
