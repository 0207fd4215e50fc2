using System.Net;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

/// <summary>A handler of the app's own that sends again by itself, which it must not: a proof is good for one sending, so the bank
/// refuses the second. What it has carried out before is never told as refused.</summary>
public sealed class RetryingHandlerTests : IAsyncLifetime
{
    private const string PaymentsRoute = "POST /v1/payments";
    private const string CloseRoute = "POST /v1/orders/order-1/close";
    private StubBank bank = null!;

    public async ValueTask InitializeAsync() => bank = await StubBank.StartAsync();

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    public static TheoryData<string> Handlers => [.. handlers.Keys];

    private static readonly Dictionary<string, Func<HttpMessageHandler>> handlers = new()
    {
        ["the same request"] = () => new SendsAgain(),
        ["the same request, read before"] = () => new SendsAgain { Before = Buffer },
        ["a copy"] = () => new SendsAgain { CopyOf = CopyAsync },
        ["a copy that was read as a stream"] = () => new SendsAgain { CopyOf = CopyStreamAsync },
    };

    [Theory]
    [MemberData(nameof(Handlers))]
    public async Task A_payment_that_was_made_is_not_told_as_refused(string handler)
    {
        foreach (
            var refusal in new[]
            {
                Answers.ProofReused,
                Answers.Problem(429, ProblemCodes.RateLimited),
                Answers.Problem(503, ProblemCodes.Overloaded),
                Answers.Problem(403, ProblemCodes.InsufficientScope),
            }
        )
        {
            bank.Script(PaymentsRoute, Answers.Cut, refusal);

            var unknown = await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(() =>
                PayAsync(handler, maxRetries: 0)
            );

            Assert.Contains("HttpHandler", unknown.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Handlers))]
    public async Task A_proof_that_was_seen_is_followed_by_a_new_one_which_tells_that_it_was_paid(
        string handler
    )
    {
        bank.Script(
            PaymentsRoute,
            Answers.Cut,
            Answers.ProofReused,
            Answers.Payment(Samples.Payment, replayed: true)
        );

        var payment = await PayAsync(handler, maxRetries: 1);

        Assert.Equal(Samples.Payment.Id, payment.Id);
        var sent = bank.Of(PaymentsRoute);
        Assert.Equal(sent[0].Proof.Id, sent[1].Proof.Id);
        Assert.NotEqual(sent[0].Proof.Id, sent[2].Proof.Id);
    }

    [Theory]
    [MemberData(nameof(Handlers))]
    public async Task A_nonce_that_the_second_sending_lacks_does_not_hide_the_first(string handler)
    {
        bank.Script(
            PaymentsRoute,
            Answers.Cut,
            Answers.Challenge("use_dpop_nonce", "n-1"),
            Answers.Problem(429, ProblemCodes.RateLimited)
        );

        await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(() => PayAsync(handler, maxRetries: 0));
    }

    /// <summary>The first token is good; the server that is asked for the next one refuses.</summary>
    [Theory]
    [MemberData(nameof(Handlers))]
    public async Task A_new_token_that_is_refused_does_not_hide_the_first(string handler)
    {
        bank.Script(
            "POST /token",
            Answers.Json(
                200,
                new
                {
                    access_token = "token-1",
                    token_type = "DPoP",
                    expires_in = 600,
                }
            ),
            Answers.OAuthError(400, "invalid_dpop_proof")
        );
        bank.Script(PaymentsRoute, Answers.Cut, Answers.Challenge("invalid_token"));

        await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(() => PayAsync(handler, maxRetries: 0));
    }

    [Theory]
    [MemberData(nameof(Handlers))]
    public async Task A_connection_that_does_not_come_about_any_more_does_not_hide_the_first(string handler)
    {
        bank.Script(PaymentsRoute, Answers.Cut);

        var made = handlers[handler]();
        ((SendsAgain)made).GoneAfterFirst = true;
        var client = bank.Client(options => (options.HttpHandler, options.MaxRetries) = (made, 0));

        await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(() =>
            client.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key)
        );
    }

    [Theory]
    [MemberData(nameof(Handlers))]
    public async Task What_the_bank_says_of_the_key_itself_stands(string handler)
    {
        bank.Script(PaymentsRoute, Answers.Cut, Answers.Problem(403, ProblemCodes.AgreementNotActive));

        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() => PayAsync(handler, maxRetries: 0));

        Assert.Equal(ProblemCodes.AgreementNotActive, refusal.Code);
    }

    [Fact]
    public async Task A_change_without_a_key_that_was_sent_twice_is_told_as_lost_and_not_sent_again()
    {
        bank.Script(CloseRoute, Answers.Cut, Answers.Challenge("use_dpop_nonce", "n-1"));
        var client = bank.Client(options => options.HttpHandler = new SendsAgain());

        var lost = await Assert.ThrowsAsync<OpenBankingException>(() => client.Orders.CloseAsync("order-1"));

        Assert.Equal(ClientErrorCodes.ConnectionLost, lost.Code);
        Assert.Contains("HttpHandler", lost.Message, StringComparison.Ordinal);
        Assert.Equal(2, bank.Of(CloseRoute).Count);
    }

    /// <summary>A used proof is the mark of a second sending, wherever the first is hidden.</summary>
    [Theory]
    [MemberData(nameof(Handlers))]
    public async Task A_change_without_a_key_whose_proof_was_seen_is_told_as_lost(string handler)
    {
        bank.Script(CloseRoute, Answers.Cut, Answers.ProofReused);
        var client = bank.Client(options => options.HttpHandler = handlers[handler]());

        var lost = await Assert.ThrowsAsync<OpenBankingException>(() => client.Orders.CloseAsync("order-1"));

        Assert.Equal(ClientErrorCodes.ConnectionLost, lost.Code);
        Assert.Contains("HttpHandler", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handler_that_sends_once_hides_nothing()
    {
        foreach (
            var handler in new HttpMessageHandler[]
            {
                new SendsAgain { MostSendings = 1 },
                new SendsAgain(() => new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false })
                {
                    MostSendings = 1,
                },
            }
        )
        {
            bank.Script(PaymentsRoute, Answers.Problem(429, ProblemCodes.RateLimited));
            var client = bank.Client(options => (options.HttpHandler, options.MaxRetries) = (handler, 0));

            var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
                client.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key)
            );

            Assert.Equal(ProblemCodes.RateLimited, refusal.Code);
            Assert.DoesNotContain("HttpHandler", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_handler_that_meets_nobody_is_told_as_having_sent_nothing()
    {
        var client = bank.Client(options =>
        {
            options.MaxRetries = 0;
            options.HttpHandler = new SendsAgain();
            options.ApiAddress = new Uri("http://127.0.0.1:1");
        });

        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
            client.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key)
        );

        Assert.Equal(ClientErrorCodes.ConnectionFailed, refusal.Code);
    }

    [Fact]
    public async Task An_assertion_that_was_sent_twice_is_followed_by_a_new_one()
    {
        bank.Script(
            "POST /token",
            Answers.Cut,
            Answers.OAuthError(401, "invalid_client"),
            Answers.Json(
                200,
                new
                {
                    access_token = "token-1",
                    token_type = "DPoP",
                    expires_in = 600,
                }
            )
        );
        bank.Script(PaymentsRoute, Answers.Payment(Samples.Payment));
        var client = bank.Client(options =>
            (options.HttpHandler, options.MaxRetries) = (new SendsAgain(), 1)
        );

        var payment = await client.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key);

        Assert.Equal(Samples.Payment.Id, payment.Id);
        Assert.Equal(3, bank.Of("POST /token").Count);
    }

    private Task<Payment> PayAsync(string handler, int maxRetries) =>
        bank.Client(options => (options.HttpHandler, options.MaxRetries) = (handlers[handler](), maxRetries))
            .Payments.CreateAsync(Samples.PaymentRequest, Samples.Key);

    private static async Task Buffer(HttpRequestMessage request) =>
        await request.Content!.ReadAsByteArrayAsync();

    private static async Task<HttpRequestMessage> CopyAsync(HttpRequestMessage request)
    {
        using var body = new MemoryStream();
        await request.Content!.CopyToAsync(body);
        return Copy(request, new ByteArrayContent(body.ToArray()));
    }

    private static async Task<HttpRequestMessage> CopyStreamAsync(HttpRequestMessage request) =>
        Copy(request, new StreamContent(await request.Content!.ReadAsStreamAsync()));

    private static HttpRequestMessage Copy(HttpRequestMessage request, HttpContent content)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Content = content };
        foreach (var (name, values) in request.Headers)
        {
            copy.Headers.TryAddWithoutValidation(name, values);
        }

        copy.Content.Headers.ContentType = request.Content!.Headers.ContentType;
        return copy;
    }

    /// <summary>Sends what has a body again when no answer came, by the same connections.</summary>
    private sealed class SendsAgain(Func<HttpMessageHandler>? inner = null)
        : DelegatingHandler(inner?.Invoke() ?? OpenBankingOptions.CreateHttpHandler())
    {
        public int MostSendings { get; init; } = 2;

        public bool GoneAfterFirst { get; set; }

        public Func<HttpRequestMessage, Task>? Before { get; init; }

        public Func<HttpRequestMessage, Task<HttpRequestMessage>>? CopyOf { get; init; }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            if (request.Content is null || request.RequestUri!.AbsolutePath == "/par")
            {
                return await base.SendAsync(request, cancellationToken);
            }

            await (Before?.Invoke(request) ?? Task.CompletedTask);
            for (var sendings = 1; ; sendings++)
            {
                try
                {
                    var sent = CopyOf is null ? request : await CopyOf(request);
                    return await base.SendAsync(sent, cancellationToken);
                }
                catch (HttpRequestException) when (sendings < MostSendings)
                {
                    if (GoneAfterFirst)
                    {
                        throw new HttpRequestException(HttpRequestError.ConnectionError, "Nobody listens.");
                    }
                }
            }
        }
    }
}
