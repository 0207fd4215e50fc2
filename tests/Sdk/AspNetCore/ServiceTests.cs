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

    private static void Complete(OpenBankingOptions options, StubBank bank)
    {
        options.Authority = bank.Authority;
        options.ClientId = StubOauth.ClientId;
        options.Key = bank.Oauth.ClientKey;
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
}
