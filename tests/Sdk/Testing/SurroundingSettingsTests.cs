using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Testing;

/// <summary>A bank for tests runs in the process of an app's tests, whose settings are the app's and not the bank's.</summary>
[Collection(nameof(SurroundingSettingsTests))]
public sealed class SurroundingSettingsTests
{
    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:1")]
    [InlineData("URLS", "http://127.0.0.1:1")]
    [InlineData("Kestrel__Endpoints__Http__Url", "http://127.0.0.1:1")]
    [InlineData("AllowedHosts", "shop.example")]
    [InlineData("Server__Sandbox", "false")]
    [InlineData("ASPNETCORE_ENVIRONMENT", "Development")]
    public async Task A_bank_for_tests_listens_and_answers_whatever_is_set_around_it(
        string name,
        string value
    )
    {
        Environment.SetEnvironmentVariable(name, value);
        try
        {
            await using var bank = await SandboxBank.StartAsync(
                new() { ConfigureClient = options => options.MaxRetries = 0 }
            );

            Assert.NotEmpty(await bank.Client.Coupons.ListStocksAsync().ToListAsync());
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }

    [Fact]
    public async Task A_bank_for_tests_is_reached_by_no_proxy_of_the_machine()
    {
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new WebProxy("http://127.0.0.1:1");
        try
        {
            await using var bank = await SandboxBank.StartAsync();
            await bank.Webhooks.SubscribeAsync(EventTypes.TopUpSucceeded);
            await bank.LinkCustomerAsync(balance: Money.Yuan(100));
            await bank.Webhooks.WaitForAsync(EventTypes.TopUpSucceeded);

            using var http = SandboxBank.CreateHttpHandler();
            var key = ClientKey.CreateEs256();
            var another = await AppRegistration.RegisterAsync(
                bank.Address,
                bank.InitialAccessToken,
                new ClientRegistrationRequest
                {
                    ClientName = "Another",
                    RedirectUris = ["http://localhost:5071/callback"],
                    Jwks = new JsonWebKeySetDocument { Keys = [key.PublicJwk] },
                },
                http
            );
            await using var app = new ServiceCollection()
                .AddOpenBanking(bank.Configure)
                .AddOpenBanking(
                    "another",
                    options =>
                    {
                        bank.Configure(options);
                        (options.ClientId, options.Key) = (another.ClientId, key);
                    }
                )
                .BuildServiceProvider();
            Assert.NotEmpty(
                await app.GetRequiredService<OpenBankingClient>().Coupons.ListStocksAsync().ToListAsync()
            );
            Assert.NotEmpty(
                await app.GetRequiredKeyedService<OpenBankingClient>("another")
                    .Coupons.ListStocksAsync()
                    .ToListAsync()
            );
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_goes_by_the_proxy_of_the_machine_unless_it_is_told_otherwise(bool inContainer)
    {
        await using var bank = await SandboxBank.StartAsync();
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new WebProxy("http://127.0.0.1:1");
        try
        {
            var options = new OpenBankingOptions { MaxRetries = 0 };
            void Configure(OpenBankingOptions each)
            {
                bank.Configure(each);
                (each.UseProxy, each.MaxRetries) = (true, 0);
            }

            Configure(options);
            await using var app = new ServiceCollection().AddOpenBanking(Configure).BuildServiceProvider();
            var client = inContainer
                ? app.GetRequiredService<OpenBankingClient>()
                : new OpenBankingClient(options);

            var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
                client.Payments.GetAsync("pay_1")
            );

            Assert.Equal(ClientErrorCodes.ConnectionFailed, refusal.Code);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    [Fact]
    public async Task A_proxy_that_the_machine_names_is_told_without_its_password()
    {
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new WebProxy("http://user:the-password@127.0.0.1:1");
        try
        {
            var client = new OpenBankingClient(
                new OpenBankingOptions
                {
                    Authority = new Uri("https://open.bank.example"),
                    ClientId = "app_1",
                    Key = ClientKey.CreateEs256(),
                    MaxRetries = 0,
                }
            );

            var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
                client.Payments.GetAsync("pay_1")
            );

            Assert.Equal(ClientErrorCodes.ConnectionFailed, refusal.Code);
            Assert.Contains("by the proxy 127.0.0.1:1", refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("the-password", refusal.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    /// <summary>What is set is set for the whole process.</summary>
    [CollectionDefinition(nameof(SurroundingSettingsTests), DisableParallelization = true)]
    public sealed class Alone;
}
