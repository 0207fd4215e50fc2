using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenBanking.Samples.BankAdapters;

namespace OpenBanking.Tests.Http;

/// <summary>The bank that the sample adapters talk to: does what it is asked once for each key, and remembers it.</summary>
public sealed class BankBackend : IAsyncDisposable
{
    public const string ApiKey = "of-the-tests";

    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, BackendAnswer> outcomes = [];

    private BankBackend(WebApplication app) => this.app = app;

    /// <summary>What was done, as <c>service/action</c>; asked twice, it is here once.</summary>
    public ConcurrentQueue<string> Acts { get; } = [];

    /// <summary>Every call there was, by method.</summary>
    public ConcurrentQueue<string> Calls { get; } = [];

    /// <summary>What the bank decides; done when there is no answer.</summary>
    public ConcurrentDictionary<string, BackendAnswer> Decisions { get; } = [];

    /// <summary>How many answers of an act get lost after it was done.</summary>
    public ConcurrentDictionary<string, int> Lost { get; } = [];

    /// <summary>What an act was asked with last.</summary>
    public ConcurrentDictionary<string, JsonNode> Asked { get; } = [];

    /// <summary>What happens with messages, by their key.</summary>
    public Func<string, JsonNode, Task> Send { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>What the core has booked, by reference, in the order it came first.</summary>
    public ConcurrentDictionary<string, JsonNode> Booked { get; } = [];

    public ConcurrentQueue<string> BookedInOrder { get; } = [];

    /// <summary>What happens before a payment is judged.</summary>
    public Func<Task> Judge { get; set; } = () => Task.CompletedTask;

    public BackendOptions Options { get; private init; } = new();

    /// <summary>The same, for a server.</summary>
    public string[] Settings => [$"Backend:Address={Options.Address}", $"Backend:ApiKey={Options.ApiKey}"];

    public static async Task<BankBackend> StartAsync()
    {
        var address = $"http://localhost:{Ports.Free()}/";
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add(address);
        var backend = new BankBackend(app)
        {
            Options = new() { Address = new Uri(address), ApiKey = ApiKey },
        };
        app.MapPost("/cards/issuer", () => TypedResults.Json(new { name = "测试银行" }));
        app.MapPost("/payments/assess", backend.JudgeAsync);
        app.MapPost("/postings/book", backend.Book);
        app.MapPost("/{service}/{action}", backend.ActAsync);
        app.MapGet("/{service}/{key}", backend.Find);
        await app.StartAsync();
        return backend;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private async Task<IResult> JudgeAsync()
    {
        await Judge();
        return TypedResults.Json(Decisions.GetValueOrDefault("payments/assess", new("allow")));
    }

    /// <summary>Books what is new; an answer that gets lost does so afterwards.</summary>
    private IResult Book(JsonNode body)
    {
        Calls.Enqueue("POST postings/book");
        var answer = Decisions.GetValueOrDefault("postings/book", new("done"));
        if (answer.Outcome == "done")
        {
            foreach (var transaction in body["transactions"]!.AsArray())
            {
                if (Booked.TryAdd((string)transaction!["reference"]!, transaction))
                {
                    BookedInOrder.Enqueue((string)transaction["reference"]!);
                }
            }
        }

        var lost = Lost.GetValueOrDefault("postings/book");
        Lost["postings/book"] = lost - 1;
        return lost > 0
            ? TypedResults.StatusCode(StatusCodes.Status502BadGateway)
            : TypedResults.Json(answer);
    }

    private async Task<IResult> ActAsync(string service, string action, JsonNode body, HttpRequest request)
    {
        var act = $"{service}/{action}";
        Calls.Enqueue($"POST {act}");
        Asked[act] = body;
        if (request.Headers.Authorization != $"Bearer {ApiKey}")
        {
            return TypedResults.Unauthorized();
        }

        var key = request.Headers["Idempotency-Key"].ToString();
        var answer = Decisions.GetValueOrDefault(act, new("done"));
        if (outcomes.TryAdd($"{service}/{key}", answer))
        {
            Acts.Enqueue(act);
            await (service == "messages" ? Send(key, body) : Task.CompletedTask);
        }

        var lost = Lost.GetValueOrDefault(act);
        Lost[act] = lost - 1;
        return lost > 0
            ? TypedResults.StatusCode(StatusCodes.Status502BadGateway)
            : TypedResults.Json(outcomes[$"{service}/{key}"]);
    }

    private IResult Find(string service, string key)
    {
        Calls.Enqueue($"GET {service}");
        return outcomes.TryGetValue($"{service}/{key}", out var outcome)
            ? TypedResults.Json(outcome)
            : TypedResults.NotFound();
    }
}
