using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Http;

/// <summary>An argument that may turn out to be unreadable; the endpoint then does not run.</summary>
public interface IRefusableArgument
{
    IResult? Refused { get; }
}

/// <summary>A JSON body, read strictly.</summary>
public class Body<T> : IRefusableArgument, IEndpointParameterMetadataProvider
    where T : class
{
    private T? value;

    public T Value => value ?? throw new InvalidOperationException("The body was refused.");

    public IResult? Refused { get; protected set; }

    public static async ValueTask<Body<T>> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        _ = parameter;
        var body = new Body<T>();
        await body.ReadAsync(context);
        return body;
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T), isOptional: MayBeLeftOut));

    /// <summary>Whether no field is needed: then no body says the same as an empty object.</summary>
    private static bool MayBeLeftOut => Shape.Properties.All(property => !property.IsRequired);

    /// <summary>Whether it says nothing, so that nothing of it can have been lost on its way.</summary>
    private static bool SaysNothing => Shape.Properties.Count == 0;

    private static JsonTypeInfo<T> Shape => (JsonTypeInfo<T>)RequestJson.Default.GetTypeInfo(typeof(T))!;

    /// <summary>Reads the body; gives its bytes.</summary>
    protected async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context)
    {
        var isJson = context.Request.HasJsonContentType() && IsUtf8(context.Request);
        if (!isJson && (!MayBeLeftOut || context.Request.ContentType is not null))
        {
            Refused = Problems.Of(ProblemCodes.UnsupportedMediaType);
            return default;
        }

        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        var bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        if (bytes.IsEmpty && MayBeLeftOut && (!isJson || SaysNothing))
        {
            bytes = emptyObject;
        }
        else if (!isJson)
        {
            Refused = Problems.Of(ProblemCodes.UnsupportedMediaType);
            return default;
        }

        Parse(bytes);
        return bytes;
    }

    private void Parse(ReadOnlyMemory<byte> bytes)
    {
        if (!Utf8.IsValid(bytes.Span))
        {
            Refused = Problems.Of(ProblemCodes.InvalidJson, JsonShape.NoUtf8);
            return;
        }

        var shape = Shape;
        try
        {
            using var document = JsonDocument.Parse(bytes, JsonShape.Strict);
            var errors = JsonShape.Check(document.RootElement, shape);
            if (errors.Count == 0)
            {
                value = document.Deserialize(shape)!;
            }
            else
            {
                Refused = Problems.Of(ProblemCodes.InvalidRequest, errors: errors);
            }
        }
        catch (InvalidOperationException)
        {
            Refused = Problems.Of(
                ProblemCodes.InvalidJson,
                "A text holds half a surrogate pair, which is no text."
            );
        }
        catch (JsonException failure) when (failure.Path is not null)
        {
            Refused = Problems.Of(ProblemCodes.InvalidRequest, errors: [JsonShape.WrongType(failure)]);
        }
        catch (JsonException failure)
        {
            Refused = Problems.Of(ProblemCodes.InvalidJson, JsonShape.WhatIsWrong(bytes.Span, failure));
        }
    }

    private static bool IsUtf8(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && OAuthForm.IsUtf8(type);

    private static readonly byte[] emptyObject = "{}"u8.ToArray();
}

/// <summary>Says that a route needs an Idempotency-Key.</summary>
public sealed record IdempotencyKeyNeeded;

/// <summary>A JSON body with the Idempotency-Key it was sent under.</summary>
public sealed class KeyedBody<T> : Body<T>, IEndpointParameterMetadataProvider
    where T : class
{
    private const int KeyLength = 64;
    private KeyedRequest? request;

    public KeyedRequest Request => request ?? throw new InvalidOperationException("The request was refused.");

    public static new async ValueTask<KeyedBody<T>> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        _ = parameter;
        var body = new KeyedBody<T>();
        var bytes = await body.ReadAsync(context);
        if (body.Refused is null)
        {
            body.ReadKey(context, bytes.Span);
        }

        return body;
    }

    public static new void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        Body<T>.PopulateMetadata(parameter, builder);
        builder.Metadata.Add(new IdempotencyKeyNeeded());
    }

    private void ReadKey(HttpContext context, ReadOnlySpan<byte> body)
    {
        var keys = context.Request.Headers["Idempotency-Key"];
        if (keys.Count == 0 || string.IsNullOrEmpty(keys[0]))
        {
            Refused = Problems.Of(ProblemCodes.IdempotencyKeyRequired);
        }
        else if (
            keys is not [{ Length: <= KeyLength } key]
            || key.AsSpan().ContainsAnyExceptInRange('!', '~')
        )
        {
            Refused = Problems.Of(ProblemCodes.IdempotencyKeyInvalid);
        }
        else
        {
            var app = Caller.Of(context).App.Id.Value;
            request = new(app, key, Fingerprint(context.Request, app, body));
        }
    }

    /// <summary>A digest of what the key stands for: method, path, app and body.</summary>
    private static Guid Fingerprint(HttpRequest request, Guid app, ReadOnlySpan<byte> body)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path} {app:N}\n"));
        digest.AppendData(body);
        return new Guid(digest.GetHashAndReset().AsSpan(0, 16), bigEndian: true);
    }
}

/// <summary>Ends a request whose arguments were refused.</summary>
public static class RefusableArguments
{
    public static ValueTask<object?> RefuseAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    ) =>
        context
            .Arguments.OfType<IRefusableArgument>()
            .FirstOrDefault(argument => argument.Refused is not null)
            is { } refused
            ? ValueTask.FromResult<object?>(refused.Refused)
            : next(context);
}
