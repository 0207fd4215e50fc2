using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk.AspNetCore;

/// <summary>Handlers that an app has for all its HTTP clients, between this client and the network: what they send again, beside, or
/// from elsewhere.</summary>
public sealed class OtherHandlersTests
{
    [Fact]
    public async Task A_handler_that_tries_again_leaves_it_to_the_client_which_proves_each_sending()
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script("POST /v1/payments", Answers.Cut, Answers.Payment(Samples.Payment, replayed: true));
        await using var services = WithHandlerThatTriesAgain(bank, maxRetries: 1);

        var payment = await services
            .GetRequiredService<OpenBankingClient>()
            .Payments.CreateAsync(Samples.PaymentRequest, Samples.Key);

        Assert.True(payment.Response!.IdempotencyReplayed);
        Assert.Equal(2, bank.Of("POST /v1/payments").DistinctBy(attempt => attempt.Proof.Id).Count());
        Assert.Equal(2, bank.Of("POST /v1/payments").Count);
    }

    [Fact]
    public async Task What_a_handler_would_send_again_after_a_cut_is_not_known_to_be_undone()
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script("POST /v1/payments", Answers.Cut);
        await using var services = WithHandlerThatTriesAgain(bank, maxRetries: 0);

        var unknown = await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(() =>
            services
                .GetRequiredService<OpenBankingClient>()
                .Payments.CreateAsync(Samples.PaymentRequest, Samples.Key)
        );

        Assert.Single(bank.Of("POST /v1/payments"));
        Assert.Contains(
            "would have sent a request a second time",
            unknown.InnerException!.InnerException!.Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(429, ProblemCodes.RateLimited)]
    [InlineData(503, ProblemCodes.Overloaded)]
    public async Task What_the_bank_said_before_a_handler_tried_again_is_what_the_client_is_told(
        int status,
        string code
    )
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script("POST /v1/payments", Answers.Problem(status, code));
        await using var services = WithHandlerThatTriesAgain(bank, maxRetries: 0);

        var refusal = await Assert.ThrowsAnyAsync<OpenBankingException>(() =>
            services
                .GetRequiredService<OpenBankingClient>()
                .Payments.CreateAsync(Samples.PaymentRequest, Samples.Key)
        );

        Assert.Equal((status, code), (refusal.Status, refusal.Code));
        Assert.Single(bank.Of("POST /v1/payments"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_handler_may_send_from_where_nothing_flows_to(bool copies)
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script("POST /v1/payments", Answers.Payment(Samples.Payment));
        await using var services = new ServiceCollection()
            .ConfigureHttpClientDefaults(all => all.AddHttpMessageHandler(() => new SendElsewhere(copies)))
            .AddOpenBanking(options => Complete(options, bank))
            .BuildServiceProvider();

        var payment = await services
            .GetRequiredService<OpenBankingClient>()
            .Payments.CreateAsync(Samples.PaymentRequest, Samples.Key);

        Assert.Equal(Samples.Payment.Id, payment.Id);
    }

    /// <summary>Nothing is left of the request but what is sent of it: its proof, or where tokens are bound to a certificate,
    /// its id.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_copy_from_where_nothing_flows_to_does_not_go_out_a_second_time(
        bool boundToCertificate
    )
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script("POST /v1/payments", Answers.Payment(Samples.Payment));
        using var copying = new SendCopiesElsewhere(withoutProof: boundToCertificate);
        await using var services = new ServiceCollection()
            .ConfigureHttpClientDefaults(all => all.AddHttpMessageHandler(() => copying))
            .AddOpenBanking(options => Complete(options, bank))
            .BuildServiceProvider();

        await services
            .GetRequiredService<OpenBankingClient>()
            .Payments.CreateAsync(Samples.PaymentRequest, Samples.Key);

        // Beside the first, and when its answer has come.
        await Assert.ThrowsAsync<InvalidOperationException>(() => copying.Second!);
        await Assert.ThrowsAsync<InvalidOperationException>(() => copying.SendLastAgainAsync());
        Assert.Single(bank.Of("POST /v1/payments"));
    }

    [Fact]
    public async Task A_handler_may_send_from_a_queue_that_the_first_request_began()
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script("POST /v1/payments", Answers.Payment(Samples.Payment), Answers.Payment(Samples.Payment));
        await using var services = new ServiceCollection()
            .ConfigureHttpClientDefaults(all => all.AddHttpMessageHandler(() => new SendFromQueue()))
            .AddOpenBanking(options => Complete(options, bank))
            .BuildServiceProvider();
        var payments = services.GetRequiredService<OpenBankingClient>().Payments;

        await payments.CreateAsync(Samples.PaymentRequest, Samples.Key);
        await payments.CreateAsync(Samples.PaymentRequest, IdempotencyKey.FromOrder("another", "payment"));

        Assert.Equal(2, bank.Of("POST /v1/payments").Count);
    }

    [Fact]
    public async Task A_copy_that_a_handler_sends_beside_the_first_does_not_go_out()
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script("POST /v1/payments", Answers.Payment(Samples.Payment));
        await using var services = new ServiceCollection()
            .ConfigureHttpClientDefaults(all => all.AddHttpMessageHandler(() => new SendCopies()))
            .AddOpenBanking(options => Complete(options, bank))
            .BuildServiceProvider();

        await services
            .GetRequiredService<OpenBankingClient>()
            .Payments.CreateAsync(Samples.PaymentRequest, Samples.Key);

        Assert.Single(bank.Of("POST /v1/payments"));
    }

    [Fact]
    public async Task Nobody_who_listens_is_told_as_that_also_when_a_handler_has_tried_again()
    {
        await using var bank = await StubBank.StartAsync();
        await using var services = WithHandlerThatTriesAgain(
            bank,
            maxRetries: 0,
            authority: new Uri("http://127.0.0.1:1")
        );

        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
            services
                .GetRequiredService<OpenBankingClient>()
                .Payments.CreateAsync(Samples.PaymentRequest, Samples.Key)
        );

        Assert.Equal(ClientErrorCodes.ConnectionFailed, refusal.Code);
    }

    /// <summary>.NET 8 shows headers in the factory's own lines, unless it is told not to.</summary>
    [Fact]
    public async Task Another_handler_may_send_again_just_what_the_client_takes_for_never_sent()
    {
        foreach (var error in Enum.GetValues<HttpRequestError>())
        {
            using var failing = new Fails(error);
            await using var provider = new ServiceCollection()
                .ConfigureHttpClientDefaults(all => all.AddHttpMessageHandler(() => new TryAgain()))
                .AddOpenBanking(options =>
                {
                    options.Authority = new Uri("https://open.bank.example");
                    options.ClientId = StubOauth.ClientId;
                    options.Key = ClientKey.CreateEs256();
                    options.MaxRetries = 0;
                })
                .AddHttpClient("OpenBanking")
                .ConfigurePrimaryHttpMessageHandler(() => failing)
                .Services.BuildServiceProvider();

            var failure = await Assert.ThrowsAsync<OpenBankingException>(() =>
                provider.GetRequiredService<OpenBankingClient>().Payments.GetAsync("pay_1")
            );

            Assert.Equal(
                (error, failure.Code == ClientErrorCodes.ConnectionFailed),
                (error, failing.Sent == 2)
            );
        }
    }

    /// <summary>As of an app that has a handler of resilience for all its clients; the client itself is added twice.</summary>
    private static ServiceProvider WithHandlerThatTriesAgain(
        StubBank bank,
        int maxRetries,
        Uri? authority = null
    ) =>
        new ServiceCollection()
            .ConfigureHttpClientDefaults(all => all.AddHttpMessageHandler(() => new TryAgain()))
            .AddOpenBanking(options => Complete(options, bank))
            .AddOpenBanking(options =>
            {
                options.MaxRetries = maxRetries;
                options.Authority = authority ?? options.Authority;
            })
            .BuildServiceProvider();

    private static void Complete(OpenBankingOptions options, StubBank bank)
    {
        options.Authority = bank.Authority;
        options.ClientId = StubOauth.ClientId;
        options.Key = bank.Oauth.ClientKey;
    }

    private sealed class Fails(HttpRequestError error) : HttpMessageHandler
    {
        public int Sent { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            Sent++;
            throw new HttpRequestException(error);
        }
    }

    /// <summary>As a handler with a queue does: what belongs to the caller does not flow to where it sends.</summary>
    private sealed class SendElsewhere(bool copies) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var sent = copies ? await SendCopies.CopyAsync(request) : request;
            Task<HttpResponseMessage> answer;
            using (ExecutionContext.SuppressFlow())
            {
                answer = Task.Run(() => base.SendAsync(sent, cancellationToken), CancellationToken.None);
            }

            return await answer;
        }
    }

    /// <summary>As hedging from a queue does, of requests for the API.</summary>
    private sealed class SendCopiesElsewhere(bool withoutProof) : DelegatingHandler
    {
        private HttpRequestMessage? last;

        public Task<HttpResponseMessage>? Second { get; private set; }

        public Task<HttpResponseMessage> SendLastAgainAsync() =>
            Elsewhere(() => base.SendAsync(last!, CancellationToken.None));

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            if (!request.Headers.Contains("Idempotency-Key"))
            {
                return await base.SendAsync(request, cancellationToken);
            }

            var (first, second) = (await CopyAsync(request), await CopyAsync(request));
            last = await CopyAsync(request);
            var answer = Elsewhere(() => base.SendAsync(first, CancellationToken.None));
            await answer;
            Second = Elsewhere(() => base.SendAsync(second, CancellationToken.None));
            await Task.WhenAny(Second);
            return await answer;
        }

        private async Task<HttpRequestMessage> CopyAsync(HttpRequestMessage request)
        {
            var copy = await SendCopies.CopyAsync(request);
            if (withoutProof)
            {
                copy.Headers.Remove("DPoP");
            }

            return copy;
        }

        private static Task<HttpResponseMessage> Elsewhere(Func<Task<HttpResponseMessage>> send)
        {
            using (ExecutionContext.SuppressFlow())
            {
                return Task.Run(send, CancellationToken.None);
            }
        }
    }

    /// <summary>What belongs to the first request flows to where all are sent.</summary>
    private sealed class SendFromQueue : DelegatingHandler
    {
        private readonly Channel<Action> queue = Channel.CreateUnbounded<Action>();
        private Task? worker;

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            worker ??= Task.Run(WorkAsync, CancellationToken.None);
            var answer = new TaskCompletionSource<Task<HttpResponseMessage>>();
            await queue.Writer.WriteAsync(
                () => answer.SetResult(base.SendAsync(request, cancellationToken)),
                cancellationToken
            );
            return await await answer.Task;
        }

        private async Task WorkAsync()
        {
            await foreach (var send in queue.Reader.ReadAllAsync())
            {
                send();
            }
        }
    }

    /// <summary>As hedging does: a copy goes out beside the request, and the first answer counts.</summary>
    private sealed class SendCopies : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            Task<HttpResponseMessage>[] both =
            [
                base.SendAsync(await CopyAsync(request), cancellationToken),
                base.SendAsync(await CopyAsync(request), cancellationToken),
            ];
            return await await Task.WhenAny(both);
        }

        public static async Task<HttpRequestMessage> CopyAsync(HttpRequestMessage request)
        {
            var copy = new HttpRequestMessage(request.Method, request.RequestUri);
            foreach (var (name, values) in request.Headers)
            {
                copy.Headers.TryAddWithoutValidation(name, values);
            }

            if (request.Content is { } content)
            {
                copy.Content = new ByteArrayContent(await content.ReadAsByteArrayAsync());
                foreach (var (name, values) in content.Headers)
                {
                    copy.Content.Headers.TryAddWithoutValidation(name, values);
                }
            }

            return copy;
        }
    }

    private sealed class TryAgain : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            try
            {
                var answer = await base.SendAsync(request, cancellationToken);
                if ((int)answer.StatusCode is < 500 and not 429)
                {
                    return answer;
                }

                answer.Dispose();
            }
            catch (HttpRequestException)
            {
                // Once more.
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}
