using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;

namespace OpenBanking.Tests.Rules.Confirmations;

public class ConfirmationRulesTests
{
    private static readonly ConfirmationRow asked = ConfirmationBank.Asked;

    [Fact]
    public void What_is_asked_waits_and_is_the_live_payment_of_its_order()
    {
        var bank = ConfirmationBank.New();

        var ran = bank.Run(new AskConfirmation(Rows.World, Rows.Noon, asked));

        Assert.Equal(asked, ran.Accepted);
        var told = Assert.Single(ran.Events);
        Assert.Equal(
            (EventTypes.PaymentRequiresAction, "requires_action", 1),
            (told.Type, told.Status, told.Sequence)
        );
        Assert.Equal(
            [EventSubject.Of("payment_id", asked.PaymentId), EventSubject.Of("order_no", "order-1")],
            told.Subjects
        );
        var order = bank.Get(PaymentTables.Orders, new(asked.AppId, asked.OrderNo));
        Assert.Equal((true, 1, asked.PaymentId), (order.Paid, order.Attempts, order.LastPaymentId));
        Assert.Equal(
            ProblemCodes.OrderAlreadyPaid,
            bank.Run(
                new AskConfirmation(Rows.World, Rows.Noon, asked with { PaymentId = Rows.Id<PaymentRow>(2) })
            ).Rejected.Code
        );
    }

    [Fact]
    public void A_coupon_says_who_is_to_confirm_and_what_is_left_to_pay()
    {
        var row = ConfirmationBank.New().Ask(asked with { CouponId = Rows.Coupon.Id });

        Assert.Equal(
            (Rows.Customer.Id, 5_00, 15_00),
            (row.CustomerId!.Value, row.Discount, row.CustomerAmount)
        );
    }

    [Fact]
    public void Of_a_hold_with_a_coupon_the_customer_sees_the_most_that_may_be_taken()
    {
        var row = ConfirmationBank
            .New(coupon: Rows.Coupon with { Threshold = 18_00 })
            .Ask(asked with { CouponId = Rows.Coupon.Id, Manual = true });

        Assert.Equal((5_00, 17_99), (row.Discount, row.CustomerAmount));
    }

    [Fact]
    public void A_coupon_that_cannot_be_used_fails_at_once_and_the_order_is_free()
    {
        var bank = ConfirmationBank.New(coupon: Rows.Coupon with { State = CouponState.Redeemed });

        var ran = bank.Run(
            new AskConfirmation(Rows.World, Rows.Noon, asked with { CouponId = Rows.Coupon.Id })
        );

        Assert.Equal(
            (ConfirmationState.Failed, DeclineCodes.CouponAlreadyRedeemed),
            (ran.Declined.State, ran.Declined.DeclineCode)
        );
        Assert.Equal([EventTypes.PaymentFailed], ran.Told);
        Assert.False(bank.Get(PaymentTables.Orders, new(asked.AppId, asked.OrderNo)).Paid);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void A_coupon_of_another_customer_is_none(int only, int owner)
    {
        var bank = ConfirmationBank.New(
            coupon: Rows.Coupon with
            {
                CustomerId = Rows.Id<CustomerRow>(owner),
            }
        );

        var ran = bank.Run(
            new AskConfirmation(
                Rows.World,
                Rows.Noon,
                asked with
                {
                    CouponId = Rows.Coupon.Id,
                    CustomerId = Rows.Id<CustomerRow>(only),
                }
            )
        );

        Assert.Equal(DeclineCodes.CouponNotFound, ran.Declined.DeclineCode);
    }

    [Fact]
    public void The_partner_takes_it_back_and_the_order_may_be_tried_again()
    {
        var bank = ConfirmationBank.New();
        var row = bank.Ask();

        var ran = bank.Run(new CancelConfirmation(Rows.World, Rows.Noon, row));

        Assert.Equal((ConfirmationState.Canceled, null), (ran.Accepted.State, ran.Accepted.DeclineCode));
        Assert.Equal([EventTypes.PaymentCanceled], ran.Told);
        Assert.Equal(
            ProblemCodes.PaymentNotCancelable,
            bank.Run(new CancelConfirmation(Rows.World, Rows.Noon, row)).Rejected.Code
        );
        bank.Ask(asked with { PaymentId = Rows.Id<PaymentRow>(2) });
        Assert.Equal(2, bank.Get(PaymentTables.Orders, new(asked.AppId, asked.OrderNo)).Attempts);
    }

    [Fact]
    public void The_customer_says_no_and_the_partner_is_told_why()
    {
        var bank = ConfirmationBank.New();
        var row = bank.Ask();

        var ran = bank.Run(new DeclineConfirmation(Rows.World, Rows.Noon, row, Rows.Customer.Id));

        Assert.Equal(
            (ConfirmationState.Canceled, DeclineCodes.CustomerDeclined),
            (ran.Accepted.State, ran.Accepted.DeclineCode)
        );
        Assert.Contains(
            EventSubject.Of("decline_code", DeclineCodes.CustomerDeclined),
            Assert.Single(ran.Events).Subjects
        );
    }

    [Fact]
    public void Only_the_customer_it_is_for_can_say_no()
    {
        var bank = ConfirmationBank.New();
        var row = bank.Ask(asked with { CustomerId = Rows.Id<CustomerRow>(2) });

        Assert.Equal(
            ConfirmationRules.Refusals.OfAnother,
            bank.Run(new DeclineConfirmation(Rows.World, Rows.Noon, row, Rows.Customer.Id)).Rejected.Code
        );
    }

    [Fact]
    public void It_expires_with_its_time_and_not_before()
    {
        var bank = ConfirmationBank.New();
        var row = bank.Ask();

        var early = bank.Run(new ExpireConfirmation(Rows.World, row.ExpiresAt.AddTicks(-10), row));
        Assert.Equal(ConfirmationRules.Refusals.Over, early.Rejected.Code);
        var ran = bank.Run(new ExpireConfirmation(Rows.World, row.ExpiresAt, row));

        Assert.Equal(ConfirmationState.Expired, ran.Accepted.State);
        Assert.Equal([EventTypes.PaymentExpired], ran.Told);
        Assert.False(bank.Get(PaymentTables.Orders, new(asked.AppId, asked.OrderNo)).Paid);
        Assert.Equal(
            ConfirmationRules.Refusals.Over,
            bank.Run(new ExpireConfirmation(Rows.World, row.ExpiresAt, row)).Rejected.Code
        );
    }

    public static TheoryData<string> Changes =>
        ["payee", "price", "discount", "part", "coupon", "hold", "order", "what"];

    [Theory]
    [MemberData(nameof(Changes))]
    public void Whatever_the_customer_sees_is_in_the_digest(string change)
    {
        var changed = change switch
        {
            "price" => asked with { Amount = 20_01 },
            "discount" => asked with { Discount = 1 },
            "part" => asked with { CustomerAmount = 19_99 },
            "coupon" => asked with { CouponId = Rows.Coupon.Id },
            "hold" => asked with { Manual = true },
            "order" => asked with { OrderNo = "order-2" },
            "what" => asked with { Description = "Another month" },
            _ => asked,
        };

        Assert.NotEqual(
            ConfirmationRules.DigestOf(asked, "Video"),
            ConfirmationRules.DigestOf(changed, change == "payee" ? "Vide0" : "Video")
        );
    }
}
