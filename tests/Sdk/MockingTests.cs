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
