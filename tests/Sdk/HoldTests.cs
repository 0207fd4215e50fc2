using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

/// <summary>Captures and cancellations move money, so a lost answer is unknown and never failed.</summary>
public sealed class HoldTests : IAsyncLifetime
{
    private static readonly string captureRoute = $"POST /v1/payments/{Samples.Payment.Id}/capture";
    private static readonly string cancelRoute = $"POST /v1/payments/{Samples.Payment.Id}/cancel";
    private static readonly IdempotencyKey key = IdempotencyKey.FromOrder("order-1", "capture-1");

    private StubBank bank = null!;
    private OpenBankingClient client = null!;

    public async ValueTask InitializeAsync()
    {
        bank = await StubBank.StartAsync();
        client = bank.Client(options => options.MaxRetries = 0);
    }

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    [Fact]
    public async Task A_capture_names_the_payment_the_amount_and_whether_it_is_the_last()
    {
        bank.Script(captureRoute, Answers.Payment(Samples.Payment));

        var paid = await client.Payments.CaptureAsync(
            Samples.Payment.Id,
            new CapturePaymentRequest { Amount = Money.Cny(1200), Final = false },
            key
        );

        var sent = Assert.Single(bank.Of(captureRoute));
        Assert.Equal(key.Value, sent["Idempotency-Key"]);
        Assert.Equal("""{"amount":{"currency":"CNY","amount":1200},"final":false}""", sent.Text);
        Assert.Equal(Samples.Payment.Id, paid.Id);
    }

    [Fact]
    public async Task A_cancellation_sends_an_empty_object()
    {
        bank.Script(cancelRoute, Answers.Payment(Samples.Payment with { Status = PaymentStatus.Canceled }));

        var canceled = await client.Payments.CancelAsync(Samples.Payment.Id, key);

        Assert.Equal("{}", Assert.Single(bank.Of(cancelRoute)).Text);
        Assert.Equal(PaymentStatus.Canceled, canceled.Status);
    }

    [Fact]
    public async Task A_lost_answer_to_a_capture_is_unknown_and_resolves_with_the_same_key()
    {
        bank.Script(captureRoute, Answers.Cut, Answers.Payment(Samples.Payment, replayed: true));

        var unknown = await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(() =>
            client.Payments.CaptureAsync(Samples.Payment.Id, new CapturePaymentRequest(), key)
        );
        var payment = await unknown.ResolveAsync();

        var attempts = bank.Of(captureRoute);
        Assert.Equal(key, unknown.IdempotencyKey);
        Assert.True(payment.Response!.IdempotencyReplayed);
        Assert.Equal(attempts[0].Text, attempts[1].Text);
        Assert.Equal(attempts[0]["Idempotency-Key"], attempts[1]["Idempotency-Key"]);
    }

    [Fact]
    public async Task A_lost_answer_to_a_cancellation_is_unknown()
    {
        bank.Script(cancelRoute, Answers.Cut);

        await Assert.ThrowsAsync<PaymentOutcomeUnknownException>(() =>
            client.Payments.CancelAsync(Samples.Payment.Id, key)
        );
    }

    [Theory]
    [InlineData(409, ProblemCodes.AuthorizationExpired)]
    [InlineData(409, ProblemCodes.PaymentNotCapturable)]
    [InlineData(422, ProblemCodes.CaptureExceedsAuthorization)]
    [InlineData(404, ProblemCodes.NotFound)]
    public async Task A_refused_capture_captured_nothing(int status, string code)
    {
        bank.Script(captureRoute, Answers.Problem(status, code));

        var refusal = await Assert.ThrowsAsync<OpenBankingException>(() =>
            client.Payments.CaptureAsync(Samples.Payment.Id, new CapturePaymentRequest(), key)
        );

        Assert.Equal(code, refusal.Code);
    }
}
