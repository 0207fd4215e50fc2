using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

public sealed class UnknownOutcomeTests : IAsyncLifetime
{
    private const string PaymentsRoute = "POST /v1/payments";
    private StubBank bank = null!;
    private OpenBankingClient client = null!;

    public async ValueTask InitializeAsync()
    {
        bank = await StubBank.StartAsync();
        client = bank.Client(options => options.MaxRetries = 0);
    }

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    [Fact]
    public async Task A_lost_answer_is_reported_as_unknown_and_resolves_with_the_same_key()
    {
        bank.Script(PaymentsRoute, Answers.Cut, Answers.Payment(Samples.Payment, replayed: true));

        var unknown = await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(PayAsync);
        var payment = await unknown.ResolveAsync();

        var attempts = bank.Of(PaymentsRoute);
        Assert.Equal(Samples.Key, unknown.IdempotencyKey);
        Assert.Equal(ProblemCodes.OutcomeUnknown, unknown.Code);
        Assert.True(payment.Response!.IdempotencyReplayed);
        Assert.Equal(attempts[0].Text, attempts[1].Text);
        Assert.Equal(attempts[0]["Idempotency-Key"], attempts[1]["Idempotency-Key"]);
        Assert.NotEqual(attempts[0].Proof.Id, attempts[1].Proof.Id);
    }

    [Fact]
    public async Task A_key_that_cannot_be_had_for_the_second_attempt_leaves_the_outcome_unknown()
    {
        var (key, asked) = (ClientKey.CreateEs256(), 0);
        bank.Oauth.ExpiresIn = 1;
        bank.Script(PaymentsRoute, Answers.Cut);
        client = bank.Client(options =>
        {
            options.MaxRetries = 1;
            options.Key = null;
            options.CurrentKey = () => asked++ == 0 ? key : throw new IOException("The key store is away.");
        });

        var unknown = await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(PayAsync);

        Assert.IsType<IOException>(unknown.InnerException);
        Assert.Contains(
            "an attempt before the last was sent, and its answer lost. The last one: ",
            unknown.Message
        );
        Assert.Single(bank.Of(PaymentsRoute));
    }

    [Fact]
    public async Task A_logger_that_fails_hides_no_payment()
    {
        bank.Script(PaymentsRoute, Answers.Payment(Samples.Payment));
        client = bank.Client(options => options.LoggerFactory = new FailingLoggers());

        Assert.Equal(Samples.Payment.Id, (await PayAsync()).Id);
    }

    /// <summary>.NET lets the one through that a connection ends with which was reset as soon as it was made.</summary>
    [Fact]
    public async Task A_connection_that_is_gone_at_once_is_a_broken_one()
    {
        client = bank.Client(options => (options.MaxRetries, options.HttpHandler) = (0, new GoneAtOnce()));

        var unknown = await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(PayAsync);

        Assert.Contains("The connection broke", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_handler_of_the_apps_own_throws_is_said()
    {
        client = bank.Client(options =>
            (options.MaxRetries, options.HttpHandler) = (0, new ThrowsAfterSending())
        );

        var unknown = await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(PayAsync);

        Assert.Contains("HttpHandler", unknown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("The connection broke", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_know_itself_leaves_the_outcome_unknown()
    {
        bank.Script(PaymentsRoute, Answers.Problem(503, ProblemCodes.OutcomeUnknown));

        var unknown = await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(PayAsync);

        Assert.Equal((503, Answers.RequestId), (unknown.Status, unknown.RequestId));
        // The bank says itself to send it again.
        Assert.EndsWith(
            $"request {Answers.RequestId}) ResolveAsync does so.",
            unknown.Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(408)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_gateway_or_server_that_failed_leaves_the_outcome_unknown(int status)
    {
        bank.Script(PaymentsRoute, Answers.Text(status, "<html>", "text/html"));

        await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(PayAsync);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task A_success_that_cannot_be_read_leaves_the_outcome_unknown(string body)
    {
        bank.Script(PaymentsRoute, Answers.Text(201, body, "application/json"));

        await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(PayAsync);
    }

    [Fact]
    public async Task A_timeout_after_sending_leaves_the_outcome_unknown()
    {
        var clock = new FakeClock();
        bank.Script(PaymentsRoute, Answers.Hang);
        var slow = bank.Client(options =>
        {
            options.MaxRetries = 0;
            options.TimeProvider = clock;
        });

        var call = slow.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key);
        await bank.ReceivedAsync(PaymentsRoute);
        clock.Advance(TimeSpan.FromSeconds(15));

        var unknown = await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(() => call);
        Assert.Equal(
            ClientErrorCodes.TimedOut,
            Assert.IsType<OpenBankingException>(unknown.InnerException).Code
        );
    }

    [Fact]
    public async Task What_was_refused_without_a_lost_attempt_was_not_carried_out()
    {
        foreach (
            var (status, code) in new[]
            {
                (400, ProblemCodes.InvalidRequest),
                (403, ProblemCodes.AgreementNotActive),
                (409, ProblemCodes.OrderAlreadyPaid),
                (422, ProblemCodes.IdempotencyKeyReused),
                (429, ProblemCodes.RateLimited),
                (503, ProblemCodes.Overloaded),
                (503, ProblemCodes.AuthorizationServerUnavailable),
            }
        )
        {
            bank.Script(PaymentsRoute, Answers.Problem(status, code));
            var refusal = await Assert.ThrowsAsync<OpenBankingException>(PayAsync);
            Assert.Equal(code, refusal.Code);
        }
    }

    [Theory]
    [InlineData(429, ProblemCodes.RateLimited)]
    [InlineData(503, ProblemCodes.Overloaded)]
    [InlineData(503, ProblemCodes.AuthorizationServerUnavailable)]
    [InlineData(401, ProblemCodes.InvalidToken)]
    [InlineData(403, ProblemCodes.InsufficientScope)]
    [InlineData(409, "idempotency_in_progress")]
    public async Task After_a_lost_attempt_a_refusal_made_before_the_key_is_read_settles_nothing(
        int status,
        string code
    )
    {
        bank.Script(PaymentsRoute, Answers.Cut, Answers.Problem(status, code, retryAfter: "60"));
        var twice = bank.Client(options => options.MaxRetries = 1);

        await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(() =>
            twice.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key)
        );
    }

    [Fact]
    public async Task After_a_lost_attempt_a_refusal_of_the_request_itself_settles_it()
    {
        bank.Script(PaymentsRoute, Answers.Cut, Answers.Problem(403, ProblemCodes.AgreementNotActive));

        var unknown = await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(PayAsync);
        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() => unknown.ResolveAsync());

        Assert.Equal(ProblemCodes.AgreementNotActive, refusal.Code);
    }

    [Fact]
    public async Task An_outcome_that_cannot_be_settled_yet_stays_unknown()
    {
        bank.Script(
            PaymentsRoute,
            Answers.Cut,
            Answers.Problem(429, ProblemCodes.RateLimited),
            Answers.Payment(Samples.Payment)
        );

        var first = await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(PayAsync);
        var second = await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(() => first.ResolveAsync());

        Assert.Equal(Samples.Payment.Id, (await second.ResolveAsync()).Id);
    }

    [Fact]
    public async Task A_token_that_cannot_be_had_after_a_lost_attempt_settles_nothing()
    {
        var clock = new FakeClock();
        bank.Oauth.ExpiresIn = 61;
        var twice = bank.Client(options =>
        {
            options.MaxRetries = 1;
            options.TimeProvider = clock;
        });
        bank.Script(
            PaymentsRoute,
            context =>
            {
                bank.Script("POST /token", Answers.OAuthError(400, "invalid_scope"));
                clock.Advance(TimeSpan.FromSeconds(1));
                return Answers.Cut(context);
            }
        );

        var call = twice.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key);
        await clock.SkipWaitAsync();

        await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(() => call);
        Assert.Single(bank.Of(PaymentsRoute));
    }

    [Fact]
    public async Task What_never_reached_the_bank_was_not_carried_out()
    {
        var unreachable = bank.Client(options =>
        {
            options.MaxRetries = 0;
            options.ApiAddress = new Uri("http://127.0.0.1:1");
        });

        var failure = await Assert.ThrowsAsync<OpenBankingException>(() =>
            unreachable.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key)
        );

        Assert.Equal(ClientErrorCodes.ConnectionFailed, failure.Code);
    }

    [Fact]
    public async Task A_handler_of_the_partners_own_that_throws_leaves_the_outcome_unknown()
    {
        var broken = bank.Client(options =>
        {
            options.MaxRetries = 0;
            options.HttpHandler = new ThrowsAfterSending();
        });
        bank.Script(PaymentsRoute, Answers.Payment(Samples.Payment));

        await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(() =>
            broken.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key)
        );
    }

    [Fact]
    public async Task Refunds_top_ups_and_coupons_are_reported_in_the_same_way()
    {
        foreach (var route in new[] { "POST /v1/refunds", "POST /v1/top-ups", "POST /v1/coupons" })
        {
            bank.Script(route, Answers.Cut);
        }

        await Assert.ThrowsAsync<OutcomeUnknownException<Refund>>(() =>
            client.Refunds.CreateAsync(new CreateRefundRequest { PaymentId = "pay_1" }, Samples.Key)
        );
        await Assert.ThrowsAsync<OutcomeUnknownException<TopUp>>(() =>
            client.TopUps.CreateAsync(
                new CreateTopUpRequest { AgreementId = "agr_1", Amount = Money.Cny(1) },
                Samples.Key
            )
        );
        await Assert.ThrowsAsync<OutcomeUnknownException<Coupon>>(() =>
            client.Coupons.IssueAsync(
                new IssueCouponRequest { StockId = "stk_1", CustomerId = Samples.Customer },
                Samples.Key
            )
        );
    }

    [Fact]
    public async Task A_key_that_names_nothing_is_refused_before_anything_is_sent()
    {
        await Assert.ThrowsAsync<ArgumentException>(() =>
            client.Payments.CreateAsync(Samples.PaymentRequest, default)
        );
        Assert.Empty(bank.Requests);
    }

    private Task<Payment> PayAsync() => client.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key);

    private sealed class GoneAtOnce() : DelegatingHandler(OpenBankingOptions.CreateHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) =>
            request.RequestUri!.AbsolutePath == "/v1/payments"
                ? throw new SocketException((int)SocketError.NotConnected)
                : base.SendAsync(request, cancellationToken);
    }

    private sealed class FailingLoggers : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) { }

        public void Dispose() { }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => throw new InvalidOperationException("The log is full.");
    }

    private sealed class ThrowsAfterSending() : DelegatingHandler(OpenBankingOptions.CreateHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var response = await base.SendAsync(request, cancellationToken);
            return request.RequestUri!.AbsolutePath == "/v1/payments"
                ? throw new InvalidOperationException("The partner's own circuit breaker.")
                : response;
        }
    }
}
