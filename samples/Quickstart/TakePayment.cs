namespace OpenBanking.Samples.Quickstart;

/// <summary>The shortest ways, as the documents quote them.</summary>
public static class TakePayment
{
    public static async Task<Payment> RunAsync(
        string clientId,
        string pem,
        string agreementId,
        string couponId
    )
    {
        // csharpier-ignore-start
        // <take_payment>
        var client = new OpenBankingClient(new OpenBankingOptions
        {
            Authority = new Uri("http://localhost:5080"),
            ClientId = clientId,
            Key = ClientKey.FromPem(pem),
        });

        var order = new CreatePaymentRequest
        {
            OrderNo = "order-1001",
            Amount = Money.Yuan(19.90m),
            AgreementId = agreementId,   // what the customer agreed to on the bank's pages
            CouponId = couponId,         // the bank pays 5.00 of it
        };

        // The key is made from the order number: sent twice, even by a restarted process, it pays once.
        var payment = await client.Payments.CreateAsync(order, IdempotencyKey.FromOrder(order.OrderNo, "payment"));

        // A key that was sent before is answered as it was then: what has become of the payment since is read.
        if (payment.Response is { IdempotencyReplayed: true })
            payment = await client.Payments.GetAsync(payment.Id);

        Console.WriteLine(
            payment.Status == PaymentStatus.Captured ? $"Paid {payment.CustomerAmount}; the bank's coupon paid {payment.DiscountAmount}."
            : payment.Status == PaymentStatus.Failed ? $"Declined: {await client.Payments.ExplainDeclineAsync(payment)}"
            : $"Not paid yet: {payment.Status}.");
        // </take_payment>
        // csharpier-ignore-end
        return payment;
    }
}
