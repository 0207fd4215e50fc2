namespace OpenBanking.Samples.Quickstart;

/// <summary>A platform whose restaurants are paid through it, and a till, as the documents quote them.</summary>
public static class SellForOthers
{
    /// <summary>A meal of a restaurant, of which the platform keeps a commission.</summary>
    public static async Task<Payment> SellMealAsync(
        OpenBankingClient client,
        string agreementId,
        string orderNo
    )
    {
        // csharpier-ignore-start
        // <sell_meal>
        // Once for each restaurant: the same key gives the same merchant again.
        var restaurant = await client.SubMerchants.CreateAsync(
            new CreateSubMerchantRequest { Name = "Noodle Bar", Reference = "shop-17" },
            IdempotencyKey.FromOrder("shop-17", "sub-merchant"));

        var meal = await client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = orderNo,
                Amount = Money.Yuan(40),
                AgreementId = agreementId,
                Splits =
                [
                    new Split { SubMerchantId = restaurant.Id, Amount = Money.Yuan(36) },
                    new Split { Amount = Money.Yuan(4) },   // our commission
                ],
            },
            IdempotencyKey.FromOrder(orderNo, "payment"));

        foreach (var part in meal.Splits!)
        {
            Console.WriteLine($"{part.SubMerchantId ?? "ourselves"}: {part.CapturedAmount}");
        }
        // </sell_meal>
        // csharpier-ignore-end
        return meal;
    }

    /// <summary>A customer without an agreement pays at a till, or leaves it.</summary>
    /// <param name="showAsync">Shows a picture until the customer has paid, or has left.</param>
    public static async Task<ClosedOrder> ChargeAtTillAsync(
        OpenBankingClient client,
        string orderNo,
        Func<string, Task> showAsync
    )
    {
        // csharpier-ignore-start
        // <charge_at_till>
        var asked = await client.Payments.CreateAsync(
            new CreatePaymentRequest { OrderNo = orderNo, Amount = Money.Yuan(18.50m) },
            IdempotencyKey.FromOrder(orderNo, "payment"));

        // An SVG picture: the customer scans it, sees payee and amount at the bank, and confirms.
        await showAsync(await client.Payments.GetQrCodeAsync(asked.Id));

        // The till is free for the next one. What was not paid by now is not paid any more.
        var closed = await client.Orders.CloseAsync(orderNo);
        Console.WriteLine(closed.LastPayment?.Status == PaymentStatus.Captured ? "Paid." : "Nothing was paid.");
        // </charge_at_till>
        // csharpier-ignore-end
        return closed;
    }
}
