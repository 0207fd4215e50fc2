using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OpenBanking.Tests.Sdk.Stub;

/// <summary>One fault, and a client that meets it.</summary>
internal sealed class FaultRun : IAsyncDisposable
{
    private const string PaymentsRoute = "POST /v1/payments";
    private const string EndpointsRoute = "POST /v1/webhook-endpoints";
    private const string TokenRoute = "POST /token";
    private const string PushRoute = "POST /par";
    private const string MetadataRoute = "GET /.well-known/openid-configuration";
    private static readonly AccountLinkRequest linkRequest = new()
    {
        RedirectUri = new Uri("https://partner.example/callback"),
        AuthorizationDetails = [new AccountInformation()],
    };
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
        var call = await GetReadyAsync(kind);
        var code = await TryAsync(call).WaitAsync((fault.Lasts ? total : TimeSpan.FromSeconds(5)) + slack);
        var count =
            fault.AtAuthorizationServer ? CheckForms(kind)
            : fault.AtMetadata ? CheckMetadata()
            : CheckAttempts(kind);
        return count > 1 ? $"again, then {code}" : code;
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

    /// <summary>Does what comes before the call, so that timeouts run for the call alone; then the fault begins.</summary>
    private async Task<Func<Task>> GetReadyAsync(string kind)
    {
        if (fault.AtAuthorizationServer)
        {
            return await GetReadyForFormAsync(kind);
        }

        if (fault.AtMetadata)
        {
            bank.Script(MetadataRoute, fault.Answer!);
        }
        else if (fault.Answer is not null)
        {
            bank.Script("GET /v1/payments/pay_warm", Answers.Payment(Samples.Payment));
            await client.Payments.GetAsync("pay_warm");
            attempts.Clear();
            foreach (var route in new[] { "GET /v1/payments/pay_1", PaymentsRoute, EndpointsRoute })
            {
                bank.Script(route, fault.Answer);
            }
        }

        return kind switch
        {
            "reading" => () => client.Payments.GetAsync("pay_1"),
            "paying" => PayAsync,
            _ => () =>
                client.WebhookEndpoints.CreateAsync(
                    new CreateWebhookEndpointRequest { Url = "https://partner.example/hooks" }
                ),
        };
    }

    private async Task<Func<Task>> GetReadyForFormAsync(string kind)
    {
        var link = kind == "completing" ? await client.AccountLinks.StartAsync(linkRequest) : null;
        bank.Script(kind == "starting" ? PushRoute : TokenRoute, fault.Answer!);
        return kind switch
        {
            "paying" => PayAsync,
            "starting" => () => client.AccountLinks.StartAsync(linkRequest),
            _ => () => client.AccountLinks.CompleteAsync(link!.Session, bank.Oauth.Callback()),
        };
    }

    private Task<Payment> PayAsync() => client.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key);

    private async Task<string> TryAsync(Func<Task> call)
    {
        try
        {
            await call();
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

    /// <summary>Gives how often the call was sent.</summary>
    private int CheckAttempts(string kind)
    {
        // A key makes one of many; without one, a second must not have arrived, unless nothing was done of the first.
        if (kind == "paying")
        {
            Assert.All(attempts.Sent, sent => Assert.Equal(Samples.Key.Value, sent.Key));
            Assert.Single(bank.Of(PaymentsRoute).Select(sent => sent.Text).DefaultIfEmpty("").Distinct());
        }
        else if (kind == "changing" && !fault.NothingDone)
        {
            Assert.InRange(bank.Of(EndpointsRoute).Count, 0, 1);
        }

        Assert.Equal(attempts.Count, attempts.Sent.Select(sent => sent.Proof).Distinct().Count());
        return attempts.Count;
    }

    /// <summary>Gives how often the form was sent; the API was sent nothing.</summary>
    private int CheckForms(string kind)
    {
        Assert.Empty(attempts.Sent);
        var forms = bank.Of(kind == "starting" ? PushRoute : TokenRoute);
        Assert.Equal(forms.Count, forms.Select(form => form.Proof.Id).Distinct().Count());
        Assert.Equal(forms.Count, forms.Select(form => form.Assertion.Id).Distinct().Count());
        return forms.Count;
    }

    /// <summary>Gives how often the metadata was asked for; nothing else was sent.</summary>
    private int CheckMetadata()
    {
        Assert.All(bank.Requests, sent => Assert.Equal(MetadataRoute, sent.Route));
        return bank.Requests.Count;
    }

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>What the client sent, whether or not it arrived. It reads no body, which would hide how often that leaves.</summary>
    private sealed class Attempts() : DelegatingHandler(OpenBankingOptions.CreateHttpHandler())
    {
        private readonly ConcurrentStack<(string? Key, string Proof)> sent = [];

        public IReadOnlyCollection<(string? Key, string Proof)> Sent => sent;

        public int Count => sent.Count;

        public void ForgetLast() => sent.TryPop(out _);

        public void Clear() => sent.Clear();

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            if (request.RequestUri!.AbsolutePath.StartsWith("/v1", StringComparison.Ordinal))
            {
                sent.Push((Header(request, "Idempotency-Key"), Header(request, "DPoP")!));
            }

            return base.SendAsync(request, cancellationToken);
        }

        private static string? Header(HttpRequestMessage request, string name) =>
            request.Headers.TryGetValues(name, out var values) ? values.Single() : null;
    }
}
