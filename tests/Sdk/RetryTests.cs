using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

public sealed class RetryTests : IAsyncLifetime
{
    private const string PaymentsRoute = "POST /v1/payments";
    private const string PaymentRoute = "GET /v1/payments/pay_1";
    private const string EndpointsRoute = "POST /v1/webhook-endpoints";

    private static readonly RequestDelegate newEndpoint = Answers.Json(
        201,
        new
        {
            id = "whe_1",
            url = "https://p.example",
            events = Array.Empty<string>(),
            status = "enabled",
            created_at = Samples.CreatedAt,
        }
    );

    private readonly FakeClock clock = new();
    private StubBank bank = null!;
    private OpenBankingClient client = null!;

    public async ValueTask InitializeAsync()
    {
        bank = await StubBank.StartAsync(clock);
        client = bank.Client(options => options.TimeProvider = clock);
    }

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task What_passes_is_tried_again_with_the_same_key_and_body_and_a_fresh_proof(int status)
    {
        var passing = Answers.Text(status, "busy", "text/plain");
        bank.Script(PaymentsRoute, passing, passing, Answers.Payment(Samples.Payment, replayed: true));

        var call = client.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key);
        var (first, second) = (await clock.SkipWaitAsync(), await clock.SkipWaitAsync());
        var payment = await call;

        var attempts = bank.Of(PaymentsRoute);
        Assert.Equal(3, attempts.Count);
        Assert.All(attempts, attempt => Assert.Equal(Samples.Key.Value, attempt["Idempotency-Key"]));
        Assert.All(attempts, attempt => Assert.Equal(attempts[0].Text, attempt.Text));
        Assert.Equal(3, attempts.Select(attempt => attempt.Proof.Id).Distinct().Count());
        Assert.Single(attempts.Select(attempt => attempt["x-fapi-interaction-id"]).Distinct());
        Assert.InRange(first, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.InRange(second, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal(new ResponseInfo(Answers.RequestId, 201, true), payment.Response);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(422)]
    [InlineData(500)]
    public async Task What_stays_is_not_tried_again(int status)
    {
        bank.Script(PaymentRoute, Answers.Problem(status, "some_code"));

        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() => client.Payments.GetAsync("pay_1"));

        Assert.Equal(status, refusal.Status);
        Assert.Single(bank.Of(PaymentRoute));
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("0", 0)]
    [InlineData("Fri, 20 Nov 2026 08:00:20 GMT", 20)]
    public async Task A_wait_the_server_names_is_kept_to_the_letter(string retryAfter, int seconds)
    {
        bank.Script(
            PaymentRoute,
            Answers.Problem(429, ProblemCodes.RateLimited, retryAfter: retryAfter),
            Answers.Payment(Samples.Payment)
        );

        var call = client.Payments.GetAsync("pay_1");
        var wait = seconds == 0 ? TimeSpan.Zero : await clock.SkipWaitAsync();
        await call;

        Assert.Equal(TimeSpan.FromSeconds(seconds), wait);
    }

    [Fact]
    public async Task A_wait_of_more_than_thirty_seconds_is_left_to_the_caller()
    {
        bank.Script(PaymentRoute, Answers.Problem(503, ProblemCodes.Overloaded, retryAfter: "31"));

        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() => client.Payments.GetAsync("pay_1"));

        Assert.Equal(ProblemCodes.Overloaded, refusal.Code);
        Assert.Equal((true, TimeSpan.FromSeconds(31)), (refusal.Retryable, refusal.RetryAfter));
        Assert.EndsWith("Retry-After 31 s)", refusal.Message, StringComparison.Ordinal);
        Assert.Single(bank.Of(PaymentRoute));
    }

    [Fact]
    public async Task A_wait_beyond_the_total_timeout_is_not_begun()
    {
        bank.Script(PaymentRoute, Answers.Problem(503, ProblemCodes.Overloaded, retryAfter: "25"));

        var call = client.Payments.GetAsync("pay_1");
        await clock.SkipWaitAsync();

        await Assert.ThrowsAsync<OpenBankingException>(() => call);
        Assert.Equal(2, bank.Of(PaymentRoute).Count);
    }

    [Fact]
    public async Task A_cut_connection_is_tried_again_where_that_is_harmless()
    {
        bank.Script(PaymentRoute, Answers.Cut, Answers.Payment(Samples.Payment));

        var call = client.Payments.GetAsync("pay_1");
        await clock.SkipWaitAsync();

        Assert.Equal(Samples.Payment.Id, (await call).Id);
    }

    [Fact]
    public async Task What_has_no_key_is_not_sent_again_once_it_got_away()
    {
        foreach (var answer in new[] { Answers.Cut, Answers.Problem(503, ProblemCodes.OutcomeUnknown) })
        {
            bank.Script(EndpointsRoute, answer);
            var before = bank.Of(EndpointsRoute).Count;

            await Assert.ThrowsAsync<OpenBankingException>(() =>
                client.WebhookEndpoints.CreateAsync(
                    new CreateWebhookEndpointRequest { Url = "https://p.example" }
                )
            );

            Assert.Equal(before + 1, bank.Of(EndpointsRoute).Count);
        }
    }

    [Fact]
    public async Task What_never_got_away_is_sent_again_without_a_key_too()
    {
        var handler = new UnreachableAtFirst();
        var unlucky = bank.Client(options =>
        {
            options.TimeProvider = clock;
            options.HttpHandler = handler;
        });
        bank.Script(EndpointsRoute, newEndpoint);

        var call = unlucky.WebhookEndpoints.CreateAsync(
            new CreateWebhookEndpointRequest { Url = "https://p.example" }
        );
        await clock.SkipWaitAsync();

        Assert.Equal("whe_1", (await call).Id);
    }

    [Theory]
    [InlineData(429, ProblemCodes.RateLimited)]
    [InlineData(503, ProblemCodes.Overloaded)]
    [InlineData(503, ProblemCodes.AuthorizationServerUnavailable)]
    public async Task What_was_refused_before_anything_was_done_is_sent_again_without_a_key_too(
        int status,
        string code
    )
    {
        bank.Script(EndpointsRoute, Answers.Problem(status, code, retryAfter: "7"), newEndpoint);

        var call = client.WebhookEndpoints.CreateAsync(
            new CreateWebhookEndpointRequest { Url = "https://p.example" }
        );
        var wait = await clock.SkipWaitAsync();

        Assert.Equal("whe_1", (await call).Id);
        Assert.Equal(TimeSpan.FromSeconds(7), wait);
        Assert.Equal(2, bank.Of(EndpointsRoute).Select(sent => sent.Proof.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_delete_that_was_tried_again_and_finds_nothing_has_worked()
    {
        bank.Script(
            "DELETE /v1/webhook-endpoints/whe_1",
            Answers.Cut,
            Answers.Problem(404, ProblemCodes.NotFound)
        );

        var call = client.WebhookEndpoints.DeleteAsync("whe_1");
        await clock.SkipWaitAsync();
        await call;

        bank.Script("DELETE /v1/webhook-endpoints/whe_2", Answers.Problem(404, ProblemCodes.NotFound));
        await Assert.ThrowsAsync<OpenBankingException>(() => client.WebhookEndpoints.DeleteAsync("whe_2"));
    }

    [Fact]
    public async Task An_attempt_without_an_answer_ends_after_fifteen_seconds()
    {
        bank.Script(PaymentRoute, Answers.Hang, Answers.Payment(Samples.Payment));

        var call = client.Payments.GetAsync("pay_1");
        await bank.ReceivedAsync(PaymentRoute);
        clock.Advance(TimeSpan.FromSeconds(15));
        await clock.SkipWaitAsync();

        Assert.Equal(Samples.Payment.Id, (await call).Id);
    }

    [Fact]
    public async Task A_call_ends_after_its_total_timeout_whatever_its_attempts_do()
    {
        bank.Script(PaymentRoute, Answers.Hang);
        var patient = bank.Client(options =>
        {
            options.TimeProvider = clock;
            options.AttemptTimeout = TimeSpan.FromSeconds(45);
        });

        var call = patient.Payments.GetAsync("pay_1");
        await bank.ReceivedAsync(PaymentRoute);
        clock.Advance(TimeSpan.FromSeconds(45));

        var failure = await Assert.ThrowsAsync<OpenBankingException>(() => call);
        Assert.Equal(ClientErrorCodes.TimedOut, failure.Code);
        Assert.True(failure.Retryable);
    }

    [Fact]
    public async Task A_caller_can_end_a_wait_between_attempts()
    {
        bank.Script(PaymentRoute, Answers.Text(503, "busy", "text/plain"));
        using var cancellation = new CancellationTokenSource();

        var call = client.Payments.GetAsync("pay_1", cancellation.Token);
        await bank.ReceivedAsync(PaymentRoute);
        await cancellation.CancelAsync();

        var end = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(cancellation.Token, end.CancellationToken);
    }

    [Fact]
    public async Task Without_retries_there_is_one_attempt()
    {
        bank.Script(PaymentRoute, Answers.Text(503, "busy", "text/plain"));

        await Assert.ThrowsAsync<OpenBankingException>(() =>
            bank.Client(options => options.MaxRetries = 0).Payments.GetAsync("pay_1")
        );

        Assert.Single(bank.Of(PaymentRoute));
    }

    [Fact]
    public async Task A_bank_that_cannot_be_reached_is_named_as_such()
    {
        var address = UnusedAddress();
        var nobody = bank.Client(options =>
        {
            options.Authority = address;
            options.MaxRetries = 0;
        });

        var failure = await Assert.ThrowsAsync<OpenBankingException>(() => nobody.Payments.GetAsync("pay_1"));

        Assert.Equal(ClientErrorCodes.ConnectionFailed, failure.Code);
        Assert.Null(failure.Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_is_read_up_to_one_MiB(bool lengthIsTold)
    {
        var payment = JsonSerializer.Serialize(Samples.Payment, ResponseJson.Default.Payment);
        var large = payment.PadRight((1024 * 1024) + 1);
        bank.Script(
            PaymentRoute,
            context =>
            {
                context.Response.ContentLength = lengthIsTold ? large.Length : null;
                return Answers.Text(200, large, "application/json")(context);
            }
        );

        var failure = await Assert.ThrowsAsync<OpenBankingException>(() => client.Payments.GetAsync("pay_1"));

        Assert.Equal(ClientErrorCodes.UnexpectedAnswer, failure.Code);
        Assert.Single(bank.Of(PaymentRoute));
    }

    private static Uri UnusedAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }

    /// <summary>Has no connection for the first request of the API.</summary>
    private sealed class UnreachableAtFirst() : DelegatingHandler(OpenBankingOptions.CreateHttpHandler())
    {
        private bool reachable;

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var isApi = request.RequestUri!.AbsolutePath.StartsWith("/v1", StringComparison.Ordinal);
            if (!isApi || reachable)
            {
                return base.SendAsync(request, cancellationToken);
            }

            reachable = true;
            throw new HttpRequestException(HttpRequestError.ConnectionError);
        }
    }
}
