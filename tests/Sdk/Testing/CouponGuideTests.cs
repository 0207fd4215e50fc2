using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Testing;

/// <summary>The code of the guide to coupons does what the guide says, and its figures are those of the bank.</summary>
public sealed class CouponGuideTests
{
    [Fact]
    public async Task A_coupon_is_issued_found_and_used()
    {
        await using var bank = await SandboxBank.StartAsync();
        var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(100));
        var client = bank.Client;
        var user = "user-1001";

        // <issue_coupon>
        await foreach (var stock in client.Coupons.ListStocksAsync())
        {
            var now = DateTimeOffset.UtcNow;
            if (now < stock.StartsAt || now >= stock.EndsAt || stock.Remaining == 0)
            {
                continue; // not yet, over, or all given away
            }

            Console.WriteLine(
                $"{stock.Name["en"]}: {stock.Discount} off from {stock.Threshold} on, {stock.Remaining} left"
            );
            // The number is the shop's own: sent twice it is one coupon, and each stock has its own.
            await client.Coupons.IssueAsync(
                new IssueCouponRequest { StockId = stock.Id, CustomerId = customer.CustomerId },
                IdempotencyKey.FromOrder($"welcome-{user}-{stock.Id}", "coupon")
            );
        }
        // </issue_coupon>

        var price = Money.Yuan(20);
        // <choose_coupon>
        Coupon? best = null;
        await foreach (var owned in client.Coupons.ListAsync(customer.CustomerId))
        {
            var fits = owned.Status == CouponStatus.Issued && owned.Threshold.Amount <= price.Amount;
            if (fits && owned.Discount.Amount > (best?.Discount.Amount ?? 0))
            {
                best = owned;
            }
        }
        // </choose_coupon>
        var agreementId = customer.AgreementId!;

        // <redeem_coupon>
        var payment = await client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-1001",
                Amount = price, // the whole price: the bank takes the discount off
                AgreementId = agreementId,
                CouponId = best?.Id,
            },
            IdempotencyKey.FromOrder("order-1001", "payment")
        );
        Console.WriteLine($"{payment.CustomerAmount} by the customer, {payment.DiscountAmount} by the bank");
        // </redeem_coupon>

        Assert.Equal((Money.Yuan(15), Money.Yuan(5)), (payment.CustomerAmount, payment.DiscountAmount));
        var used = await client.Coupons.GetAsync(customer.CustomerId, best!.Id);
        Assert.Equal((CouponStatus.Redeemed, payment.Id), (used.Status, used.PaymentId));
    }

    [Fact]
    public async Task A_refused_coupon_is_left_out_in_a_new_attempt()
    {
        await using var bank = await SandboxBank.StartAsync();
        var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(100));
        var client = bank.Client;
        var coupon = await IssueAsync(bank, customer);
        var order = new CreatePaymentRequest
        {
            OrderNo = "order-1",
            Amount = Money.Yuan(10),
            AgreementId = customer.AgreementId!,
            CouponId = coupon.Id,
        };

        // <without_coupon>
        var payment = await client.Payments.CreateAsync(
            order,
            IdempotencyKey.FromOrder(order.OrderNo, "payment")
        );
        if (payment.DeclineCode?.StartsWith("coupon_", StringComparison.Ordinal) == true)
        {
            Console.WriteLine(await client.Payments.ExplainDeclineAsync(payment));
            // Ask the customer first: it costs them more now.
            payment = await client.Payments.CreateAsync(
                order with
                {
                    CouponId = null,
                },
                IdempotencyKey.FromOrder(order.OrderNo, "payment", attempt: 2)
            );
        }
        // </without_coupon>

        Assert.Equal(
            (PaymentStatus.Captured, Money.Yuan(10), Money.Yuan(0)),
            (payment.Status, payment.CustomerAmount, payment.DiscountAmount)
        );
    }

    /// <summary>The table of the guide: 20.00 with 5.00 off, given back in three parts.</summary>
    [Fact]
    public async Task Refunds_give_back_to_customer_and_campaign_as_the_guide_reckons()
    {
        await using var bank = await SandboxBank.StartAsync();
        var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(100));
        var coupon = await IssueAsync(bank, customer);
        var payment = await bank.PayAsync(customer, "order-1", Money.Yuan(20), couponId: coupon.Id);

        var given = new List<(Money Customer, Money Campaign, bool CouponReturned)>();
        foreach (var part in new[] { Money.Yuan(9.99m), Money.Yuan(0.01m), Money.Yuan(10) })
        {
            var refund = await bank.Client.Refunds.CreateAsync(
                new CreateRefundRequest { PaymentId = payment.Id, Amount = part },
                IdempotencyKey.FromOrder("order-1", $"refund-{given.Count}")
            );
            given.Add((refund.CustomerAmount, refund.DiscountAmount, refund.CouponReturned));
        }

        Assert.Equal(
            [
                (Money.Yuan(7.49m), Money.Yuan(2.50m), false),
                (Money.Yuan(0.01m), Money.Yuan(0), false),
                (Money.Yuan(7.50m), Money.Yuan(2.50m), true),
            ],
            given
        );
        var wallet = await bank.Client.Coupons.GetAsync(customer.CustomerId, coupon.Id);
        Assert.Equal((CouponStatus.Issued, null), (wallet.Status, wallet.PaymentId));
    }

    [Fact]
    public async Task An_app_is_told_of_a_coupon_that_nobody_used_in_time()
    {
        await using var bank = await SandboxBank.StartAsync();
        var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(100));
        await bank.Webhooks.SubscribeAsync(EventTypes.CouponExpired);
        var coupon = await IssueAsync(bank, customer);

        await bank.Clock.AdvanceAsync(coupon.ValidUntil.AddSeconds(1) - await bank.Clock.NowAsync());

        var told = await bank.Webhooks.WaitForAsync(EventTypes.CouponExpired);
        Assert.Equal((coupon.Id, "expired"), (told.Data.CouponId, told.Data.Status));
        var expired = await bank.Client.Coupons.GetAsync(customer.CustomerId, coupon.Id);
        Assert.Equal(CouponStatus.Expired, expired.Status);
    }

    private static async Task<Coupon> IssueAsync(SandboxBank bank, LinkedCustomer customer)
    {
        var stock = await bank.Client.Coupons.ListStocksAsync().FirstAsync();
        return await bank.Client.Coupons.IssueAsync(
            new IssueCouponRequest { StockId = stock.Id, CustomerId = customer.CustomerId },
            IdempotencyKey.FromOrder("test", "coupon")
        );
    }
}
