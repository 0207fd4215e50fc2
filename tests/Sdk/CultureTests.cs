using System.Globalization;
using System.Text.Json;
using OpenBanking.Testing;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

/// <summary>What goes over the wire, into headers and into messages is the same whatever the culture of the app and the
/// time zone of its clock: with commas for points, other calendars and digits, and another letter for a small I.</summary>
public sealed class CultureTests : IDisposable
{
    private readonly CultureInfo before = CultureInfo.CurrentCulture;

    public static TheoryData<string> Cultures => ["", "de-DE", "ar-SA", "tr-TR", "fa-IR", "th-TH"];

    public void Dispose() => CultureInfo.CurrentCulture = before;

    [Theory]
    [MemberData(nameof(Cultures))]
    public async Task A_payment_is_sent_and_read_alike(string culture)
    {
        var clock = new Far(TimeZoneInfo.CreateCustomTimeZone("far", TimeSpan.FromHours(-9.5), "far", "far"));
        await using var bank = await StubBank.StartAsync();
        bank.Script("POST /v1/payments", Answers.Payment(Samples.Payment));
        CultureInfo.CurrentCulture = new CultureInfo(culture);
        var client = bank.Client(options => options.TimeProvider = clock);

        var payment = await client.Payments.CreateAsync(
            Samples.PaymentRequest with
            {
                ExpiresAt = new DateTimeOffset(2026, 11, 20, 17, 29, 0, TimeSpan.FromHours(9.5)),
            },
            IdempotencyKey.FromOrder("I-1", "payment", 12)
        );

        var sent = Assert.Single(bank.Of("POST /v1/payments"));
        Assert.Equal("payment:I-1:12", sent["Idempotency-Key"]);
        using var body = JsonDocument.Parse(sent.Body);
        Assert.Equal(1990, body.RootElement.GetProperty("amount").GetProperty("amount").GetInt64());
        Assert.Equal(Samples.CreatedAt, body.RootElement.GetProperty("expires_at").GetDateTimeOffset());
        Assert.Equal(("19.90 CNY", "captured"), (payment.Amount.ToString(), payment.Status.ToString()));
        Assert.Equal(Samples.CreatedAt, payment.CreatedAt);
        Assert.Equal("-19.90 CNY", (-payment.Amount).ToString());
    }

    [Theory]
    [MemberData(nameof(Cultures))]
    public void Answers_are_told_alike(string culture)
    {
        CultureInfo.CurrentCulture = new CultureInfo(culture);

        var at = Samples.CreatedAt.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);
        var told = new ClosedOrder { OrderNo = "I-1", ClosedAt = Samples.CreatedAt }.ToString();

        Assert.Equal($"ClosedOrder {{ OrderNo = I-1, ClosedAt = {at}, LastPayment =  }}", told);
        Assert.Equal(culture, CultureInfo.CurrentCulture.Name);
    }

    [Theory]
    [MemberData(nameof(Cultures))]
    public async Task Lists_are_asked_for_and_webhooks_verified_alike(string culture)
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script(
            "GET /v1/events",
            Answers.Json(200, new { data = Array.Empty<object>(), has_more = false })
        );
        CultureInfo.CurrentCulture = new CultureInfo(culture);

        await bank.Client().Events.ListPageAsync(pageSize: 100);

        Assert.Equal("?limit=100", Assert.Single(bank.Of("GET /v1/events")).Query);
        var secret = WebhookSigner.CreateSecret();
        var body = System.Text.Encoding.UTF8.GetBytes(Samples.Event("evt_1"));
        var headers = new WebhookSigner(secret).Sign("evt_1", TimeProvider.System.GetUtcNow(), body);
        Assert.Equal("evt_1", new WebhookVerifier([secret]).Verify(headers, body).Id);
    }

    [Theory]
    [MemberData(nameof(Cultures))]
    public async Task Messages_are_the_same(string culture)
    {
        await using var bank = await StubBank.StartAsync();
        bank.Script(
            "GET /v1/payments/pay_1",
            context =>
            {
                context.Response.Headers.Date = (TimeProvider.System.GetUtcNow().AddHours(-2)).ToString(
                    "R",
                    CultureInfo.InvariantCulture
                );
                return Answers.Problem(401, ProblemCodes.InvalidToken)(context);
            }
        );
        CultureInfo.CurrentCulture = new CultureInfo(culture);

        var refusal = await Assert.ThrowsAnyAsync<OpenBankingException>(() =>
            bank.Client().Payments.GetAsync("pay_1")
        );

        Assert.Matches("clock is 7(199|200|20[0-9]) s ahead", refusal.Message);
    }

    [Theory]
    [InlineData("ar-SA")]
    [InlineData("tr-TR")]
    public async Task A_bank_of_a_test_is_the_same(string culture)
    {
        CultureInfo.CurrentCulture = new CultureInfo(culture);
        await using var bank = await SandboxBank.StartAsync();
        await bank.Webhooks.SubscribeAsync(EventTypes.PaymentCaptured);
        var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(100.50m));

        var payment = await bank.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "iI-1",
                Amount = Money.Yuan(19.90m),
                AgreementId = customer.AgreementId!,
            },
            IdempotencyKey.FromOrder("iI-1", "payment")
        );

        Assert.Equal((PaymentStatus.Captured, "iI-1"), (payment.Status, payment.OrderNo));
        Assert.Equal(
            payment.Id,
            (await bank.Webhooks.WaitForAsync(EventTypes.PaymentCaptured)).Data.PaymentId
        );
        var lines = await bank
            .Client.Accounts.ListTransactionsAsync(customer.CustomerId, customer.AccountId!)
            .ToListAsync();
        Assert.Contains(lines, line => line.Amount == Money.Yuan(-19.90m));
    }

    /// <summary>The system's time, told in another zone.</summary>
    private sealed class Far(TimeZoneInfo zone) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => zone;
    }
}
