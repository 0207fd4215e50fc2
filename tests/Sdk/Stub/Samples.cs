namespace OpenBanking.Tests.Sdk.Stub;

/// <summary>Objects as the bank would send them.</summary>
internal static class Samples
{
    public const string Customer = "cus_01hzy3v9k2m4n6p8q0r2s4t6v8";
    public const string AccountId = "acct_01hzy3v9k2m4n6p8q0r2s4t6v8";
    public const string AgreementId = "agr_01hzy3v9k2m4n6p8q0r2s4t6v8";
    public const string ConsentId = "cns_01hzy3v9k2m4n6p8q0r2s4t6v8";

    public static readonly DateTimeOffset CreatedAt = new(2026, 11, 20, 7, 59, 0, TimeSpan.Zero);

    public static CreatePaymentRequest PaymentRequest { get; } =
        new()
        {
            OrderNo = "2026-1120-1",
            Amount = Money.Cny(1990),
            AgreementId = AgreementId,
        };

    public static IdempotencyKey Key { get; } = IdempotencyKey.FromOrder("2026-1120-1", "payment");

    public static Payment Payment { get; } =
        new()
        {
            Id = "pay_01hzy3v9k2m4n6p8q0r2s4t6v8",
            OrderNo = "2026-1120-1",
            Status = PaymentStatus.Captured,
            Amount = Money.Cny(1990),
            DiscountAmount = Money.Cny(0),
            CustomerAmount = Money.Cny(1990),
            CapturedAmount = Money.Cny(1990),
            RefundedAmount = Money.Cny(0),
            RefundableAmount = Money.Cny(1990),
            AgreementId = AgreementId,
            AccountId = AccountId,
            CustomerId = Customer,
            CreatedAt = CreatedAt,
        };

    public static object TopUp(string status) =>
        new
        {
            id = "top_01hzy3v9k2m4n6p8q0r2s4t6v8",
            status,
            amount = new { currency = "CNY", amount = 5000 },
            agreement_id = AgreementId,
            account_id = AccountId,
            card_id = "card_01hzy3v9k2m4n6p8q0r2s4t6v8",
            created_at = CreatedAt,
        };

    public static object Transaction(int number) =>
        new
        {
            id = $"ent_{number}",
            kind = "payment",
            amount = new { currency = "CNY", amount = -1990 },
            balance_after = new { currency = "CNY", amount = 8010 },
            business_date = "2026-11-20",
            created_at = CreatedAt,
        };

    public static string Event(string id) =>
        $$"""
            {"id":"{{id}}","type":"payment.captured","created_at":"2026-11-20T07:59:00Z",
            "api_version":"v1","sequence":1,
            "data":{"status":"captured","payment_id":"pay_1","order_no":"2026-1120-1"} }
            """;
}
