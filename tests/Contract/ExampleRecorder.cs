using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using OpenBanking.Server.Http.OpenApi;
using Xunit;

namespace OpenBanking.Tests.Contract;

/// <summary>Writes down what goes over the wire while something is done, as the document's examples have it.</summary>
public sealed class ExampleRecorder(TestServer server)
{
    /// <summary>What opens doors is shortened, though its bank is gone.</summary>
    private static readonly HashSet<string> secrets =
    [
        "access_token",
        "client_assertion",
        "code",
        "code_challenge",
        "code_verifier",
        "encrypted_applicant",
        "id_token",
        "initial_access_token",
        "nonce",
        "refresh_token",
        "registration_access_token",
        "request_uri",
        "secret",
        "state",
        "token",
    ];

    private const int ShownOfSecret = 12;
    private const int MostTries = 1_000;

    /// <summary>The examples by operation, in the order they were recorded.</summary>
    public SortedDictionary<string, List<RecordedExample>> Examples { get; } = new(StringComparer.Ordinal);

    /// <summary>Does something, and keeps the last successful request of the operation and its answer.</summary>
    public async Task<T> RecordAsync<T>(string operation, string name, string summary, Func<Task<T>> act)
    {
        var heard = new ConcurrentQueue<Exchange>();
        server.Answers.Listener = heard.Enqueue;
        var result = await act();
        Exchange? last;
        // The answer is on its way before the server has told of it.
        for (var tries = 0; (last = heard.LastOrDefault(IsIt)) is null; tries++)
        {
            Assert.True(tries < MostTries, $"Nothing of {operation} was heard: {string.Join(", ", heard)}");
            await Task.Delay(1);
        }

        Add(operation, new(name, summary, RequestOf(last), last.Status, JsonOf(last.Answer)));
        return result;

        bool IsIt(Exchange exchange) => exchange.Operation == operation && exchange.Status < 300;
    }

    /// <summary>The example of an event is what an endpoint is posted.</summary>
    public void AddEvent(WebhookEvent happened) =>
        Add(
            happened.Type,
            new(
                "event",
                $"The event {happened.Type}",
                Clean(JsonSerializer.SerializeToNode(happened, ResponseJson.Default.WebhookEvent)!),
                200,
                null
            )
        );

    /// <summary>What must be the same when it is recorded again: the fields, amounts, yes or no, and the words of lists such
    /// as a status. Of ids, instants, keys, addresses and numbers it is enough that they are there.</summary>
    public static string Lasting(RecordedExample example) =>
        $"{example.Name}: {example.Summary}\n{Lasting(example.Request)}\n{example.Status}\n{Lasting(example.Answer)}";

    private static string Lasting(JsonNode? node, string name = "") =>
        node switch
        {
            JsonObject members => $"{{{string.Join(',', members.Select(OfMember))}}}",
            JsonArray items => $"[{string.Join(',', items.Select(item => Lasting(item, name)))}]",
            JsonValue value when IsLasting(value, name) => value.ToJsonString(),
            null => "null",
            _ => node.GetValueKind().ToString(),
        };

    private static string OfMember(KeyValuePair<string, JsonNode?> member) =>
        $"{member.Key}:{Lasting(member.Value, member.Key)}";

    private static bool IsLasting(JsonValue value, string name) =>
        value.GetValueKind() switch
        {
            JsonValueKind.True or JsonValueKind.False => true,
            JsonValueKind.Number => name == "amount",
            _ => value
                .GetValue<string>()
                .All(letter => char.IsAsciiLetterLower(letter) || letter is '_' or '.'),
        };

    private void Add(string operation, RecordedExample example)
    {
        if (!Examples.TryGetValue(operation, out var examples))
        {
            Examples[operation] = examples = [];
        }

        examples.Add(example);
    }

    private JsonNode? RequestOf(Exchange exchange) =>
        exchange.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.Ordinal)
            is true
            ? Clean(
                new JsonObject(
                    new FormReader(System.Text.Encoding.UTF8.GetString(exchange.Request))
                        .ReadForm()
                        .Select(field => KeyValuePair.Create(field.Key, (JsonNode?)field.Value.ToString()))
                )
            )
            : JsonOf(exchange.Request);

    /// <summary>Null for what is no JSON, such as a picture.</summary>
    private JsonNode? JsonOf(byte[] body) =>
        body.Length > 0 && body[0] == '{' ? Clean(JsonNode.Parse(body)!) : null;

    /// <summary>At the address of the document, and without secrets.</summary>
    private JsonNode Clean(JsonNode node)
    {
        var text = node.ToJsonString(OperationExamples.FileFormat);
        var clean = JsonNode.Parse(
            text.Replace(
                server.Address.GetLeftPart(UriPartial.Authority),
                OpenApi.SandboxServer,
                StringComparison.Ordinal
            )
        )!;
        Shorten(clean);
        return clean;
    }

    private static void Shorten(JsonNode node)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list.OfType<JsonNode>())
            {
                Shorten(item);
            }
        }

        foreach (var (name, value) in (node as JsonObject)?.ToList() ?? [])
        {
            if (
                secrets.Contains(name)
                && value is JsonValue text
                && text.TryGetValue<string>(out var secret)
                && secret.Length > ShownOfSecret
            )
            {
                node[name] = secret[..ShownOfSecret] + "…";
            }
            else if (value is not null)
            {
                Shorten(value);
            }
        }
    }
}
