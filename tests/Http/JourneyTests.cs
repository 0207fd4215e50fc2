using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>The whole journey against the real server, through the SDK.</summary>
public sealed class JourneyTests(SharedServer shared)
{
    [Fact]
    public async Task A_payment_with_a_coupon_moves_everything_at_once()
    {
        var (partner, customer) = await FundedCustomerAsync();
        var coupon = await partner.IssueCouponAsync(customer);

        var payment = await partner.PayAsync(customer, "order-1", Money.Yuan(19.90m), coupon.Id);

        Assert.Equal(PaymentStatus.Captured, payment.Status);
        Assert.Equal(Money.Yuan(14.90m), payment.CustomerAmount);
        Assert.Equal(Money.Yuan(5), payment.DiscountAmount);
        Assert.Equal(Money.Yuan(85.10m), await partner.BalanceAsync(customer));
        var redeemed = await partner.Client.Coupons.GetAsync(customer.CustomerId, coupon.Id);
        Assert.Equal((CouponStatus.Redeemed, payment.Id), (redeemed.Status, redeemed.PaymentId));
        var agreement = await partner.Client.Agreements.GetAsync(customer.AgreementId!);
        Assert.Equal(Money.Yuan(14.90m), agreement.TotalPaid);
    }

    [Fact]
    public async Task A_full_refund_gives_back_money_coupon_and_limits()
    {
        var (partner, customer) = await FundedCustomerAsync();
        var coupon = await partner.IssueCouponAsync(customer);
        var payment = await partner.PayAsync(customer, "order-1", Money.Yuan(19.90m), coupon.Id);

        var refund = await RefundAsync(partner, payment, null, 1);

        Assert.Equal((Money.Yuan(14.90m), Money.Yuan(5)), (refund.CustomerAmount, refund.DiscountAmount));
        Assert.True(refund.CouponReturned);
        Assert.Equal(Money.Yuan(100), await partner.BalanceAsync(customer));
        Assert.Equal(
            Money.Cny(0),
            (await partner.Client.Agreements.GetAsync(customer.AgreementId!)).TotalPaid
        );
        Assert.Equal(PaymentStatus.Refunded, (await partner.Client.Payments.GetAsync(payment.Id)).Status);
        var again = await partner.PayAsync(customer, "order-2", Money.Yuan(19.90m), coupon.Id);
        Assert.Equal(PaymentStatus.Captured, again.Status);
    }

    [Fact]
    public async Task Partial_refunds_add_up_to_what_each_one_paid()
    {
        var (partner, customer) = await FundedCustomerAsync();
        var coupon = await partner.IssueCouponAsync(customer);
        var payment = await partner.PayAsync(customer, "order-1", Money.Yuan(19.90m), coupon.Id);

        var first = await RefundAsync(partner, payment, Money.Yuan(3.33m), 1);
        var second = await RefundAsync(partner, payment, Money.Yuan(7.77m), 2);
        var rest = await RefundAsync(partner, payment, null, 3);

        Assert.False(first.CouponReturned);
        Assert.True(rest.CouponReturned);
        Assert.Equal(
            payment.CustomerAmount,
            first.CustomerAmount + second.CustomerAmount + rest.CustomerAmount
        );
        Assert.Equal(
            payment.DiscountAmount,
            first.DiscountAmount + second.DiscountAmount + rest.DiscountAmount
        );
    }

    [Fact]
    public async Task A_declined_order_can_be_tried_again_on_purpose()
    {
        var (partner, customer) = await FundedCustomerAsync();

        var declined = await partner.PayAsync(customer, "order-1", Money.Yuan(150));
        await partner.TopUpAsync(customer, Money.Yuan(50), "top-up-2");
        var replayed = await partner.PayAsync(customer, "order-1", Money.Yuan(150));
        var second = await partner.Client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-1",
                Amount = Money.Yuan(150),
                AgreementId = customer.AgreementId!,
            },
            IdempotencyKey.FromOrder("order-1", "payment", attempt: 2)
        );

        Assert.Equal(DeclineCodes.InsufficientFunds, declined.DeclineCode);
        Assert.Equal(declined.Id, replayed.Id);
        Assert.Equal(PaymentStatus.Captured, second.Status);
        var order = await partner.Client.Orders.GetAsync("order-1");
        Assert.Equal((2, second.Id), (order.Attempts, order.LastPayment!.Id));
    }

    [Fact]
    public async Task A_paid_order_is_not_paid_again_under_another_key()
    {
        var (partner, customer) = await FundedCustomerAsync();
        await partner.PayAsync(customer, "order-1", Money.Yuan(10));

        var refused = await Assert.ThrowsAsync<OpenBankingException>(() =>
            partner.Client.Payments.CreateAsync(
                new CreatePaymentRequest
                {
                    OrderNo = "order-1",
                    Amount = Money.Yuan(10),
                    AgreementId = customer.AgreementId!,
                },
                IdempotencyKey.FromOrder("order-1", "payment", attempt: 2)
            )
        );

        Assert.Equal(ProblemCodes.OrderAlreadyPaid, refused.Code);
        Assert.Equal(Money.Yuan(90), await partner.BalanceAsync(customer));
    }

    [Fact]
    public async Task A_top_up_the_card_cannot_pay_fails_with_its_reason()
    {
        var partner = await shared.NewPartnerAsync();
        var customer = await partner.LinkAsync(person: 3);

        var topUp = await partner.TopUpAsync(customer, Money.Yuan(50.01m));

        Assert.Equal(
            (TopUpStatus.Failed, DeclineCodes.CardInsufficientFunds),
            (topUp.Status, topUp.DeclineCode)
        );
        Assert.Equal(Money.Cny(0), await partner.BalanceAsync(customer));
    }

    [Fact]
    public async Task The_statement_streams_over_pages_and_sums_to_the_balance()
    {
        var (partner, customer) = await FundedCustomerAsync();
        for (var i = 0; i < 7; i++)
        {
            await partner.PayAsync(customer, $"order-{i}", Money.Yuan(1 + i));
        }

        var lines = await partner
            .Client.Accounts.ListTransactionsAsync(customer.CustomerId, customer.AccountId!, pageSize: 3)
            .ToListAsync();

        Assert.Equal(8, lines.Count);
        Assert.Equal(8, lines.Select(line => line.Id).Distinct().Count());
        var balance = await partner.BalanceAsync(customer);
        Assert.Equal(balance, lines.Aggregate(Money.Cny(0), (sum, line) => sum + line.Amount));
        Assert.Equal(balance, lines[0].BalanceAfter);
    }

    [Fact]
    public async Task A_customer_who_links_again_keeps_the_account()
    {
        var (partner, customer) = await FundedCustomerAsync();

        var other = await partner.NewAppAsync();
        await Task.Delay(TimeSpan.FromSeconds(10.2));
        var again = await other.LinkAsync();

        Assert.Equal((customer.CustomerId, customer.AccountId), (again.CustomerId, again.AccountId));
        Assert.NotEqual(customer.AgreementId, again.AgreementId);
        Assert.Equal(Money.Yuan(100), await other.BalanceAsync(again));
    }

    [Fact]
    public async Task A_revoked_consent_ends_tokens_agreement_and_coupons_at_once()
    {
        var (partner, customer) = await FundedCustomerAsync();

        var revoked = await partner.Client.Consents.RevokeAsync(customer.ConsentId);

        Assert.Equal(ConsentStatus.Revoked, revoked.Status);
        await Assert.ThrowsAnyAsync<OpenBankingException>(() => partner.BalanceAsync(customer));
        var payment = await Assert.ThrowsAsync<OpenBankingException>(() =>
            partner.PayAsync(customer, "order-1", Money.Yuan(1))
        );
        Assert.Equal(ProblemCodes.AgreementNotActive, payment.Code);
        var coupon = await Assert.ThrowsAsync<OpenBankingException>(() => partner.IssueCouponAsync(customer));
        Assert.Equal(ProblemCodes.CustomerNotLinked, coupon.Code);
        Assert.Equal(
            revoked.RevokedAt,
            (await partner.Client.Consents.RevokeAsync(customer.ConsentId)).RevokedAt
        );
    }

    [Fact]
    public async Task Refunds_work_after_the_consent_is_gone()
    {
        var (partner, customer) = await FundedCustomerAsync();
        var payment = await partner.PayAsync(customer, "order-1", Money.Yuan(10));
        await partner.Client.Consents.RevokeAsync(customer.ConsentId);

        var refund = await RefundAsync(partner, payment, null, 1);

        Assert.Equal(Money.Yuan(10), refund.CustomerAmount);
    }

    [Fact]
    public async Task Twenty_payments_at_once_never_overdraw()
    {
        var (partner, customer) = await FundedCustomerAsync();

        var payments = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => partner.PayAsync(customer, $"order-{i}", Money.Yuan(15)))
        );

        Assert.Equal(6, payments.Count(payment => payment.Status == PaymentStatus.Captured));
        Assert.Equal(Money.Yuan(10), await partner.BalanceAsync(customer));
    }

    private async Task<(TestPartner, LinkedCustomer)> FundedCustomerAsync()
    {
        var partner = await shared.NewPartnerAsync();
        var customer = await partner.LinkAsync();
        await partner.TopUpAsync(customer, Money.Yuan(100));
        return (partner, customer);
    }

    private static Task<Refund> RefundAsync(
        TestPartner partner,
        Payment payment,
        Money? amount,
        int number
    ) =>
        partner.Client.Refunds.CreateAsync(
            new CreateRefundRequest { PaymentId = payment.Id, Amount = amount },
            IdempotencyKey.FromOrder(payment.OrderNo, $"refund-{number}")
        );
}
