using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Net.Http.Headers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Http;

/// <summary>Says that answers of a route outside the API have an ETag, too, as those of all its GETs have.</summary>
public sealed record Revalidated;

/// <summary>The one place that writes answers: JSON, with an ETag where something was read.</summary>
public static class Answers
{
    private const string Json = "application/json; charset=utf-8";

    /// <summary>What was read; 304 when the client has it already.</summary>
    public static IResult Ok<T>(T value)
        where T : ResponseObject => new ReadResult(Serialize(value));

    /// <summary>A picture that was read; 304 when the client has it already.</summary>
    public static IResult Picture(string svg) => new ReadResult(Encoding.UTF8.GetBytes(svg), "image/svg+xml");

    /// <summary>What anybody may read and keep; 304 when the client has it already.</summary>
    /// <param name="kept">For how long it need not be asked for again.</param>
    public static IResult Published<T>(T value, TimeSpan kept) =>
        new ReadResult(
            Serialize(value),
            "application/json",
            kept == TimeSpan.Zero ? "public, no-cache" : $"public, max-age={kept.TotalSeconds}"
        );

    public static IResult Created<T>(T value)
        where T : ResponseObject =>
        new BodyResult(StatusCodes.Status201Created, Serialize(value), replayed: false);

    /// <summary>Decides a command under an idempotency key, and answers as it was or is decided.</summary>
    /// <param name="idOf">The id of what the command made.</param>
    /// <param name="show">What goes over the wire.</param>
    /// <param name="reread">What the command made as it is now, for when its answer is no longer kept.</param>
    /// <param name="status">What an answer is sent with: made something new, unless it says otherwise.</param>
    /// <param name="instead">What is done about a refusal of this code instead of telling it, under the same key, which is still
    /// unused; null when it is told.</param>
    public static async Task<IResult> DecideOnceAsync<TReply, TWire>(
        this Engine.Engine engine,
        Command<TReply> command,
        KeyedRequest request,
        Func<TReply, Guid> idOf,
        Func<TReply, TWire> show,
        Func<Guid, ValueTask<TWire>> reread,
        int status = StatusCodes.Status201Created,
        Func<string, Task<IResult?>>? instead = null
    )
        where TReply : class
        where TWire : ResponseObject
    {
        var outcome = await engine.SubmitAsync(
            command,
            request,
            reply => new(status, idOf(reply), Serialize(show(reply)))
        );
        return outcome switch
        {
            KeyedOutcome.Fresh fresh => new BodyResult(
                fresh.Answer.Status,
                fresh.Answer.Body,
                replayed: false
            ),
            KeyedOutcome.Known { Row: var row } => new BodyResult(
                row.Status,
                await RecallAsync(engine, command.World, row, reread),
                replayed: true
            ),
            KeyedOutcome.Refused { Refusal: var refusal } => (
                instead is null ? null : await instead(refusal.Code)
            ) ?? Problems.From(refusal),
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}."),
        };
    }

    /// <summary>A store that cannot be read now must not be told as "nothing happened": something has, before.</summary>
    /// <exception cref="OutcomeUnknownException">The store cannot be read.</exception>
    private static async Task<byte[]> RecallAsync<TWire>(
        Engine.Engine engine,
        World world,
        IdempotencyRow row,
        Func<Guid, ValueTask<TWire>> reread
    )
        where TWire : ResponseObject
    {
        try
        {
            return await engine.RecallAnswerAsync(world, row) is { } body && IsJson(body)
                ? body
                : Serialize(await reread(row.ResourceId));
        }
        catch (StoreUnavailableException unavailable)
        {
            throw new OutcomeUnknownException("A known answer could not be read.", unavailable);
        }
    }

    private static bool IsJson(byte[] body)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            return reader.Read() && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static byte[] Serialize<T>(T value) =>
        JsonSerializer.SerializeToUtf8Bytes(
            value,
            (JsonTypeInfo<T>)ResponseJson.Default.GetTypeInfo(typeof(T))!
        );

    private sealed class BodyResult(int status, byte[] body, bool replayed) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status;
            response.Headers.CacheControl = "no-store";
            if (replayed)
            {
                response.Headers["Idempotency-Replayed"] = "true";
            }

            return WriteAsync(response, body);
        }
    }

    private sealed class ReadResult(byte[] body, string contentType = Json, string kept = "private, no-cache")
        : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            var tag = $"\"{Base64Url.EncodeToString(SHA256.HashData(body).AsSpan(0, 12))}\"";
            response.Headers.ETag = tag;
            response.Headers.CacheControl = kept;
            if (Matches(httpContext.Request, tag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }

            return WriteAsync(response, body, contentType);
        }
    }

    /// <summary>If-None-Match: any, or a list of tags, compared weakly (RFC 9110 §13.1.2).</summary>
    private static bool Matches(HttpRequest request, string tag) =>
        EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var known)
        && known.Any(other => other.Tag == "*" || other.Tag == tag);

    private static Task WriteAsync(HttpResponse response, byte[] body, string contentType = Json)
    {
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body).AsTask();
    }
}
