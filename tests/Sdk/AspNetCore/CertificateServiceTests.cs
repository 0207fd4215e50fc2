using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk.AspNetCore;

/// <summary>Clients from the container whose certificates are replaced while the app runs. What the bank makes of the
/// certificates is tested with a real one, over TLS.</summary>
public sealed class CertificateServiceTests : IAsyncLifetime
{
    private const string PaymentRoute = "GET /v1/payments/pay_1";

    private readonly ConcurrentQueue<(string App, string Connection)> calls = [];
    private readonly ConcurrentDictionary<string, string> appOfToken = [];
    private readonly Certificates certificates = new();
    private StubBank bank = null!;
    private ServiceProvider services = null!;

    public async ValueTask InitializeAsync()
    {
        bank = await StubBank.StartAsync();
        bank.Script(
            "POST /token",
            async context =>
            {
                var app = bank.Of("POST /token")[^1].Form["client_id"];
                var token = bank.Oauth.NewSecret("access");
                var scheme = context.Request.Headers.ContainsKey("DPoP") ? "DPoP" : "Bearer";
                appOfToken[$"{scheme} {token}"] = app;
                await Answers.Json(
                    200,
                    new
                    {
                        access_token = token,
                        token_type = scheme,
                        expires_in = 300,
                    }
                )(context);
            }
        );
        bank.Script(
            PaymentRoute,
            context =>
            {
                var app = appOfToken[context.Request.Headers.Authorization.ToString()];
                calls.Enqueue((app, context.Connection.Id));
                return Answers.Payment(Samples.Payment)(context);
            }
        );
        services = new ServiceCollection()
            .AddSingleton(certificates)
            .AddOpenBanking("one", (options, provider) => Configure(options, provider, "one"))
            .AddOpenBanking("two", (options, provider) => Configure(options, provider, "two"))
            .AddOpenBanking(
                "by key",
                (options, provider) =>
                {
                    Configure(options, provider, "by key");
                    options.BindTokensToCertificate = false;
                }
            )
            .BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await bank.DisposeAsync();
    }

    [Fact]
    public async Task One_clients_new_certificate_has_connections_and_tokens_of_its_own_and_the_others_stay()
    {
        foreach (var name in new[] { "one", "two", "one", "two" })
        {
            await Client(name).Payments.GetAsync("pay_1");
        }

        certificates.Replace("one");
        foreach (var name in new[] { "one", "two", "one" })
        {
            await Client(name).Payments.GetAsync("pay_1");
        }

        var one = calls.Where(call => call.App == "app_one").Select(call => call.Connection).ToArray();
        var two = calls.Where(call => call.App == "app_two").Select(call => call.Connection).ToArray();
        Assert.Equal((4, 3), (one.Length, two.Length));
        Assert.Single(two.Distinct());
        Assert.Equal(one[0], one[1]);
        Assert.Equal(one[2], one[3]);
        Assert.NotEqual(one[1], one[2]);
        Assert.Equal(
            ["app_one", "app_one", "app_two"],
            bank.Of("POST /token").Select(request => request.Form["client_id"]).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("one", false)]
    [InlineData("one", true)]
    [InlineData("by key", false)]
    [InlineData("by key", true)]
    public async Task A_certificate_that_cannot_be_had_is_said_and_leaves_no_payment_in_doubt(
        string name,
        bool throws
    )
    {
        bank.Script("POST /v1/payments", Answers.Payment(Samples.Payment));
        await Client(name).Payments.GetAsync("pay_1");

        certificates.Lose(name, throws);

        var failure = await Record.ExceptionAsync(() =>
            Client(name).Payments.CreateAsync(Samples.PaymentRequest, Samples.Key)
        );
        if (throws)
        {
            Assert.IsType<IOException>(failure);
        }
        else
        {
            Assert.IsType<InvalidOperationException>(failure);
            Assert.StartsWith("CurrentClientCertificate gave none", failure.Message);
        }

        Assert.Empty(bank.Of("POST /v1/payments"));
        await Client("two").Payments.GetAsync("pay_1");
    }

    private OpenBankingClient Client(string name) =>
        services.GetRequiredKeyedService<OpenBankingClient>(name);

    private void Configure(OpenBankingOptions options, IServiceProvider provider, string name)
    {
        var known = provider.GetRequiredService<Certificates>();
        options.Authority = bank.Authority;
        options.ApiAddress = bank.Authority;
        options.ClientId = $"app_{name.Replace(' ', '-')}";
        options.BindTokensToCertificate = true;
        options.CurrentClientCertificate = () => known.Current(name);
    }

    /// <summary>A partner's certificates, as a service that follows its secret store.</summary>
    private sealed class Certificates
    {
        private readonly ConcurrentDictionary<string, Func<X509Certificate2>> current = [];

        public X509Certificate2 Current(string name) => current.GetOrAdd(name, New)();

        public void Replace(string name) => current[name] = New(name);

        public void Lose(string name, bool throws) =>
            current[name] = () => throws ? throw new IOException("The secret store is away.") : null!;

        private static Func<X509Certificate2> New(string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var made = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(
                DateTimeOffset.UtcNow.AddDays(-1),
                DateTimeOffset.UtcNow.AddDays(1)
            );
            return () => made;
        }
    }
}
