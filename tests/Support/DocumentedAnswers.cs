using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace OpenBanking.Tests;

/// <summary>Holds the answers of every server of the tests to the OpenAPI document: a status or a code that the document does
/// not give for the operation fails the test that ends the server.</summary>
public sealed class DocumentedAnswers : IStartupFilter
{
    /// <summary>The codes of each status of each operation.</summary>
    private static readonly Lazy<Dictionary<string, Dictionary<int, HashSet<string>>>> documented = new(Read);

    private readonly ConcurrentDictionary<string, bool> undocumented = [];

    /// <summary>Is told of each request of an operation and its answer, when set.</summary>
    public Action<Exchange>? Listener { get; set; }

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
        app =>
        {
            app.Use(CheckAsync);
            next(app);
        };

    /// <exception cref="InvalidOperationException">An answer was not as documented.</exception>
    public void ThrowIfUndocumented()
    {
        if (!undocumented.IsEmpty)
        {
            throw new InvalidOperationException(
                "Not in the OpenAPI document: " + string.Join("; ", undocumented.Keys.Order())
            );
        }
    }

    private async Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        if (Listener is not null)
        {
            context.Request.EnableBuffering();
        }

        var wire = context.Response.Body;
        await using var copy = new CopyingStream(wire);
        context.Response.Body = copy;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = wire;
        }

        if (
            context.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>() is
            { EndpointName: var operation }
        )
        {
            Check(operation, context.Response.StatusCode, copy.Written);
            await TellAsync(context, operation, copy.Written);
        }
    }

    private void Check(string operation, int status, byte[] body)
    {
        if (!documented.Value.TryGetValue(operation, out var statuses))
        {
            return;
        }

        if (!statuses.TryGetValue(status, out var codes))
        {
            undocumented[$"{operation} {status}"] = true;
        }
        else if (status >= StatusCodes.Status400BadRequest && body.Length > 0)
        {
            var problem = JsonNode.Parse(body)!;
            var code = (problem["code"] ?? problem["error"])?.ToString() ?? "without a code";
            if (!codes.Contains(code))
            {
                undocumented[$"{operation} {status} {code}"] = true;
            }
        }
    }

    private async Task TellAsync(HttpContext context, string operation, byte[] answer)
    {
        if (Listener is not { } listener)
        {
            return;
        }

        context.Request.Body.Position = 0;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        listener(
            new(operation, context.Request.ContentType, body.ToArray(), context.Response.StatusCode, answer)
        );
    }

    private static Dictionary<string, Dictionary<int, HashSet<string>>> Read()
    {
        var document = JsonNode.Parse(File.ReadAllText(RepositoryFiles.Find("openapi/openbanking.v1.json")))!;
        return document["paths"]!
            .AsObject()
            .SelectMany(path => path.Value!.AsObject())
            .ToDictionary(
                operation => operation.Value!["operationId"]!.GetValue<string>(),
                operation =>
                    operation.Value!["responses"]!
                        .AsObject()
                        .ToDictionary(
                            response => int.Parse(response.Key),
                            response => CodesOf(document, response.Value!)
                        )
            );
    }

    private static HashSet<string> CodesOf(JsonNode document, JsonNode response)
    {
        var shared = response["$ref"]?.GetValue<string>().Split('/')[^1];
        var described = shared is null ? response : document["components"]!["responses"]![shared]!;
        return
        [
            .. (described["content"]?.AsObject() ?? []).SelectMany(content =>
                (content.Value!["examples"]?.AsObject() ?? []).Select(example => example.Key)
            ),
        ];
    }

    /// <summary>Writes on, and keeps what was written.</summary>
    private sealed class CopyingStream(Stream wire) : Stream
    {
        private readonly MemoryStream copy = new();

        public byte[] Written => copy.ToArray();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => wire.Flush();

        public override Task FlushAsync(CancellationToken cancellationToken) =>
            wire.FlushAsync(cancellationToken);

        public override void Write(byte[] buffer, int offset, int count)
        {
            copy.Write(buffer, offset, count);
            wire.Write(buffer, offset, count);
        }

        public override async Task WriteAsync(
            byte[] buffer,
            int offset,
            int count,
            CancellationToken cancellationToken
        ) => await WriteAsync(buffer.AsMemory(offset, count), cancellationToken);

        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            copy.Write(buffer.Span);
            await wire.WriteAsync(buffer, cancellationToken);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}

/// <summary>A request and its answer, as they went over the wire.</summary>
/// <param name="Operation">The operationId.</param>
/// <param name="ContentType">Of the request.</param>
/// <param name="Request">The body.</param>
/// <param name="Status">The HTTP status of the answer.</param>
/// <param name="Answer">The body of the answer.</param>
public sealed record Exchange(
    string Operation,
    string? ContentType,
    byte[] Request,
    int Status,
    byte[] Answer
);
