using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Examples;

internal static class PaymentExamples
{
    public static async Task RunAsync(SandboxBank bank, LinkedCustomer customer)
    {
        var client = bank.Client;
        var payment = await PayAsync(client, customer.AgreementId!);
        await RefundAsync(client, payment);
        await HoldAsync(bank, customer);
        await ConfirmAsync(client);
        await ExplainAsync(bank, customer);
    }

    private static async Task<Payment> PayAsync(OpenBankingClient client, string agreementId)
    {
        const string orderNo = "order-1001";
        // <Payments_CreateAsync>
        var order = new CreatePaymentRequest
        {
            OrderNo = orderNo,
            Amount = Money.Yuan(19.90m),
            AgreementId = agreementId,
        };
        Payment payment;
        try
        {
            payment = await client.Payments.CreateAsync(order, IdempotencyKey.FromOrder(orderNo, "payment"));
        }
        catch (PaymentOutcomeUnknownException unknown)
        {
            // The answer was lost. The same key again: it pays once, now or before.
            payment = await unknown.ResolveAsync();
        }
        // </Payments_CreateAsync>
        Assert.Equal(PaymentStatus.Captured, payment.Status);

        // <Payments_GetAsync>
        var known = await client.Payments.GetAsync(payment.Id);
        Console.WriteLine($"{known.Status}: {known.CapturedAmount} taken, {known.RefundedAmount} given back");
        // </Payments_GetAsync>

        // <Client_ReadAgainAsync>
        var now = await client.ReadAgainAsync(known);
        Console.WriteLine(ReferenceEquals(now, known) ? "Nothing has changed." : $"It is {now.Status} now.");
        // </Client_ReadAgainAsync>
        Assert.Same(known, now);

        // <Orders_GetAsync>
        var last = (await client.Orders.GetAsync(orderNo)).LastPayment;
        Console.WriteLine(last?.Status == PaymentStatus.Captured ? "The order is paid." : "Not yet.");
        // </Orders_GetAsync>
        Assert.Equal(payment.Id, last?.Id);

        // <Agreements_GetAsync>
        var agreement = await client.Agreements.GetAsync(agreementId);
        Console.WriteLine($"{agreement.Day.Left} today, {agreement.Total.Left} in all");
        // </Agreements_GetAsync>

        // <Agreements_ListAsync>
        // What can still be charged, and what its customers have ended.
        await foreach (var each in client.Agreements.ListAsync())
        {
            Console.WriteLine($"{each.Id} of {each.CustomerId}: {each.Status}, {each.Total.Left} left");
        }
        // </Agreements_ListAsync>
        Assert.Contains(await client.Agreements.ListAsync().ToListAsync(), each => each.Id == agreementId);
        return payment;
    }

    private static async Task RefundAsync(OpenBankingClient client, Payment payment)
    {
        // <Refunds_CreateAsync>
        var refund = await client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = payment.Id, Amount = Money.Yuan(9.90m) },
            IdempotencyKey.FromOrder(payment.OrderNo, "refund-1")
        );
        // </Refunds_CreateAsync>
        Assert.Equal(RefundStatus.Succeeded, refund.Status);

        // <Refunds_GetAsync>
        var known = await client.Refunds.GetAsync(refund.Id);
        Console.WriteLine($"{known.CustomerAmount} went back to the customer.");
        // </Refunds_GetAsync>

        // <Refunds_ListAsync>
        await foreach (var each in client.Refunds.ListAsync())
        {
            Console.WriteLine($"{each.OrderNo}: {each.Amount} given back at {each.CreatedAt}");
        }
        // </Refunds_ListAsync>
        Assert.Contains(await client.Refunds.ListAsync().ToListAsync(), each => each.Id == refund.Id);

        // <Refunds_ListOfPaymentAsync>
        await foreach (var each in client.Refunds.ListOfPaymentAsync(payment.Id))
        {
            Console.WriteLine($"{each.Amount} given back at {each.CreatedAt}: {each.Reason}");
        }
        // </Refunds_ListOfPaymentAsync>
        Assert.Equal(
            refund.Id,
            Assert.Single(await client.Refunds.ListOfPaymentAsync(payment.Id).ToListAsync()).Id
        );
    }

    private static async Task HoldAsync(SandboxBank bank, LinkedCustomer customer)
    {
        var client = bank.Client;
        var payment = await HeldAsync("parking-1");
        // <Payments_CaptureAsync>
        // The car left after two hours: 12.00 of the 50.00 that were held.
        var paid = await client.Payments.CaptureAsync(
            payment.Id,
            new CapturePaymentRequest { Amount = Money.Yuan(12) },
            IdempotencyKey.FromOrder(payment.OrderNo, "capture-1")
        );
        // </Payments_CaptureAsync>
        Assert.Equal(Money.Yuan(12), paid.CapturedAmount);

        payment = await HeldAsync("dinner-1");
        // <Payments_CancelAsync>
        // The kitchen is closed: the customer gets everything back.
        var canceled = await client.Payments.CancelAsync(
            payment.Id,
            IdempotencyKey.FromOrder(payment.OrderNo, "cancel")
        );
        // </Payments_CancelAsync>
        Assert.Equal(PaymentStatus.Canceled, canceled.Status);

        Task<Payment> HeldAsync(string orderNo) =>
            client.Payments.CreateAsync(
                new CreatePaymentRequest
                {
                    OrderNo = orderNo,
                    Amount = Money.Yuan(50),
                    AgreementId = customer.AgreementId,
                    CaptureMethod = CaptureMethod.Manual,
                },
                IdempotencyKey.FromOrder(orderNo, "payment")
            );
    }

    private static async Task ConfirmAsync(OpenBankingClient client)
    {
        var payment = await client.Payments.CreateAsync(
            new CreatePaymentRequest { OrderNo = "till-1", Amount = Money.Yuan(5) },
            IdempotencyKey.FromOrder("till-1", "payment")
        );
        // <Payments_GetQrCodeAsync>
        // At the till: the customer scans it and confirms on the phone.
        var picture = await client.Payments.GetQrCodeAsync(payment.Id);
        // </Payments_GetQrCodeAsync>
        Assert.StartsWith("<svg", picture);
    }

    private static async Task ExplainAsync(SandboxBank bank, LinkedCustomer customer)
    {
        var client = bank.Client;
        var payment = await client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-1002",
                Amount = Money.Yuan(11_000),
                AgreementId = customer.AgreementId,
            },
            IdempotencyKey.FromOrder("order-1002", "payment")
        );
        // <Payments_ExplainDeclineAsync>
        if (payment.Status == PaymentStatus.Failed)
        {
            var why = await client.Payments.ExplainDeclineAsync(payment);
            Console.WriteLine(why);
        }
        // </Payments_ExplainDeclineAsync>
        Assert.Equal(PaymentStatus.Failed, payment.Status);

        var orderNo = payment.OrderNo;
        // <Orders_CloseAsync>
        // The customer has left: nothing more is to be paid for this order.
        var closed = await client.Orders.CloseAsync(orderNo);
        Console.WriteLine(
            closed.LastPayment?.Status == PaymentStatus.Captured ? "It was paid before." : "Nothing was paid."
        );
        // </Orders_CloseAsync>
        Assert.Equal(payment.Id, closed.LastPayment?.Id);
    }
}
