using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OpenBanking.Tests.Sdk.Stub;

/// <summary>One fault, and a client that meets it.</summary>
internal sealed class FaultRun : IAsyncDisposable
{
    private const string PaymentsRoute = "POST /v1/payments";
    private static readonly TimeSpan attempt = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan total = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan slack = TimeSpan.FromSeconds(15);

    private readonly Fault fault;
    private readonly StubBank bank;
    private readonly TcpStub? listener;
    private readonly Attempts attempts = new();
    private readonly OpenBankingClient client;

    private FaultRun(Fault fault, StubBank bank)
    {
        this.fault = fault;
        this.bank = bank;
        listener = fault.Listener is { } speak ? new TcpStub(speak) : null;
        client = bank.Client(options =>
        {
            options.HttpHandler = attempts;
            options.MaxRetries = 1;
            options.ApiAddress =
                listener is null && !fault.Nobody
                    ? null
                    : new UriBuilder(
                        fault.OverTls ? "https" : "http",
                        "localhost",
                        listener?.Port ?? UnusedPort()
                    ).Uri;
            if (fault.Lasts)
            {
                options.AttemptTimeout = attempt;
                options.TotalTimeout = total;
            }
        });
    }

    public bool FollowedRedirect => bank.Requests.Any(request => request.Path == "/elsewhere");

    public static async Task<FaultRun> StartAsync(Fault fault) => new(fault, await StubBank.StartAsync());

    /// <summary>Makes the call, and says what came of it.</summary>
    public async Task<string> SeeAsync(string kind)
    {
        await GetReadyAsync();
        var code = await TryAsync(kind).WaitAsync((fault.Lasts ? total : TimeSpan.FromSeconds(5)) + slack);
        CheckAttempts(kind);
        return attempts.Count > 1 ? $"again, then {code}" : code;
    }

    public async ValueTask DisposeAsync()
    {
        if (listener is not null)
        {
            await listener.DisposeAsync();
        }

        attempts.Dispose();
        await bank.DisposeAsync();
    }

    /// <summary>With a token already, so that timeouts run for the call alone; then the fault begins.</summary>
    private async Task GetReadyAsync()
    {
        if (fault.AtTokens)
        {
            bank.Script("POST /token", fault.Answer!);
            return;
        }

        if (fault.Answer is null)
        {
            return;
        }

        bank.Script("GET /v1/payments/pay_warm", Answers.Payment(Samples.Payment));
        await client.Payments.GetAsync("pay_warm");
        attempts.Clear();
        foreach (var route in new[] { "GET /v1/payments/pay_1", PaymentsRoute, "POST /v1/webhook-endpoints" })
        {
            bank.Script(route, fault.Answer);
        }
    }

    private async Task<string> TryAsync(string kind)
    {
        try
        {
            await (
                kind switch
                {
                    "reading" => client.Payments.GetAsync("pay_1"),
                    "paying" => client.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key),
                    _ => (Task)
                        client.WebhookEndpoints.CreateAsync(
                            new CreateWebhookEndpointRequest { Url = "https://partner.example/hooks" }
                        ),
                }
            );
            return "the answer";
        }
        catch (PaymentOutcomeUnknownException unknown)
        {
            await SettleAsync(unknown);
            return "unknown";
        }
        catch (OpenBankingException failure)
        {
            return $"`{failure.Code}`";
        }
    }

    /// <summary>When the fault is over, the same key tells.</summary>
    private async Task SettleAsync(PaymentOutcomeUnknownException unknown)
    {
        if (listener is not null)
        {
            return;
        }

        var before = attempts.Count;
        bank.Script(PaymentsRoute, Answers.Payment(Samples.Payment, replayed: true));
        Assert.Equal(Samples.Payment.Id, (await unknown.ResolveAsync()).Id);
        Assert.Equal(before + 1, attempts.Count);
        attempts.ForgetLast();
    }

    private void CheckAttempts(string kind)
    {
        if (fault.AtTokens)
        {
            Assert.Empty(attempts.Sent);
        }

        // A key makes one of many; without one, a second must not have arrived.
        if (kind == "paying")
        {
            Assert.All(attempts.Sent, sent => Assert.Equal(Samples.Key.Value, sent.Key));
            Assert.Single(attempts.Sent.Select(sent => sent.Body).DefaultIfEmpty("").Distinct());
        }
        else if (kind == "changing")
        {
            Assert.InRange(bank.Of("POST /v1/webhook-endpoints").Count, 0, 1);
        }

        Assert.Equal(attempts.Count, attempts.Sent.Select(sent => sent.Proof).Distinct().Count());
    }

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>What the client sent, whether or not it arrived.</summary>
    private sealed class Attempts() : DelegatingHandler(OpenBankingOptions.CreateHttpHandler())
    {
        private readonly ConcurrentStack<(string? Key, string Body, string Proof)> sent = [];

        public IReadOnlyCollection<(string? Key, string Body, string Proof)> Sent => sent;

        public int Count => sent.Count;

        public void ForgetLast() => sent.TryPop(out _);

        public void Clear() => sent.Clear();

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            if (request.RequestUri!.AbsolutePath.StartsWith("/v1", StringComparison.Ordinal))
            {
                var body = request.Content is { } content
                    ? await content.ReadAsStringAsync(cancellationToken)
                    : "";
                sent.Push((Header(request, "Idempotency-Key"), body, Header(request, "DPoP")!));
            }

            return await base.SendAsync(request, cancellationToken);
        }

        private static string? Header(HttpRequestMessage request, string name) =>
            request.Headers.TryGetValues(name, out var values) ? values.Single() : null;
    }
}
