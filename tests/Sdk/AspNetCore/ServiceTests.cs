using Microsoft.Extensions.DependencyInjection;
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
