using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

public sealed class MockingTests
{
    [Fact]
    public async Task A_partner_can_put_a_bank_of_its_own_in_the_place_of_the_client()
    {
        OpenBankingClient client = new FakeBank();

        var payment = await client.Payments.CreateAsync(Samples.PaymentRequest, Samples.Key);

        Assert.Equal(PaymentStatus.Failed, payment.Status);
    }

    [Fact]
    public async Task A_partner_can_rehearse_an_unknown_outcome()
    {
        var unknown = new PaymentOutcomeUnknownException(
            "Lost.",
            Samples.Key,
            _ => Task.FromResult(Samples.Payment),
            innerException: null
        );

        Assert.Equal(Samples.Payment, await unknown.ResolveAsync());
    }

    [Fact]
    public async Task A_mock_says_what_it_does_not_override()
    {
        OpenBankingClient client = new FakeBank();

        await SaysAsync("GET /v1/payments/{id}", () => client.Payments.GetAsync("pay_1"));
        await SaysAsync(
            "POST /v1/refunds",
            () => client.Refunds.CreateAsync(new() { PaymentId = "pay_1" }, Samples.Key)
        );
        await SaysAsync("Customers", () => client.AccountLinks.RevokeTokensAsync("cus_1"));
        await SaysAsync("ReadAgainAsync", () => client.ReadAgainAsync(Samples.Payment));

        static async Task SaysAsync(string what, Func<Task> call)
        {
            var thrown = await Assert.ThrowsAsync<InvalidOperationException>(call);
            Assert.Contains("is a mock", thrown.Message, StringComparison.Ordinal);
            Assert.Contains(what, thrown.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_a_mock_leaves_as_it_is_works_with_what_it_overrides()
    {
        var topUp = await new FakeTopUps().WaitAsync("top_1");

        Assert.Equal(TopUpStatus.Succeeded, topUp.Status);
    }

    private sealed class FakeTopUps : TopUpsClient
    {
        public override Task<TopUp> GetAsync(string topUpId, CancellationToken cancellationToken = default) =>
            Task.FromResult(
                new TopUp
                {
                    Id = topUpId,
                    Status = TopUpStatus.Succeeded,
                    Amount = Money.Yuan(50),
                    AgreementId = Samples.AgreementId,
                    AccountId = Samples.AccountId,
                    CardId = "card_1",
                    CreatedAt = Samples.CreatedAt,
                }
            );
    }

    private sealed class FakeBank : OpenBankingClient
    {
        public override PaymentsClient Payments { get; } = new FakePayments();
    }

    private sealed class FakePayments : PaymentsClient
    {
        public override Task<Payment> CreateAsync(
            CreatePaymentRequest request,
            IdempotencyKey idempotencyKey,
            CancellationToken cancellationToken = default
        ) => Task.FromResult(Samples.Payment with { Status = PaymentStatus.Failed });
    }
}
