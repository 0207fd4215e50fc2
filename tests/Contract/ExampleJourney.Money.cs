using OpenBanking.Testing;

namespace OpenBanking.Tests.Contract;

/// <summary>What is done with money.</summary>
public sealed partial class ExampleJourney
{
    private async Task TopUpAsync()
    {
        var asked = await RecordAsync(
            "createTopUp",
            "processing",
            "100.00 from the bound card, under way",
            () =>
                client.TopUps.CreateAsync(
                    new CreateTopUpRequest { AgreementId = customer.AgreementId!, Amount = Money.Yuan(100) },
                    IdempotencyKey.FromOrder("top-up-1", "top-up")
                )
        );
        await client.TopUps.WaitAsync(asked.Id);
        var refused = await client.TopUps.CreateAsync(
            new CreateTopUpRequest { AgreementId = customer.AgreementId!, Amount = MagicAmounts.CardRefused },
            IdempotencyKey.FromOrder("top-up-2", "top-up")
        );
        await client.TopUps.WaitAsync(refused.Id);
        await RecordAsync("getTopUp", "succeeded", "It has arrived", () => client.TopUps.GetAsync(asked.Id));
        await RecordAsync(
            "listTopUps",
            "top_ups",
            "The one there is",
            async () => await client.TopUps.ListAsync().FirstAsync()
        );
    }

    private async Task PayAsync()
    {
        var stock = await RecordAsync(
            "listCouponStocks",
            "stocks",
            "5.00 off 15.00",
            async () => await client.Coupons.ListStocksAsync().FirstAsync()
        );
        coupon = await RecordAsync(
            "issueCoupon",
            "issued",
            "A coupon for a customer",
            () =>
                client.Coupons.IssueAsync(
                    new IssueCouponRequest { StockId = stock.Id, CustomerId = customer.CustomerId },
                    IdempotencyKey.FromOrder("gift-1", "coupon")
                )
        );
        await RecordAsync(
            "listCoupons",
            "wallet",
            "One coupon",
            async () => await client.Coupons.ListAsync(customer.CustomerId).FirstAsync()
        );
        await RecordAsync(
            "getCoupon",
            "issued",
            "It can be used",
            () => client.Coupons.GetAsync(customer.CustomerId, coupon.Id)
        );
        var paid = await RecordAsync(
            "createPayment",
            "with_coupon",
            "19.90, of which the bank pays 5.00",
            () => PayAsync("order-1001", Money.Yuan(19.90m), coupon.Id)
        );
        await RecordAsync(
            "createPayment",
            "declined",
            "More than there is: a payment that failed",
            () => PayAsync("order-1002", Money.Yuan(500))
        );
        await RecordAsync("getPayment", "captured", "Paid", () => client.Payments.GetAsync(paid.Id));
        await RecordAsync("getOrder", "paid", "Paid at once", () => client.Orders.GetAsync("order-1001"));
        var part = await RecordAsync(
            "createRefund",
            "part",
            "9.90 of it: the customer's share, and the campaign's",
            () => RefundAsync(paid, Money.Yuan(9.90m), 1)
        );
        await RecordAsync(
            "createRefund",
            "rest",
            "All that is left, and the coupon",
            () => RefundAsync(paid, null, 2)
        );
        await RecordAsync("getRefund", "succeeded", "A part", () => client.Refunds.GetAsync(part.Id));
        await RecordAsync(
            "listRefunds",
            "refunds",
            "A part, and the rest",
            async () => await client.Refunds.ListAsync().CountAsync()
        );
        await RecordAsync(
            "listRefundsOfPayment",
            "refunds",
            "Those of one payment",
            async () => await client.Refunds.ListOfPaymentAsync(paid.Id).CountAsync()
        );
        await RecordAsync(
            "listTransactions",
            "statement",
            "The newest line, and where the next page begins",
            () =>
                client.Accounts.ListTransactionsPageAsync(
                    customer.CustomerId,
                    customer.AccountId!,
                    pageSize: 1
                )
        );
    }

    private async Task HoldAsync()
    {
        var held = await RecordAsync(
            "createPayment",
            "held",
            "50.00 held, to be captured later",
            () => PayAsync("order-1003", Money.Yuan(50), manual: true)
        );
        await RecordAsync(
            "capturePayment",
            "part",
            "12.00 of it; the rest is given back",
            () =>
                client.Payments.CaptureAsync(
                    held.Id,
                    new CapturePaymentRequest { Amount = Money.Yuan(12) },
                    IdempotencyKey.FromOrder("order-1003", "capture")
                )
        );
        var given = await PayAsync("order-1004", Money.Yuan(50), coupon.Id, manual: true);
        await RecordAsync(
            "cancelPayment",
            "canceled",
            "All of it is given back",
            () => client.Payments.CancelAsync(given.Id, IdempotencyKey.FromOrder("order-1004", "cancel"))
        );
        // Nobody captures it.
        await PayAsync("order-1006", Money.Yuan(1), manual: true);
    }

    private async Task ConfirmLaterAsync()
    {
        var waiting = await RecordAsync(
            "createPayment",
            "to_be_confirmed",
            "Without an agreement: the customer confirms it on the bank's page",
            () =>
                client.Payments.CreateAsync(
                    new CreatePaymentRequest
                    {
                        OrderNo = "order-1005",
                        Amount = Money.Yuan(8),
                        Description = "Film ticket",
                    },
                    IdempotencyKey.FromOrder("order-1005", "payment")
                )
        );
        await RecordAsync(
            "closeOrder",
            "closed",
            "Nobody confirms it any more, and nothing more is paid for it",
            () => client.Orders.CloseAsync(waiting.OrderNo)
        );
    }

    private Task<Payment> PayAsync(
        string orderNo,
        Money amount,
        string? couponId = null,
        bool manual = false
    ) =>
        client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = orderNo,
                Amount = amount,
                AgreementId = customer.AgreementId!,
                CouponId = couponId,
                CaptureMethod = manual ? CaptureMethod.Manual : null,
                Description = "Membership, one month",
            },
            IdempotencyKey.FromOrder(orderNo, "payment")
        );

    private Task<Refund> RefundAsync(Payment paid, Money? amount, int number) =>
        client.Refunds.CreateAsync(
            new CreateRefundRequest
            {
                PaymentId = paid.Id,
                Amount = amount,
                Reason = "Given back by the customer",
            },
            IdempotencyKey.FromOrder(paid.OrderNo, $"refund-{number}")
        );
}
