using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

/// <summary>The handler of the options: whose it is, and what becomes of calls when its owner has ended it.</summary>
public sealed class HttpHandlerTests : IAsyncLifetime
{
    private StubBank bank = null!;

    public async ValueTask InitializeAsync()
    {
        bank = await StubBank.StartAsync();
        bank.Script("GET /v1/payments/pay_1", Answers.Payment(Samples.Payment));
        bank.Script("POST /v1/payments", Answers.Payment(Samples.Payment));
    }

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    [Fact]
    public async Task A_call_over_a_disposed_handler_says_so_and_was_not_sent()
    {
        HttpMessageHandler[] handlers =
        [
            OpenBankingOptions.CreateHttpHandler(),
            new HttpClientHandler(),
            OpenBankingOptions.CreateHttpHandler(Certificate),
        ];
        foreach (var handler in handlers)
        {
            handler.Dispose();
            var client = bank.Client(options => options.HttpHandler = handler);

            var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
                client.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key)
            );

            Assert.Equal((ClientErrorCodes.ConnectionFailed, false), (refusal.Code, refusal.Retryable));
            Assert.Contains("HttpHandler", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("disposed", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Empty(bank.Requests);
    }

    [Fact]
    public async Task A_handler_that_is_disposed_between_two_calls_leaves_no_payment_in_doubt()
    {
        var handler = OpenBankingOptions.CreateHttpHandler();
        var client = bank.Client(options => options.HttpHandler = handler);
        await client.Payments.GetAsync("pay_1");

        handler.Dispose();

        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
            client.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key)
        );
        Assert.Equal(ClientErrorCodes.ConnectionFailed, refusal.Code);
        Assert.Empty(bank.Of("POST /v1/payments"));
    }

    [Fact]
    public async Task A_handler_of_the_apps_own_may_have_sent_before_it_met_one_that_is_disposed()
    {
        var handler = new DisposedAfterSending(OpenBankingOptions.CreateHttpHandler());
        var client = bank.Client(options => options.HttpHandler = handler);

        var unknown = await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(() =>
            client.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key)
        );

        Assert.Contains("disposed", unknown.Message, StringComparison.Ordinal);
        Assert.Single(bank.Of("POST /v1/payments"));
    }

    [Fact]
    public async Task A_client_does_not_dispose_what_it_was_given()
    {
        using var handler = OpenBankingOptions.CreateHttpHandler();
        await bank.Client(options => options.HttpHandler = handler).Payments.GetAsync("pay_1");

        await bank.Client(options => options.HttpHandler = handler).Payments.GetAsync("pay_1");

        Assert.Equal(2, bank.Of("GET /v1/payments/pay_1").Count);
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=Partner", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddDays(1)
        );
    }

    /// <summary>Sends, does not like the answer, and sends over a handler that has been disposed meanwhile.</summary>
    private sealed class DisposedAfterSending(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri!.AbsolutePath != "/v1/payments")
            {
                return answer;
            }

            answer.Dispose();
            InnerHandler!.Dispose();
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
