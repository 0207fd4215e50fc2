using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OpenBanking.Tests.Faults;

/// <summary>Where a partner's events arrive. It outlives the servers that send them.</summary>
internal sealed class EventReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<(string Type, string Subject), int> received = [];

    private EventReceiver(WebApplication app, Uri address) => (this.app, Address) = (app, address);

    public Uri Address { get; }

    public int Count => received.Values.Sum();

    public static async Task<EventReceiver> StartAsync()
    {
        var address = new Uri($"http://localhost:{Ports.Free()}");
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add(address.ToString());
        var receiver = new EventReceiver(app, address);
        app.MapPost("/hooks", (Delegate)receiver.ReceiveAsync);
        await app.StartAsync();
        return receiver;
    }

    /// <summary>Whether an event of this type about this object has come.</summary>
    public bool Has(string type, string subject) => received.ContainsKey((type, subject));

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task<IResult> ReceiveAsync(HttpContext context)
    {
        var happened = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body);
        var type = happened.GetProperty("type").GetString()!;
        var field = type.Split('.')[0] + "_id";
        if (happened.GetProperty("data").TryGetProperty(field, out var subject))
        {
            received.AddOrUpdate((type, subject.GetString()!), 1, (_, count) => count + 1);
        }

        return Results.NoContent();
    }
}
