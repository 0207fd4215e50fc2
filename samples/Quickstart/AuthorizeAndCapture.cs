namespace OpenBanking.Samples.Quickstart;

/// <summary>Money that is held first and taken later, as the documents quote it.</summary>
public static class AuthorizeAndCapture
{
    /// <summary>A car park: the price is known when the car leaves.</summary>
    /// <param name="entry">The parking, as the app stores it.</param>
    /// <param name="price">What is known when the car leaves; given here from the beginning.</param>
    public static async Task<Payment> ParkAsync(
        OpenBankingClient client,
        string agreementId,
        (string Number, DateTimeOffset At) entry,
        Money price
    )
    {
        // csharpier-ignore-start
        // <park>
        // The barrier opens: 50.00 are set aside, and nobody has them yet.
        var held = await client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = entry.Number,
                Amount = Money.Yuan(50),
                AgreementId = agreementId,
                Scene = Scenes.Parking,            // an agreement may be for some scenes only
                CaptureMethod = CaptureMethod.Manual,
                ExpiresAt = entry.At.AddDays(1),   // from what is stored: a repeated request must be the same
            },
            IdempotencyKey.FromOrder(entry.Number, "payment"));

        if (held.DeclineCode is not null)
        {
            Console.WriteLine($"The barrier stays closed: {await client.Payments.ExplainDeclineAsync(held)}");
            return held;
        }

        // The car leaves: what it costs is taken, and the rest is the customer's again.
        var paid = await client.Payments.CaptureAsync(
            held.Id,
            new CapturePaymentRequest { Amount = price },
            IdempotencyKey.FromOrder(entry.Number, "capture"));

        Console.WriteLine($"Paid {paid.CapturedAmount} of {paid.Amount}; {paid.HeldAmount} is still held.");
        // </park>
        // csharpier-ignore-end
        return paid;
    }

    /// <summary>A meal in two deliveries, of which the second may fail.</summary>
    public static async Task<Payment> DeliverAsync(OpenBankingClient client, Payment held, bool secondArrives)
    {
        // csharpier-ignore-start
        // <deliver>
        // The first delivery is at the door; the second is on its way, so this capture is not the last one.
        await client.Payments.CaptureAsync(
            held.Id,
            new CapturePaymentRequest { Amount = Money.Yuan(30), Final = false },
            IdempotencyKey.FromOrder(held.OrderNo, "capture-1"));

        // With the second one everything is captured. Without it the rest is given back, and 30.00 stay captured.
        var ended = secondArrives
            ? await client.Payments.CaptureAsync(
                held.Id,
                new CapturePaymentRequest(),
                IdempotencyKey.FromOrder(held.OrderNo, "capture-2"))
            : await client.Payments.CancelAsync(held.Id, IdempotencyKey.FromOrder(held.OrderNo, "cancel"));
        // </deliver>
        // csharpier-ignore-end
        return ended;
    }
}
