using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OpenBanking.Tests.Sdk.Stub;

/// <summary>A bank on a real port that remembers what it was sent and answers what it was told.</summary>
internal sealed class StubBank : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<Received> received = [];
    private readonly ConcurrentDictionary<string, ConcurrentQueue<RequestDelegate>> scripts = [];

    private StubBank(WebApplication app, TimeProvider clock)
    {
        this.app = app;
        Oauth = new StubOauth(this, clock);
    }

    public StubOauth Oauth { get; }

    public Uri Authority => new(app.Urls.First());

    /// <summary>What is waited for before a request is answered.</summary>
    public Func<Received, Task>? Answering { get; set; }

    public IReadOnlyList<Received> Requests => [.. received];

    public static async Task<StubBank> StartAsync(TimeProvider? clock = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var bank = new StubBank(server, clock ?? TimeProvider.System);
        server.Run(bank.AnswerAsync);
        await server.StartAsync();
        return bank;
    }

    /// <summary>Answers a route with these, one after the other; the last one stays.</summary>
    public void Script(string route, params RequestDelegate[] answers) => scripts[route] = new(answers);

    /// <summary>From now on the bank answers by itself again.</summary>
    public void Unscript(string route) => scripts.TryRemove(route, out _);

    public IReadOnlyList<Received> Of(string route) => [.. received.Where(request => request.Route == route)];

    /// <summary>Waits until a request of this route has come in.</summary>
    public async Task ReceivedAsync(string route)
    {
        for (var tries = 0; Of(route).Count == 0; tries++)
        {
            Assert.True(tries < 4000, $"{route} did not come in.");
            await Task.Delay(5);
        }
    }

    public OpenBankingClient Client(Action<OpenBankingOptions>? configure = null)
    {
        var options = new OpenBankingOptions
        {
            Authority = Authority,
            ClientId = StubOauth.ClientId,
            Key = Oauth.ClientKey,
        };
        configure?.Invoke(options);
        return new OpenBankingClient(options);
    }

    /// <summary>A client with a linked customer, whose access token ends at this time.</summary>
    public async Task<OpenBankingClient> LinkedClientAsync(
        ITokenStore store,
        DateTimeOffset expiresAt,
        Action<OpenBankingOptions>? configure = null
    )
    {
        var dpopKey = ClientKey.CreateEs256();
        await store.SetAsync(
            Samples.Customer,
            new CustomerTokens
            {
                AccessToken = Oauth.NewSecret("access"),
                RefreshToken = Oauth.NewSecret("refresh"),
                ExpiresAt = expiresAt,
                KeyThumbprint = dpopKey.PublicJwk.Kid!,
                ConsentId = Samples.ConsentId,
            }
        );
        return Client(options =>
        {
            options.DpopKey = dpopKey;
            options.TokenStore = store;
            configure?.Invoke(options);
        });
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = await Received.FromAsync(context.Request);
        received.Enqueue(request);
        await (Answering?.Invoke(request) ?? Task.CompletedTask);
        await Next(request)(context);
    }

    private RequestDelegate Next(Received request)
    {
        if (!scripts.TryGetValue(request.Route, out var script))
        {
            return Oauth.Answer(request) ?? Answers.Problem(404, ProblemCodes.NotFound);
        }

        return script.Count > 1 && script.TryDequeue(out var next) ? next
            : script.TryPeek(out var last) ? last
            : Answers.Problem(404, ProblemCodes.NotFound);
    }
}
