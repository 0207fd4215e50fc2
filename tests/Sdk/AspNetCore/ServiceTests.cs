using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk.AspNetCore;

public sealed class ServiceTests
{
    [Fact]
    public async Task A_client_comes_from_the_container_once()
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script("GET /v1/payments/pay_1", Answers.Payment(Samples.Payment));
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddOpenBanking(options => Complete(options, bank))
            .BuildServiceProvider();

        var client = services.GetRequiredService<OpenBankingClient>();

        Assert.Same(client, services.GetRequiredService<OpenBankingClient>());
        Assert.Equal(Samples.Payment.Id, (await client.Payments.GetAsync("pay_1")).Id);
    }

    [Fact]
    public async Task Named_clients_stand_side_by_side_with_stores_of_their_own()
    {
        await using var one = await StubBank.StartAsync();
        await using var two = await StubBank.StartAsync();
        one.Script("GET /v1/payments/pay_1", Answers.Payment(Samples.Payment with { Id = "pay_one" }));
        two.Script("GET /v1/payments/pay_1", Answers.Payment(Samples.Payment with { Id = "pay_two" }));
        var store = new MemoryTokenStore();
        var kept = default(ITokenStore);
        await using var services = new ServiceCollection()
            .AddKeyedSingleton<ITokenStore>("two", store)
            .AddOpenBanking("one", options => Complete(options, one))
            .AddOpenBanking("two", (options, _) => Complete(options, two))
            .PostConfigure<OpenBankingOptions>("two", options => kept = options.TokenStore)
            .BuildServiceProvider();

        var first = await services
            .GetRequiredKeyedService<OpenBankingClient>("one")
            .Payments.GetAsync("pay_1");
        var second = await services
            .GetRequiredKeyedService<OpenBankingClient>("two")
            .Payments.GetAsync("pay_1");

        Assert.Equal(("pay_one", "pay_two"), (first.Id, second.Id));
        Assert.Same(store, kept);
        Assert.Null(services.GetService<OpenBankingClient>());
    }

    [Fact]
    public async Task Wrong_options_are_said_when_the_app_starts()
    {
        var start = PartnerApp.StartAsync(
            services =>
                services.AddOpenBanking(
                    "bank",
                    options =>
                    {
                        options.Authority = new Uri("http://open.bank.example");
                        options.ClientId = "app_1";
                        options.Key = ClientKey.CreateEs256();
                    }
                ),
            endpoints => { }
        );

        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => start);

        Assert.Contains("OpenBanking \"bank\": Set Authority", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_http_client_of_the_factory_can_be_built_upon()
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script("GET /v1/payments/pay_1", Answers.Payment(Samples.Payment));
        var collection = new ServiceCollection().AddOpenBanking(options => Complete(options, bank));
        collection.AddHttpClient("OpenBanking").AddHttpMessageHandler(() => new Marker());
        await using var services = collection.BuildServiceProvider();

        await services.GetRequiredService<OpenBankingClient>().Payments.GetAsync("pay_1");

        Assert.All(bank.Requests, request => Assert.Equal("yes", request["x-marked"]));
    }

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
    public async Task An_app_that_logs_the_headers_of_all_its_clients_logs_no_token_and_no_proof()
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script("GET /v1/payments/pay_1", Answers.Payment(Samples.Payment));
        var lines = new ConcurrentQueue<string>();
        await using var services = new ServiceCollection()
            .AddLogging(logging =>
                logging.AddProvider(new LogRecorder(lines)).SetMinimumLevel(LogLevel.Trace)
            )
            .ConfigureHttpClientDefaults(all => all.RedactLoggedHeaders(_ => false))
            .AddOpenBanking(options => Complete(options, bank))
            .BuildServiceProvider();

        await services.GetRequiredService<OpenBankingClient>().Payments.GetAsync("pay_1");

        var sent = Assert.Single(bank.Of("GET /v1/payments/pay_1"));
        Assert.Contains(lines, line => line.Contains("DPoP: ", StringComparison.Ordinal));
        Assert.DoesNotContain(
            lines,
            line =>
                line.Contains(sent["DPoP"], StringComparison.Ordinal)
                || line.Contains(sent["Authorization"].Split(' ')[1], StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_name_that_was_not_added_is_said_with_those_that_were()
    {
        await using var bank = await StubBank.StartAsync();
        await using var services = new ServiceCollection()
            .AddOpenBanking("music", options => Complete(options, bank))
            .AddOpenBanking("video", options => Complete(options, bank))
            .BuildServiceProvider();

        var refusal = Assert.Throws<InvalidOperationException>(() =>
            services.GetRequiredKeyedService<OpenBankingClient>("musci")
        );

        Assert.Contains(
            "No OpenBanking client is named \"musci\"",
            refusal.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("\"music\", \"video\"", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_client_that_is_added_twice_is_one_and_the_log_says_so(int times)
    {
        await using var bank = await StubBank.StartAsync();
        var lines = new ConcurrentQueue<string>();
        var collection = new ServiceCollection().AddLogging(logging =>
            logging.AddProvider(new LogRecorder(lines))
        );
        for (var time = 0; time < times; time++)
        {
            collection.AddOpenBanking("music", options => Complete(options, bank));
        }

        await using var services = collection.BuildServiceProvider();
        services.GetRequiredKeyedService<OpenBankingClient>("music");

        Assert.Equal(
            times > 1,
            lines.Any(line =>
                line.Contains("was called 2 times for OpenBanking:music", StringComparison.Ordinal)
            )
        );
    }

    /// <summary>The core of the SDK and its package for ASP.NET Core say so in a list each.</summary>
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

    [Fact]
    public void Nothing_is_added_without_a_name_or_options()
    {
        var services = new ServiceCollection();
        Action<OpenBankingOptions> none = null!;

        Named("configure", () => services.AddOpenBanking(none));
        Named("configure", () => services.AddOpenBanking("music", none));
        Named("name", () => services.AddOpenBanking(" ", _ => { }));
        Named("services", () => default(IServiceCollection)!.AddOpenBanking(_ => { }));
        Named("services", () => default(IServiceCollection)!.AddOpenBankingDistributedTokens());
        Assert.Empty(services);

        static void Named(string parameter, Action call) =>
            Assert.Equal(parameter, Assert.ThrowsAny<ArgumentException>(call).ParamName);
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

    private sealed class Marker : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            request.Headers.Add("x-marked", "yes");
            return base.SendAsync(request, cancellationToken);
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
